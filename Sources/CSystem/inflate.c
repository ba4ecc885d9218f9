#include "moco_system.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static int window_bits(int container) {
  switch (container) {
    case MOCO_GZIP: return 15 + 16;
    case MOCO_ZLIB: return 15;
    default: return -15;
  }
}

int moco_inflate(const uint8_t *input, size_t count, int container, size_t cap, uint8_t **output,
                 size_t *output_count) {
  *output = NULL;
  *output_count = 0;
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (inflateInit2(&stream, window_bits(container)) != Z_OK) return MOCO_INFLATE_NO_MEMORY;

  size_t capacity = count < 1024 ? 4096 : (count > cap / 4 ? cap : count * 4);
  if (capacity > cap) capacity = cap;
  if (capacity == 0) capacity = 1;
  uint8_t *buffer = malloc(capacity);
  int status = buffer == NULL ? MOCO_INFLATE_NO_MEMORY : MOCO_INFLATE_OK;
  size_t used = 0, taken = 0;
  while (status == MOCO_INFLATE_OK) {
    if (used == capacity) {
      // One byte above the cap is enough to learn that the stream is longer than allowed.
      if (capacity > cap) { status = MOCO_INFLATE_TOO_LARGE; break; }
      size_t larger = capacity > cap / 2 ? cap + 1 : capacity * 2;
      uint8_t *moved = realloc(buffer, larger);
      if (moved == NULL) { status = MOCO_INFLATE_NO_MEMORY; break; }
      buffer = moved;
      capacity = larger;
    }
    size_t space = capacity - used, left = count - taken;
    stream.next_out = buffer + used;
    stream.avail_out = space > UINT_MAX ? UINT_MAX : (uInt)space;
    stream.next_in = (Bytef *)(input + taken);
    stream.avail_in = left > UINT_MAX ? UINT_MAX : (uInt)left;
    uInt had_in = stream.avail_in, had_out = stream.avail_out;
    int code = inflate(&stream, Z_NO_FLUSH);
    taken += had_in - stream.avail_in;
    used += had_out - stream.avail_out;
    if (used > cap) { status = MOCO_INFLATE_TOO_LARGE; break; }
    if (code == Z_STREAM_END) {
      // A gzip file may hold several members; zero bytes after the last are padding.
      size_t next = taken;
      while (container == MOCO_GZIP && next < count && input[next] == 0) next++;
      if (container != MOCO_GZIP || next == count) break;
      if (inflateReset(&stream) != Z_OK) { status = MOCO_INFLATE_CORRUPT; break; }
      taken = next;
    } else if (code == Z_MEM_ERROR) {
      status = MOCO_INFLATE_NO_MEMORY;
    } else if (code == Z_OK || code == Z_BUF_ERROR) {
      if (taken == count && stream.avail_out != 0) status = MOCO_INFLATE_TRUNCATED;
    } else {
      status = MOCO_INFLATE_CORRUPT;
    }
  }
  inflateEnd(&stream);
  if (status != MOCO_INFLATE_OK) {
    free(buffer);
    return status;
  }
  *output = buffer;
  *output_count = used;
  return MOCO_INFLATE_OK;
}

size_t moco_inflate_beginning(const uint8_t *input, size_t count, int container, uint8_t *output, size_t wanted) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (inflateInit2(&stream, window_bits(container)) != Z_OK) return 0;
  uInt room = wanted > UINT_MAX ? UINT_MAX : (uInt)wanted;
  stream.next_in = (Bytef *)input;
  stream.avail_in = count > UINT_MAX ? UINT_MAX : (uInt)count;
  stream.next_out = output;
  stream.avail_out = room;
  // One call fills the room unless the stream ends.
  inflate(&stream, Z_SYNC_FLUSH);
  inflateEnd(&stream);
  return room - stream.avail_out;
}

int moco_deflate(const uint8_t *input, size_t count, int container, int level, uint8_t **output,
                 size_t *output_count) {
  *output = NULL;
  *output_count = 0;
  if (count > UINT_MAX) return 1;
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (deflateInit2(&stream, level, Z_DEFLATED, window_bits(container), 9, Z_DEFAULT_STRATEGY) != Z_OK) return 1;
  uLong bound = deflateBound(&stream, (uLong)count);
  uint8_t *buffer = bound > UINT_MAX ? NULL : malloc(bound);
  int failed = buffer == NULL;
  if (!failed) {
    stream.next_in = (Bytef *)input;
    stream.avail_in = (uInt)count;
    stream.next_out = buffer;
    stream.avail_out = (uInt)bound;
    failed = deflate(&stream, Z_FINISH) != Z_STREAM_END;
    *output_count = bound - stream.avail_out;
  }
  deflateEnd(&stream);
  if (failed) {
    free(buffer);
    *output_count = 0;
    return 1;
  }
  *output = buffer;
  return 0;
}

uint32_t moco_crc32(const void *bytes, size_t count) {
  return count == 0 ? 0 : (uint32_t)crc32_z(0, bytes, count);
}
