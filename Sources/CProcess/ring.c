#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "CProcess.h"

static _Atomic int bell = -1;

static void on_signal(int signal) {
  int saved = errno;
  unsigned char number = (unsigned char)signal;
  ssize_t written = write(atomic_load(&bell), &number, 1);
  (void)written;
  errno = saved;
}

void cp_signals_ring(int descriptor) {
  atomic_store(&bell, descriptor);
  static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction action;
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct sigaction before;
    // `nohup` has it ignored.
    int hung = signals[i] == SIGHUP && sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler == SIG_IGN;
    action.sa_handler = on_signal;
    if (!hung) sigaction(signals[i], &action, NULL);
    sigaddset(&set, signals[i]);
  }
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, NULL);
  sigaction(SIGXFSZ, &action, NULL);
  // A parent may have left them blocked.
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
