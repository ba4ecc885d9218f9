// Thread-local, which Swift has no stored properties for.
#include "autograd_state.h"

static _Thread_local int depth = 0;

int moco_no_grad_depth(void) { return depth; }
void moco_no_grad_enter(void) { depth++; }
void moco_no_grad_leave(void) { depth--; }

static _Thread_local int keeping = 0;

int moco_keep_graph_depth(void) { return keeping; }
void moco_keep_graph_enter(void) { keeping++; }
void moco_keep_graph_leave(void) { keeping--; }

static _Thread_local int64_t unrecorded = 0;

int64_t moco_unrecorded_uses(void) { return unrecorded; }
void moco_note_unrecorded_use(void) { unrecorded++; }
