// Whether operations on this thread are recorded for gradients. Threads start with recording on.
#ifndef MOCO_AUTOGRAD_STATE_H
#define MOCO_AUTOGRAD_STATE_H

#include <stdint.h>

/// Nesting depth of blocks without gradients on this thread.
int moco_no_grad_depth(void);
void moco_no_grad_enter(void);
void moco_no_grad_leave(void);

/// Nesting depth of backward passes on this thread that leave their graph as it is.
int moco_keep_graph_depth(void);
void moco_keep_graph_enter(void);
void moco_keep_graph_leave(void);

/// How often numbers of variables that train were used on this thread without a trace in a graph.
int64_t moco_unrecorded_uses(void);
void moco_note_unrecorded_use(void);

#endif
