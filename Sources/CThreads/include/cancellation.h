// The request to stop, shared by every layer. Each thread polls one flag; setting one is safe in a signal handler.
#ifndef MOCO_CANCELLATION_H
#define MOCO_CANCELLATION_H

#include <stdint.h>

// Of this thread's flag.
void moco_cancel_request(void);
void moco_cancel_clear(void);
int moco_cancel_requested(void);

/// This thread's flag, for loops that poll it: nonzero means stop. The process's where the thread has none of its own.
int32_t *moco_cancel_flag(void);

/// Makes a flag this thread's own; NULL for the process's. Tasks of the pool poll the flag of the thread that handed
/// them out. Returns what it was before, NULL for the process's.
int32_t *moco_cancel_bind(int32_t *flag);

// Of any flag, on any thread.
void moco_cancel_set(int32_t *flag, int32_t value);
int32_t moco_cancel_get(const int32_t *flag);

#endif
