#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "CProcess.h"

static _Atomic int arrived;
static _Atomic int interrupts;
static int32_t *_Atomic soft_flag;
static int32_t *_Atomic hard_flag;
// The signal that has asked the process to end, and when, in milliseconds.
static _Atomic int ending;
static _Atomic int64_t ending_since;
// Whether the prompt waits for keys and looks at what has arrived.
static _Atomic int reading;

static void on_interrupt(int signal) {
  (void)signal;
  int saved = errno;
  atomic_fetch_or(&arrived, CP_INTERRUPT);
  int count = atomic_fetch_add(&interrupts, 1) + 1;
  int32_t *soft = atomic_load(&soft_flag);
  int32_t *hard = atomic_load(&hard_flag);
  int end = atomic_load(&ending);
  // Who has asked the process to end, and asks again, does not want to wait.
  if (soft != NULL && end != 0) _exit(128 + end);
  if (soft != NULL) __atomic_store_n(soft, 1, __ATOMIC_RELAXED);
  if (hard != NULL && count >= 2) __atomic_store_n(hard, 1, __ATOMIC_RELAXED);
  if (soft != NULL && count >= 3) {
    static const char text[] = "\r\nleft at the third interrupt\r\n";
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(130);
  }
  errno = saved;
}

static void on_resize(int signal) {
  (void)signal;
  atomic_fetch_or(&arrived, CP_RESIZE);
}

static void on_stop(int signal) {
  (void)signal;
  atomic_fetch_or(&arrived, CP_STOP);
}

static int64_t milliseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

void cp_signals_end(int signal) {
  int none = 0;
  if (atomic_compare_exchange_strong(&ending, &none, signal)) atomic_store(&ending_since, milliseconds());
  atomic_fetch_or(&arrived, CP_END);
  int32_t *soft = atomic_load(&soft_flag);
  if (soft != NULL) __atomic_store_n(soft, 1, __ATOMIC_RELAXED);
}

static void handle(int signal, void (*handler)(int));

static void on_end(int signal) {
  int saved = errno;
  if (atomic_load(&ending) != 0) {
    // Terminals and `timeout` send theirs twice at once, and the limit of processor time comes back every second.
    if (signal != SIGXCPU && milliseconds() - atomic_load(&ending_since) >= 1000) _exit(128 + signal);
  } else if (atomic_load(&soft_flag) == NULL && !atomic_load(&reading)) {
    // Nobody is there who would look: it ends as a process does that knows nothing of signals.
    handle(signal, SIG_DFL);
    raise(signal);
    return;
  }
  cp_signals_end(signal);
  errno = saved;
}

static void handle(int signal, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = 0;
  sigaction(signal, &action, NULL);
}

// The signals of a prompt.
static sigset_t ours(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGQUIT);
  sigaddset(&set, SIGTSTP);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGUSR2);
  sigaddset(&set, SIGXCPU);
  sigaddset(&set, SIGWINCH);
  return set;
}

void cp_signals_install(void) {
  handle(SIGINT, on_interrupt);
  handle(SIGQUIT, on_interrupt);
  handle(SIGTERM, on_end);
  handle(SIGUSR1, on_end);
  handle(SIGUSR2, on_end);
  handle(SIGXCPU, on_end);
  // `nohup` has it ignored.
  struct sigaction before;
  if (sigaction(SIGHUP, NULL, &before) != 0 || before.sa_handler != SIG_IGN) handle(SIGHUP, on_end);
  // A write that cannot be done is an error of that write.
  handle(SIGPIPE, SIG_IGN);
  handle(SIGXFSZ, SIG_IGN);
  // A parent may have left them blocked.
  sigset_t set = ours();
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void cp_signals_editing(bool editing) {
  handle(SIGTSTP, editing ? on_stop : SIG_DFL);
  atomic_store(&reading, editing);
  handle(SIGWINCH, editing ? on_resize : SIG_DFL);
}

int cp_signals_ending(void) { return atomic_load(&ending); }

int cp_signals_take(void) { return atomic_exchange(&arrived, 0); }

void cp_signals_watch(int32_t *soft, int32_t *hard) {
  atomic_store(&soft_flag, NULL);
  atomic_store(&interrupts, 0);
  atomic_store(&hard_flag, hard);
  atomic_store(&soft_flag, soft);
  // What came just before.
  if (soft != NULL && atomic_load(&ending) != 0) __atomic_store_n(soft, 1, __ATOMIC_RELAXED);
}

int cp_signals_interrupts(void) { return atomic_load(&interrupts); }

bool cp_wait(int descriptor) {
  sigset_t set = ours(), before;
  pthread_sigmask(SIG_BLOCK, &set, &before);
  bool ready = false;
  int was = atomic_exchange(&reading, 1);
  while (!ready && atomic_load(&arrived) == 0) {
    fd_set descriptors;
    FD_ZERO(&descriptors);
    FD_SET(descriptor, &descriptors);
    // The signals get through only while it waits, so none can slip in between the test and the wait.
    int result = pselect(descriptor + 1, &descriptors, NULL, NULL, NULL, &before);
    if (result > 0) ready = true;
    if (result < 0 && errno != EINTR) ready = true;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  atomic_store(&reading, was);
  // What has come with a signal waits for it: ^C ^D typed together clears the line and then leaves.
  return ready && atomic_load(&arrived) == 0;
}

void cp_suspend(void) {
  handle(SIGTSTP, SIG_DFL);
  raise(SIGTSTP);
  handle(SIGTSTP, on_stop);
}
