// What Swift cannot do safely with the process itself: its signals, its standard output, and children of the shell.
#ifndef MOCO_CPROCESS_H
#define MOCO_CPROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// MARK: Standard output

// Writes to standard output without emptying the buffer.
void cp_print(const char *text, size_t count);
void cp_buffer_by_line(void);
// - Returns: whether everything printed so far could be written.
bool cp_flush(void);

// MARK: The shell

// Runs `command "path"` with the shell on this terminal and waits. - Returns: its status, or -1.
int cp_run_editor(const char *command, const char *path);
// Runs a command line with the shell on this terminal and waits. - Returns: its status, or -1.
int cp_run_shell(const char *command);
// Starts a command line with the shell, which prints to `output` and complains to `errors`, -1 for where this process
// does. `group`: in a process group of its own, which a terminal does not read from and where all that it starts can be
// ended. - Returns: its process, or -1.
pid_t cp_start_shell(const char *command, int output, int errors, bool group);
// Asks it to end by SIGINT, and ends it where it has not after two seconds; with `group` all that it has started too.
void cp_stop_shell(pid_t child, bool group);
// Waits for it. - Returns: its status, or -1.
int cp_end_shell(pid_t child);

// MARK: Copies of this process

// Makes a copy of this process, in which the calling thread alone goes on; it ends with its parent. To be called where no
// other thread of the program is at work. - Returns: 0 in the copy, its process here, or -1.
pid_t cp_fork(void);
// A file in memory without a name, which copies of the process share. - Returns: its descriptor, or -1.
int cp_memory_file(void);

// Makes an empty file of its own name from a pattern that ends in XXXXXX and a suffix of so many characters.
bool cp_temporary(char *pattern, int suffix);

// MARK: Signals

// What has arrived since it was last asked. The handlers only store numbers.
enum {
  CP_INTERRUPT = 1,  // SIGINT, SIGQUIT
  CP_RESIZE = 2,     // SIGWINCH
  CP_STOP = 4,       // SIGTSTP
  CP_END = 8,        // SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU
};

// Takes over the signals of a prompt. SIGQUIT does what SIGINT does. SIGTERM, SIGHUP (unless it was ignored),
// SIGUSR1, SIGUSR2 and SIGXCPU ask the process to end: what runs is stopped as by SIGINT, and a second one a second later, or SIGINT,
// ends the process at once with status 128 + its number. Where nothing runs and no key is waited for they end the
// process as ever. All are delivered without SA_RESTART, so that a read ends with EINTR. SIGPIPE and SIGXFSZ are
// ignored: writing fails instead.
void cp_signals_install(void);

// Asks the process to end as a signal of that number does; for SIGPIPE, which is noticed by writing.
void cp_signals_end(int signal);

// The signal that has asked the process to end, 0 for none.
int cp_signals_ending(void);

// While a line is edited the signals above are left to be taken, and SIGTSTP is ours, so that the terminal can be put
// right before the process stops; while a program runs it has its usual effect.
void cp_signals_editing(bool editing);

// The flags, which are cleared.
int cp_signals_take(void);

// What SIGINT does while a program runs: the first sets *soft, the second *hard too, the third ends the process with
// status 130. NULL for neither.
void cp_signals_watch(int32_t *soft, int32_t *hard);

// How often SIGINT came since cp_signals_watch.
int cp_signals_interrupts(void);

// Without a terminal: SIGINT, SIGTERM and SIGHUP (unless it was ignored) write their number as a byte to a descriptor that
// never blocks, and do nothing else. SIGPIPE and SIGXFSZ are ignored: writing fails instead.
void cp_signals_ring(int descriptor);

// Waits until a descriptor can be read. - Returns: false as soon as one of the signals above has arrived, also where
// it came before the call.
bool cp_wait(int descriptor);

// Puts the process to sleep as ^Z does; returns when it is continued.
void cp_suspend(void);

#endif
