// libedit as Swift can call it. `el_wset` and `el_wget` are variadic: here is one function per use.
// Characters cross as int32_t, because wchar_t is imported as a Unicode scalar, which libedit does not promise.
#ifndef MOCO_CEDITLINE_H
#define MOCO_CEDITLINE_H

#include <histedit.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <wchar.h>

typedef int (*ce_reader)(EditLine *, int32_t *);

// MARK: Line

// On the standard streams.
EditLine *ce_open(const char *program);

// Writes to standard output, through the buffer that libedit uses, and empties it.
void ce_write(const char *text);

static inline void ce_set_client(EditLine *el, void *client) { el_wset(el, EL_CLIENTDATA, client); }

static inline void *ce_client(EditLine *el) {
  void *client = NULL;
  el_wget(el, EL_CLIENTDATA, &client);
  return client;
}

static inline void ce_use_emacs(EditLine *el) { el_wset(el, EL_EDITOR, L"emacs"); }
static inline void ce_set_signals(EditLine *el, int on) { el_wset(el, EL_SIGNAL, on); }
static inline void ce_set_terminal_mode(EditLine *el, int raw) { el_wset(el, EL_PREP_TERM, raw); }
static inline void ce_set_reader(EditLine *el, ce_reader reader) { el_wset(el, EL_GETCFN, reader); }

// libedit shows no prompt: the editor draws its own.
void ce_set_no_prompt(EditLine *el);

// - Returns: the characters of the line, not terminated, or NULL at the end of input or after an error.
static inline const int32_t *ce_read(EditLine *el, int *count) {
  return (const int32_t *)el_wgets(el, count);
}

static inline const int32_t *ce_line(EditLine *el, int *count, int *cursor) {
  const LineInfoW *line = el_wline(el);
  *count = (int)(line->lastchar - line->buffer);
  *cursor = (int)(line->cursor - line->buffer);
  return (const int32_t *)line->buffer;
}

static inline int ce_insert(EditLine *el, const int32_t *characters) {
  return el_winsertstr(el, (const wchar_t *)characters);
}

static inline void ce_delete_before(EditLine *el, int count) { el_deletestr(el, count); }

// MARK: Terminal

// Waits until a descriptor can be read, but no longer than so many milliseconds. - Returns: whether it can.
bool ce_arrives(int descriptor, int milliseconds);

// Lets ^\ (VQUIT), ^S, ^Q and ^V be keys like others, until the mode of the terminal is set the next time.
void ce_free_keys(int descriptor);

// Columns of a character by the C library, which is what libedit goes by; negative for control characters.
int ce_width(int32_t character);

// - Returns: false where the descriptor is not a terminal that knows its size.
bool ce_terminal_size(int descriptor, int *columns, int *rows);

// Bytes that wait to be read.
int ce_pending(int descriptor);

// One character of UTF-8 from a descriptor. 1: read, 0: end of input, -1: interrupted by a signal or an error, in
// errno. Bytes that are not UTF-8 are read as U+FFFD.
int ce_read_character(int descriptor, int32_t *character);

// Sets LC_CTYPE from the environment, or to C.UTF-8 where that would not be UTF-8: libedit drops what it cannot
// convert. - Returns: whether some UTF-8 locale could be set.
bool ce_use_utf8(void);

#endif
