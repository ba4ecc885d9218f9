// The request to stop, shared by every layer. Setting it is safe in a signal handler.
#ifndef MOCO_CANCELLATION_H
#define MOCO_CANCELLATION_H

#include <stdint.h>

void moco_cancel_request(void);
void moco_cancel_clear(void);
int moco_cancel_requested(void);

/// The flag itself, for loops that poll it: nonzero means stop.
int32_t *moco_cancel_flag(void);

#endif
