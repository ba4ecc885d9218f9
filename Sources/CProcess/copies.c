#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CProcess.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

pid_t cp_fork(void) {
  pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // It may have ended before it could be said.
    if (getppid() != parent) _exit(1);
  }
  return child;
}

int cp_memory_file(void) { return memfd_create("moco states", MFD_CLOEXEC); }
