// What moco needs of the system's libraries and has no Swift name for: zlib's inflate and libcrypto's
// SHA-256, and file systems' kinds, behind functions that allocate nothing the caller does not know of and never abort.
#ifndef MOCO_SYSTEM_H
#define MOCO_SYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/xattr.h>

// The container around a deflate stream.
enum moco_container {
  MOCO_GZIP = 0,  // RFC 1952, members one after the other count as one
  MOCO_ZLIB = 1,  // RFC 1950
  MOCO_RAW = 2    // RFC 1951, as inside a zip archive
};

enum moco_inflate_status {
  MOCO_INFLATE_OK = 0,
  MOCO_INFLATE_CORRUPT = 1,    // not a stream of this kind, or a checksum is wrong
  MOCO_INFLATE_TRUNCATED = 2,  // the input ends inside the stream
  MOCO_INFLATE_TOO_LARGE = 3,  // more than `cap` bytes would come out
  MOCO_INFLATE_NO_MEMORY = 4
};

// Inflates `count` bytes. On success *output holds *output_count bytes and belongs to the caller (free()).
// At most `cap` bytes are ever held, whatever the stream says about itself.
int moco_inflate(const uint8_t *input, size_t count, int container, size_t cap, uint8_t **output,
                 size_t *output_count);

// Inflates no more than the first `wanted` bytes of a stream into `output`. - Returns: how many there were; a stream
// that ends or is damaged before has fewer.
size_t moco_inflate_beginning(const uint8_t *input, size_t count, int container, uint8_t *output, size_t wanted);

// Deflates `count` bytes at a level from 0 to 9; a gzip member has no name and no time, so that equal input gives equal
// bytes. Returns 0, and *output (free()) with *output_count bytes; anything else is lack of memory.
int moco_deflate(const uint8_t *input, size_t count, int container, int level, uint8_t **output,
                 size_t *output_count);

// The CRC-32 of zip and gzip.
uint32_t moco_crc32(const void *bytes, size_t count);

// Whether what lies at a path is made up by the kernel as it is read: processes, settings of devices, traces.
int moco_is_kernel_folder(const char *path);

// Takes the numbers of standard input, output and error where they are closed, so that no file which is opened later
// gets one of them and what is printed. Reading and writing still fail. - Returns: a bit for each that was closed.
int moco_hold_standard_streams(void);

// Gives an open file the access list and the attributes `user.…` of the file at a path, and no other access list.
// - Returns: 0, or -1 where they cannot be copied.
int moco_copy_attributes(const char *from, int to);

// SHA-256 (FIPS 180-4) of pieces. A null state is lack of memory.
typedef struct moco_sha256_state moco_sha256_state;
moco_sha256_state *moco_sha256_begin(void);
void moco_sha256_update(moco_sha256_state *state, const void *bytes, size_t count);
// Writes 32 bytes and frees the state.
void moco_sha256_finish(moco_sha256_state *state, uint8_t *digest);

// HMAC with SHA-256 (RFC 2104): 32 bytes at `digest`. - Returns: 0; anything else is lack of memory.
int moco_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count, uint8_t *digest);

#endif
