// A pool of threads that runs the tasks of one caller at a time; several pools where several callers are wanted.
//
// Which thread runs a task is left open, so a task must write to places of its own and depend on its number
// alone; then no result depends on the number of threads. A call made inside a task, or while other
// callers have the pools, runs in place. A task polls the flag of cancellation.h that its caller polls.
#ifndef MOCO_PARALLEL_H
#define MOCO_PARALLEL_H

#include <stdint.h>

typedef void (*moco_task)(void *context, intptr_t index);

/// Calls task(context, i) once for each i in 0 ..< count and returns when all have returned.
void moco_parallel_run(intptr_t count, moco_task task, void *context);

/// Threads that take part, the caller included. Setting is bounded to 1 ... 256; threads start when needed.
int moco_parallel_threads(void);
void moco_parallel_set_threads(int threads);

/// How many callers may have threads of their own at a time, 1 from the beginning; each has as many as are set.
void moco_parallel_set_callers(int count);

/// 1 while the calling thread is inside a task.
int moco_parallel_inside(void);

#endif
