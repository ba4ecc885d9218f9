// Kernels of elementwise.h, in one copy for each instruction set.
#include "elementwise.h"

#include <math.h>
#include <string.h>

static inline float floor_mod(float a, float b) {
  float r = fmodf(a, b);
  if (r != 0 && (r < 0) != (b < 0)) r += b;
  return r;
}

#define MOCO_BODY "elementwise_body.h"
#include "copies.h"

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

void moco_fused(ptrdiff_t n, const float *a, const float *b, const float *c, float *out) {
  CHOOSE(fused, n, a, b, c, out);
}

void moco_affine(ptrdiff_t n, float alpha, const float *x, float beta, float *out) {
  CHOOSE(affine, n, alpha, x, beta, out);
}
