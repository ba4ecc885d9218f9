#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "moco_system.h"

int moco_hold_standard_streams(void) {
  int closed = 0;
  for (int stream = 0; stream < 3; stream++) {
    if (fcntl(stream, F_GETFD) != -1 || errno != EBADF) continue;
    closed |= 1 << stream;
    // The wrong way round, so that reading and writing fail as they do on what is closed. The lowest free number is
    // given, which is this one.
    open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);
  }
  return closed;
}

// Copies one attribute. - Returns: 0 where it is there now, or the old file has none.
static int copy_attribute(const char *from, int to, const char *name) {
  char value[4096];
  ssize_t size = getxattr(from, name, value, sizeof value);
  if (size < 0) return errno == ENODATA || errno == ENOTSUP ? 0 : -1;
  return fsetxattr(to, name, value, (size_t)size, 0);
}

int moco_copy_attributes(const char *from, int to) {
  static const char access[] = "system.posix_acl_access";
  // A list that the folder hands down would let others in whom the old file keeps out.
  fremovexattr(to, access);
  if (copy_attribute(from, to, access) != 0) return -1;
  char names[8192];
  ssize_t size = listxattr(from, names, sizeof names);
  if (size < 0) return errno == ENOTSUP ? 0 : -1;
  for (ssize_t at = 0; at < size; at += (ssize_t)strlen(names + at) + 1) {
    if (strncmp(names + at, "user.", 5) == 0 && copy_attribute(from, to, names + at) != 0) return -1;
  }
  return 0;
}
