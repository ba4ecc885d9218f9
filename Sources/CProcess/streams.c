#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "CProcess.h"

// Whole lines go out at once, also into a file: who follows a long run there must not wait for a buffer to fill.
void cp_buffer_by_line(void) { setvbuf(stdout, NULL, _IOLBF, 1 << 16); }

void cp_print(const char *text, size_t count) {
  // What fwrite returns does not tell: a buffer that could not be emptied has taken everything.
  errno = 0;
  fwrite(text, 1, count, stdout);
  if (errno == EPIPE) cp_signals_end(SIGPIPE);
}

bool cp_flush(void) {
  errno = 0;
  fflush(stdout);
  if (errno == EPIPE) cp_signals_end(SIGPIPE);
  return !ferror(stdout);
}
