// One flag for the process: a program of the language has one user, who presses ^C once for all of it.
#include "cancellation.h"

static int32_t flag = 0;

void moco_cancel_request(void) { __atomic_store_n(&flag, 1, __ATOMIC_RELAXED); }
void moco_cancel_clear(void) { __atomic_store_n(&flag, 0, __ATOMIC_RELAXED); }
int moco_cancel_requested(void) { return __atomic_load_n(&flag, __ATOMIC_RELAXED) != 0; }
int32_t *moco_cancel_flag(void) { return &flag; }
