#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#include "CEditline.h"

static _Atomic int arrived;
static _Atomic int interrupts;
static int32_t *_Atomic soft_flag;
static int32_t *_Atomic hard_flag;

static void on_interrupt(int signal) {
  (void)signal;
  int saved = errno;
  atomic_fetch_or(&arrived, CE_INTERRUPT);
  int count = atomic_fetch_add(&interrupts, 1) + 1;
  int32_t *soft = atomic_load(&soft_flag);
  int32_t *hard = atomic_load(&hard_flag);
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
  atomic_fetch_or(&arrived, CE_RESIZE);
}

static void on_stop(int signal) {
  (void)signal;
  atomic_fetch_or(&arrived, CE_STOP);
}

static void on_end(int signal) {
  (void)signal;
  atomic_fetch_or(&arrived, CE_END);
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
  sigaddset(&set, SIGWINCH);
  return set;
}

void ce_signals_install(void) {
  handle(SIGINT, on_interrupt);
  handle(SIGQUIT, on_interrupt);
  // A parent may have left them blocked.
  sigset_t set = ours();
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void ce_signals_editing(bool editing) {
  handle(SIGTSTP, editing ? on_stop : SIG_DFL);
  handle(SIGTERM, editing ? on_end : SIG_DFL);
  handle(SIGHUP, editing ? on_end : SIG_DFL);
  handle(SIGWINCH, editing ? on_resize : SIG_DFL);
}

int ce_signals_take(void) { return atomic_exchange(&arrived, 0); }

void ce_signals_watch(int32_t *soft, int32_t *hard) {
  atomic_store(&soft_flag, NULL);
  atomic_store(&interrupts, 0);
  atomic_store(&hard_flag, hard);
  atomic_store(&soft_flag, soft);
}

int ce_signals_interrupts(void) { return atomic_load(&interrupts); }

bool ce_wait(int descriptor) {
  sigset_t set = ours(), before;
  pthread_sigmask(SIG_BLOCK, &set, &before);
  bool ready = false;
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
  // What has come with a signal waits for it: ^C ^D typed together clears the line and then leaves.
  return ready && atomic_load(&arrived) == 0;
}

void ce_suspend(void) {
  handle(SIGTSTP, SIG_DFL);
  raise(SIGTSTP);
  handle(SIGTSTP, on_stop);
}
