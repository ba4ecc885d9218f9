// The pool of parallel.h: workers spin for a moment, since the next product usually follows at once, and
// then sleep on a condition.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "parallel.h"

#include "cancellation.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_THREADS = 256, SPINS = 4000 };

enum { MAX_CALLERS = 256 };

// One job at a time. `ticket` holds the job's number above and the workers still allowed to join below, so a
// worker joins a job and not the one after it.
typedef struct {
  pthread_mutex_t owner;  // held by the caller whose tasks run
  pthread_mutex_t sleep_lock;
  pthread_cond_t wake;
  int started;  // workers running; guarded by owner
  _Atomic int sleepers;
  moco_task job_task;
  void *job_context;
  intptr_t job_count;
  int32_t *job_flag;  // what tells the job to stop: the flag of its caller
  _Atomic intptr_t job_next;
  _Atomic uint64_t ticket;
  _Atomic int joined;  // workers inside the current job
} pool;

// One for each caller at a time that may have one; their workers start when they are needed.
static pool pools[MAX_CALLERS] = {
    [0 ... MAX_CALLERS - 1] = {.owner = PTHREAD_MUTEX_INITIALIZER,
                               .sleep_lock = PTHREAD_MUTEX_INITIALIZER,
                               .wake = PTHREAD_COND_INITIALIZER},
};
static _Atomic int callers = 1;
static _Atomic int wanted = 0;  // threads asked for; 0 until known

static _Thread_local int favourite = 0;  // the pool that this thread had last
static _Thread_local int inside = 0;

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static void run_share(pool *own) {
  const moco_task task = own->job_task;
  void *const context = own->job_context;
  const intptr_t count = own->job_count;
  for (;;) {
    intptr_t i = atomic_fetch_add_explicit(&own->job_next, 1, memory_order_relaxed);
    if (i >= count) return;
    task(context, i);
  }
}

static inline int is_open(uint64_t now, uint32_t seen) {
  return (uint32_t)now != 0 && (uint32_t)(now >> 32) != seen;
}

static void *worker(void *context) {
  pool *const own = context;
  inside = 1;
  uint32_t seen = 0;  // number of the job this worker took part in last
  for (;;) {
    uint64_t now = atomic_load(&own->ticket);
    for (int spin = 0; !is_open(now, seen); spin++) {
      if (spin < SPINS) {
        pause_briefly();
      } else {
        pthread_mutex_lock(&own->sleep_lock);
        atomic_fetch_add(&own->sleepers, 1);
        now = atomic_load(&own->ticket);
        if (!is_open(now, seen)) pthread_cond_wait(&own->wake, &own->sleep_lock);
        atomic_fetch_sub(&own->sleepers, 1);
        pthread_mutex_unlock(&own->sleep_lock);
        spin = 0;
      }
      now = atomic_load(&own->ticket);
    }
    // Taking a place and counting in are one step for the caller: it closes the ticket, then waits for joined.
    atomic_fetch_add(&own->joined, 1);
    while (is_open(now, seen)) {
      if (atomic_compare_exchange_weak(&own->ticket, &now, now - 1)) {
        seen = (uint32_t)(now >> 32);
        moco_cancel_bind(own->job_flag);
        run_share(own);
        moco_cancel_bind(NULL);
        break;
      }
    }
    atomic_fetch_sub(&own->joined, 1);
  }
  return NULL;
}

int moco_parallel_threads(void) {
  int n = atomic_load(&wanted);
  if (n > 0) return n;
  const char *text = getenv("MOCO_THREADS");
  long value = text ? strtol(text, NULL, 10) : 0;
  if (value < 1) {
    // The cores this process may use, which in a container are fewer than the machine's.
    cpu_set_t set;
    value = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : sysconf(_SC_NPROCESSORS_ONLN);
  }
  if (value < 1) value = 1;
  if (value > MAX_THREADS) value = MAX_THREADS;
  int expected = 0;
  atomic_compare_exchange_strong(&wanted, &expected, (int)value);
  return atomic_load(&wanted);
}

void moco_parallel_set_threads(int threads) {
  atomic_store(&wanted, threads < 1 ? 1 : threads > MAX_THREADS ? MAX_THREADS : threads);
}

void moco_parallel_set_callers(int count) {
  atomic_store(&callers, count < 1 ? 1 : count > MAX_CALLERS ? MAX_CALLERS : count);
}

int moco_parallel_inside(void) { return inside; }

static void run_here(intptr_t count, moco_task task, void *context) {
  for (intptr_t i = 0; i < count; i++) task(context, i);
}

// A forked process has the caller's thread alone: the pool begins anew there.
static void forget_workers(void) {
  for (int i = 0; i < MAX_CALLERS; i++) {
    pthread_mutex_init(&pools[i].owner, NULL);
    pthread_mutex_init(&pools[i].sleep_lock, NULL);
    pthread_cond_init(&pools[i].wake, NULL);
    pools[i].started = 0;
    atomic_store(&pools[i].sleepers, 0);
    atomic_store(&pools[i].joined, 0);
  }
  inside = 0;
}

// Signals belong to the threads of the program, not to the pool's.
static void start_workers(pool *own, int count) {
  static _Atomic int watches_forks = 0;
  if (!atomic_exchange(&watches_forks, 1) && pthread_atfork(NULL, NULL, forget_workers) != 0) {
    atomic_store(&watches_forks, 0);
  }
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 4u << 20);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  while (own->started < count) {
    pthread_t thread;
    if (pthread_create(&thread, &attributes, worker, own) != 0) break;
    own->started++;
  }
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

// A pool that nobody has; NULL where all are taken.
static pool *free_pool(void) {
  const int count = atomic_load_explicit(&callers, memory_order_relaxed);
  for (int i = 0; i < count; i++) {
    const int place = (favourite + i) % count;
    if (pthread_mutex_trylock(&pools[place].owner) == 0) {
      favourite = place;
      return &pools[place];
    }
  }
  return NULL;
}

void moco_parallel_run(intptr_t count, moco_task task, void *context) {
  int threads = moco_parallel_threads();
  pool *const own = count < 2 || threads < 2 || inside ? NULL : free_pool();
  if (own == NULL) {
    run_here(count, task, context);
    return;
  }
  int helpers = threads - 1;
  if (count - 1 < helpers) helpers = (int)(count - 1);
  if (own->started < helpers) start_workers(own, helpers);
  if (helpers > own->started) helpers = own->started;

  own->job_task = task;
  own->job_context = context;
  own->job_count = count;
  own->job_flag = moco_cancel_flag();
  atomic_store(&own->job_next, 0);
  uint64_t number = (atomic_load(&own->ticket) >> 32) + 1;
  atomic_store(&own->ticket, number << 32 | (uint32_t)helpers);
  if (atomic_load(&own->sleepers) > 0) {
    pthread_mutex_lock(&own->sleep_lock);
    pthread_cond_broadcast(&own->wake);
    pthread_mutex_unlock(&own->sleep_lock);
  }

  inside = 1;
  run_share(own);
  inside = 0;

  atomic_store(&own->ticket, number << 32);  // nobody joins any more
  for (int spin = 0; atomic_load(&own->joined) != 0; spin++) {
    if (spin < SPINS) pause_briefly();
    else sched_yield();
  }
  pthread_mutex_unlock(&own->owner);
}
