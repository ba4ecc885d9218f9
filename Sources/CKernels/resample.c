// Kernels of resample.h, in one copy for each instruction set.
#include "resample.h"

#include <string.h>

enum { LINES = 16 };  // rows that are resampled along themselves at a time

static inline ptrdiff_t whole_blocks(ptrdiff_t bytes) { return (bytes + LINES - 1) / LINES * LINES; }

static inline uint8_t clip(uint32_t sum) {
  const int32_t value = (int32_t)sum >> 22;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

#define MOCO_BODY "resample_body.h"
#include "copies.h"

// Byte by byte, for rows so long that sixteen of them, turned, would take too much memory.
static void plainly(const uint8_t *in, ptrdiff_t in_stride, ptrdiff_t rows, ptrdiff_t channels, const moco_axis *axis,
                    uint8_t *out, ptrdiff_t out_stride) {
  for (ptrdiff_t y = 0; y < rows; y++) {
    for (ptrdiff_t i = 0; i < axis->count * channels; i++) {
      const ptrdiff_t x = i / channels;
      const uint8_t *taps = in + y * in_stride + axis->starts[x] * channels + i % channels;
      uint32_t sum = 1u << 21;
      for (int32_t k = 0; k < axis->counts[x]; k++)
        sum += taps[k * channels] * (uint32_t)axis->weights[x * axis->width + k];
      out[y * out_stride + i] = clip(sum);
    }
  }
}

ptrdiff_t moco_resample_scratch(ptrdiff_t columns, ptrdiff_t made) {
  return LINES * (whole_blocks(columns) + whole_blocks(made));
}

void moco_resample_across(const uint8_t *in, ptrdiff_t in_stride, ptrdiff_t rows, ptrdiff_t channels, ptrdiff_t first,
                          ptrdiff_t last, const moco_axis *axis, uint8_t *out, ptrdiff_t out_stride, uint8_t *scratch) {
  if (!scratch) {
    plainly(in, in_stride, rows, channels, axis, out, out_stride);
    return;
  }
  CHOOSE(across, in, in_stride, rows, channels, first, last, axis, out, out_stride, scratch);
}

void moco_resample_down(const uint8_t *in, ptrdiff_t in_stride, ptrdiff_t length, const moco_axis *axis, uint8_t *out,
                        ptrdiff_t out_stride) {
  CHOOSE(down, in, in_stride, length, axis, out, out_stride);
}

void moco_planes_of_bytes(const uint8_t *in, ptrdiff_t count, ptrdiff_t channels, const float *table, float *out) {
  for (ptrdiff_t channel = 0; channel < channels; channel++) {
    const float *values = table + channel * 256;
    for (ptrdiff_t i = 0; i < count; i++) out[channel * count + i] = values[in[i * channels + channel]];
  }
}
