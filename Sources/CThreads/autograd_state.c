// Thread-local, which Swift has no stored properties for.
#include "autograd_state.h"

static _Thread_local int depth = 0;

int moco_no_grad_depth(void) { return depth; }
void moco_no_grad_enter(void) { depth++; }
void moco_no_grad_leave(void) { depth--; }
