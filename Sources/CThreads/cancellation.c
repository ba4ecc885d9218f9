// The flag of a thread is the process's, until work on it is given one of its own: two sessions in one process are
// stopped apart, and a program of the command line, which has one user, by the one flag.
#include "cancellation.h"

#include <stddef.h>

static int32_t process_flag = 0;
static _Thread_local int32_t *own_flag = NULL;

int32_t *moco_cancel_flag(void) { return own_flag != NULL ? own_flag : &process_flag; }

int32_t *moco_cancel_bind(int32_t *flag) {
  int32_t *before = own_flag;
  own_flag = flag;
  return before;
}

void moco_cancel_request(void) { __atomic_store_n(moco_cancel_flag(), 1, __ATOMIC_RELAXED); }
void moco_cancel_clear(void) { __atomic_store_n(moco_cancel_flag(), 0, __ATOMIC_RELAXED); }
int moco_cancel_requested(void) { return __atomic_load_n(moco_cancel_flag(), __ATOMIC_RELAXED) != 0; }

void moco_cancel_set(int32_t *flag, int32_t value) { __atomic_store_n(flag, value, __ATOMIC_RELAXED); }
int32_t moco_cancel_get(const int32_t *flag) { return __atomic_load_n(flag, __ATOMIC_RELAXED); }
