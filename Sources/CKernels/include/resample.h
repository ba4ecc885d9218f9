// The two directions of antialiased resampling of 8-bit pixels, in 32-bit integers that wrap: every copy gives the same
// bits. A result is (2^21 + sum of weight · pixel) >> 22, clipped to 0 … 255.
#ifndef MOCO_RESAMPLE_H
#define MOCO_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

// How each position of the output is made: of `counts[i]` positions of the input from `starts[i]` on, with the weights
// from `weights + i * width` on.
typedef struct {
  const int32_t *starts, *counts, *weights;
  ptrdiff_t count, width;
} moco_axis;

// Bytes that moco_resample_across takes as scratch memory for rows of `columns` bytes in and `made` bytes out.
ptrdiff_t moco_resample_scratch(ptrdiff_t columns, ptrdiff_t made);

// Rows of `channels` bytes a pixel, 1 … 4, resampled along themselves. `in` is where the input's column 0 would be; of a
// row only the columns first ..< last are read, and the axis needs no others. Rows begin `in_stride` and `out_stride`
// bytes apart. Without scratch memory the work is done byte by byte.
void moco_resample_across(const uint8_t *in, ptrdiff_t in_stride, ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t first,
                          ptrdiff_t last, const moco_axis *axis, uint8_t *out, ptrdiff_t out_stride, uint8_t *scratch);

// Rows of `length` bytes resampled from top to bottom. `in` is where the input's row 0 would be.
void moco_resample_down(const uint8_t *in, ptrdiff_t in_stride, ptrdiff_t length, const moco_axis *axis, uint8_t *out,
                        ptrdiff_t out_stride);

// Pixels side by side to planes of floats: out[channel * count + i] = table[channel * 256 + in[i * channels + channel]].
void moco_planes_of_bytes(const uint8_t *in, ptrdiff_t count, ptrdiff_t channels, const float *table, float *out);

#endif
