#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CProcess.h"

#include <signal.h>
#include <fcntl.h>
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

int cp_memory_file(void) {
  int file = memfd_create("moco states", MFD_CLOEXEC);
  // Such a file does not guard its offset where processes share it, as files on disk do: without O_APPEND two that write at
  // once overwrite each other.
  if (file >= 0 && fcntl(file, F_SETFL, O_APPEND) != 0) {
    close(file);
    return -1;
  }
  return file;
}
