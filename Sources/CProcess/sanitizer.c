// How the process runs where it is built with AddressSanitizer, its children included, whatever their environment says:
// - no report of leaks at the end: the interpreter leaves its memory to the system
// - stack frames on the stack: the guard against deep calls compares addresses there
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "detect_leaks=0:detect_stack_use_after_return=0"; }
#endif
#endif
