// Kernels of elementwise.h, in a baseline and an AVX2 + FMA copy chosen at run time.
#include "elementwise.h"

#include <math.h>
#include <string.h>

#include "variants.h"

static inline float floor_mod(float a, float b) {
  float r = fmodf(a, b);
  if (r != 0 && (r < 0) != (b < 0)) r += b;
  return r;
}

#define MOCO_VARIANT(name) base_##name
#include "vector_body.h"
#include "vector_math.h"
#include "elementwise_body.h"
#include "vector_math_end.h"
#include "vector_end.h"

#if MOCO_HAS_AVX2_COPY
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define MOCO_VARIANT(name) avx2_##name
#include "vector_body.h"
#include "vector_math.h"
#include "elementwise_body.h"
#include "vector_math_end.h"
#include "vector_end.h"
#pragma clang attribute pop
#endif

void moco_binary(int op, ptrdiff_t n, const float *a, ptrdiff_t a_stride, const float *b, ptrdiff_t b_stride,
                 float *out) {
  CHOOSE(binary, op, n, a, a_stride, b, b_stride, out);
}

void moco_compare(int op, ptrdiff_t n, const float *a, ptrdiff_t a_stride, const float *b, ptrdiff_t b_stride,
                  uint8_t *out) {
  CHOOSE(compare, op, n, a, a_stride, b, b_stride, out);
}

void moco_unary(int op, ptrdiff_t n, const float *x, ptrdiff_t x_stride, float *out) {
  CHOOSE(unary, op, n, x, x_stride, out);
}

void moco_unary_backward(int op, ptrdiff_t n, const float *x, const float *y, const float *dy, float *dx) {
  CHOOSE(unary_backward, op, n, x, y, dy, dx);
}

void moco_add_scaled(ptrdiff_t n, float alpha, const float *x, float *y) { CHOOSE(add_scaled, n, alpha, x, y); }

void moco_affine(ptrdiff_t n, float alpha, const float *x, float beta, float *out) {
  CHOOSE(affine, n, alpha, x, beta, out);
}
