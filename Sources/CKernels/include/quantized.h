// Matrix products of 8-bit integers: weights quantized once by output channel, inputs by row as they come. Sums are exact
// 32-bit integers, so every processor gives the same bits.
//
// q = round(x / scale) with scale = max |x| / 127 over a channel or a row, ties to even; a channel or row whose
// numbers are all below 1e-30 is one of zeros. Then y = scale_row * scale_channel * sum q_x q_w.
#ifndef MOCO_QUANTIZED_H
#define MOCO_QUANTIZED_H

#include <stddef.h>
#include <stdint.h>

/// The bytes that moco_quantized_pack fills for weights [n, k].
size_t moco_quantized_size(ptrdiff_t n, ptrdiff_t k);

/// Quantizes weights [n, k], row-major, for moco_quantized_run. `packed` has moco_quantized_size bytes at a multiple of 64;
/// `scales` and `sums` have n entries. k is at most 2^16, so that sums fit. Infinite weights or NaN make a scale that is not
/// finite: the caller looks.
void moco_quantized_pack(const float *w, ptrdiff_t n, ptrdiff_t k, int8_t *packed, float *scales, int32_t *sums);

/// C [m, n] = (source + bias) + X W^T, with X [m, k] quantized by row; `bias` and `source` may be NULL, and `source` may
/// be C. A row with an infinity or NaN gives NaN. Runs on the calling thread; nothing here checks.
typedef struct {
  ptrdiff_t m, n, k;
  const float *x;
  ptrdiff_t x_stride;
  const int8_t *packed;
  const float *scales;
  const int32_t *sums;
  const float *bias;
  const float *source;
  ptrdiff_t source_stride;
  float *c;
  ptrdiff_t c_stride;
  /// Room for moco_quantized_room(k) bytes at a multiple of 64.
  void *room;
} moco_quantized;

size_t moco_quantized_room(ptrdiff_t k);
void moco_quantized_run(const moco_quantized *p);

/// Whether the copy in use has an instruction for four products of bytes at a time.
int moco_quantized_is_fast(void);

#endif
