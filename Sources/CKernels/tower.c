// Row kernels of tower.h, in one copy for each instruction set.
#include "tower.h"

#include <math.h>
#include <string.h>

#define MOCO_BODY "tower_body.h"
#include "copies.h"

void moco_tower_add_bias(const float *x, const float *bias, float *out, ptrdiff_t rows, ptrdiff_t width) {
  CHOOSE(add_bias, x, bias, out, rows, width);
}

void moco_tower_norm(const float *x, const float *weight, const float *bias, float eps, float *out,
                     float *statistics, ptrdiff_t rows, ptrdiff_t width) {
  CHOOSE(norm, x, weight, bias, eps, out, statistics, rows, width);
}

void moco_tower_norm_again(const float *x, const float *weight, const float *bias, const float *statistics,
                           float *out, ptrdiff_t rows, ptrdiff_t width) {
  CHOOSE(norm_again, x, weight, bias, statistics, out, rows, width);
}

void moco_tower_norm_backward(const float *dy, const float *x, const float *weight, const float *statistics,
                              const float *residual, float *dx, float *sums, ptrdiff_t rows, ptrdiff_t width) {
  CHOOSE(norm_backward, dy, x, weight, statistics, residual, dx, sums, rows, width);
}

void moco_tower_activation(float *h, const float *bias, float *g, int kind, ptrdiff_t rows, ptrdiff_t width) {
  CHOOSE(activation, h, bias, g, kind, rows, width);
}

void moco_tower_activation_backward(const float *h, float *dg, float *g, int kind, ptrdiff_t count) {
  CHOOSE(activation_backward, h, dg, g, kind, count);
}

void moco_tower_column_sums(const float *x, ptrdiff_t stride, ptrdiff_t rows, float *out, ptrdiff_t begin,
                            ptrdiff_t end) {
  CHOOSE(column_sums, x, stride, rows, out, begin, end);
}
