// Number formats of weight files to float32 and back. Rounding is to nearest, ties to even (IEEE 754).
#ifndef MOCO_HALF_H
#define MOCO_HALF_H

#include <stddef.h>
#include <stdint.h>

// Little-endian halves, at any alignment, to floats. Exact.
void moco_float_from_half(float *out, const void *in, size_t count);
// bfloat16: the upper half of a float. Exact.
void moco_float_from_bfloat(float *out, const void *in, size_t count);

// Both return the number of finite inputs that became infinite.
size_t moco_half_from_float(void *out, const float *in, size_t count);
size_t moco_bfloat_from_float(void *out, const float *in, size_t count);

// Index of the first value that is infinite or not a number; count if there is none.
size_t moco_first_nonfinite(const float *in, size_t count);

#endif
