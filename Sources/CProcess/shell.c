#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CProcess.h"

// What is ignored here is not to be ignored by children, and nothing is blocked there.
static bool plain_signals(posix_spawnattr_t *attributes, bool group) {
  sigset_t set;
  sigemptyset(&set);
  if (posix_spawnattr_setsigmask(attributes, &set) != 0) return false;
  sigaddset(&set, SIGPIPE);
  sigaddset(&set, SIGXFSZ);
  return posix_spawnattr_setsigdefault(attributes, &set) == 0
         && posix_spawnattr_setpgroup(attributes, 0) == 0
         && posix_spawnattr_setflags(
                attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (group ? POSIX_SPAWN_SETPGROUP : 0))
                == 0;
}

// output, errors: where it prints and complains, -1 for where this process does.
static pid_t start_shell(const char *line, const char *name, int output, int errors, bool group) {
  char *const arguments[] = {"sh", "-c", (char *)line, (char *)name, NULL};
  posix_spawnattr_t attributes;
  if (posix_spawnattr_init(&attributes) != 0) return -1;
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) {
    posix_spawnattr_destroy(&attributes);
    return -1;
  }
  pid_t child;
  bool started = plain_signals(&attributes, group)
                 && (output < 0 || posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) == 0)
                 && (errors < 0 || posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO) == 0)
                 && posix_spawn(&child, "/bin/sh", &actions, &attributes, arguments, environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return started ? child : -1;
}

pid_t cp_start_shell(const char *command, int output, int errors, bool group) {
  return start_shell(command, "sh", output, errors, group);
}

void cp_stop_shell(pid_t child, bool group) {
  pid_t whom = group ? -child : child;
  kill(whom, SIGINT);
  for (int i = 0; i < 200; i++) {
    pid_t ended = waitpid(child, NULL, WNOHANG);
    if (ended == child || (ended < 0 && errno != EINTR)) return;
    usleep(10000);
  }
  kill(whom, SIGKILL);
  cp_end_shell(child);
}

int cp_end_shell(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int run_shell(const char *line, const char *name) {
  pid_t child = start_shell(line, name, -1, -1, false);
  return child < 0 ? -1 : cp_end_shell(child);
}

int cp_run_shell(const char *command) { return run_shell(command, "sh"); }

int cp_run_editor(const char *command, const char *path) {
  char *line = NULL;
  if (asprintf(&line, "%s \"$0\"", command) < 0) return -1;
  int status = run_shell(line, path);
  free(line);
  return status;
}

bool cp_temporary(char *pattern, int suffix) {
  int file = mkstemps(pattern, suffix);
  if (file < 0) return false;
  close(file);
  return true;
}
