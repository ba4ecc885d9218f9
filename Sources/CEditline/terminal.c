#define _GNU_SOURCE
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "CEditline.h"

EditLine *ce_open(const char *program) { return el_init(program, stdin, stdout, stderr); }

void ce_write(const char *text) {
  fputs(text, stdout);
  fflush(stdout);
}

static wchar_t *no_prompt(EditLine *el) {
  (void)el;
  static wchar_t empty[] = L"";
  return empty;
}

void ce_set_no_prompt(EditLine *el) { el_wset(el, EL_PROMPT, no_prompt); }

void ce_free_keys(int descriptor) {
  struct termios mode;
  if (tcgetattr(descriptor, &mode) != 0) return;
  mode.c_cc[VQUIT] = _POSIX_VDISABLE;
  // libedit swaps carriage returns and line feeds; as they are, a pasted CR LF is one line break and not two.
  mode.c_iflag &= ~(tcflag_t)(IXON | IXOFF | ICRNL | INLCR);
  mode.c_lflag &= ~(tcflag_t)IEXTEN;
  tcsetattr(descriptor, TCSANOW, &mode);
}

bool ce_arrives(int descriptor, int milliseconds) {
  struct pollfd wanted = {.fd = descriptor, .events = POLLIN};
  return poll(&wanted, 1, milliseconds) > 0;
}

bool ce_terminal_size(int descriptor, int *columns, int *rows) {
  struct winsize size;
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return false;
  *columns = size.ws_col;
  *rows = size.ws_row;
  return true;
}

int ce_width(int32_t character) { return wcwidth((wchar_t)character); }

int ce_pending(int descriptor) {
  int count = 0;
  return ioctl(descriptor, FIONREAD, &count) == 0 ? count : 0;
}

static int read_byte(int descriptor, unsigned char *byte) {
  ssize_t count = read(descriptor, byte, 1);
  return count > 0 ? 1 : count == 0 ? 0 : -1;
}

int ce_read_character(int descriptor, int32_t *character) {
  unsigned char byte;
  int result = read_byte(descriptor, &byte);
  if (result != 1) return result;
  if (byte < 0x80) {
    *character = byte;
    return 1;
  }
  int more = byte >= 0xF0 && byte < 0xF5 ? 3 : byte >= 0xE0 ? 2 : byte >= 0xC2 ? 1 : 0;
  if (byte >= 0xF5) more = 0;
  *character = 0xFFFD;
  if (more == 0) return 1;
  int32_t value = byte & (0x3F >> more);
  for (int i = 0; i < more; i++) {
    // A character is read to its end even where a signal comes between its bytes.
    do {
      result = read_byte(descriptor, &byte);
    } while (result < 0 && errno == EINTR);
    if (result != 1 || (byte & 0xC0) != 0x80) return 1;
    value = value << 6 | (byte & 0x3F);
  }
  static const int32_t least[] = {0, 0x80, 0x800, 0x10000};
  if (value >= least[more] && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF)) *character = value;
  return 1;
}

bool ce_use_utf8(void) {
  if (setlocale(LC_CTYPE, "") != NULL && strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return true;
  return setlocale(LC_CTYPE, "C.UTF-8") != NULL || setlocale(LC_CTYPE, "en_US.UTF-8") != NULL;
}
