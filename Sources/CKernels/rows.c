// Kernels of rows.h, in one copy for each instruction set.
#include "rows.h"

#include "vector_log.h"

#define MOCO_BODY "rows_body.h"
#include "copies.h"

void moco_softmax(const float *x, float *out, ptrdiff_t rows, ptrdiff_t width) {
  CHOOSE(softmax, x, out, rows, width);
}

void moco_softmax_backward(const float *y, const float *dy, float *dx, ptrdiff_t rows, ptrdiff_t width) {
  CHOOSE(softmax_backward, y, dy, dx, rows, width);
}

void moco_log_softmax(const float *x, float *out, ptrdiff_t rows, ptrdiff_t width) {
  CHOOSE(log_softmax, x, out, rows, width);
}

void moco_log_softmax_backward(const float *y, const float *dy, float *dx, ptrdiff_t rows, ptrdiff_t width) {
  CHOOSE(log_softmax_backward, y, dy, dx, rows, width);
}

void moco_normalize(const float *x, float eps, float *out, float *inverse, ptrdiff_t rows, ptrdiff_t width) {
  CHOOSE(normalize, x, eps, out, inverse, rows, width);
}

void moco_normalize_backward(const float *y, const float *inverse, float eps, const float *dy, float *dx,
                             ptrdiff_t rows, ptrdiff_t width) {
  CHOOSE(normalize_backward, y, inverse, eps, dy, dx, rows, width);
}

double moco_sum(const float *x, ptrdiff_t n) { return CHOOSE(sum, x, n); }

double moco_dot(const float *x, const float *y, ptrdiff_t n) { return CHOOSE(dot, x, y, n); }

void moco_exp_double(const double *x, double *out, ptrdiff_t n) { CHOOSE(exp_double, x, out, n); }

void moco_sum_columns(const float *x, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t columns, float *out) {
  CHOOSE(sum_columns, x, rows, stride, columns, out);
}

void moco_extreme_columns(const float *x, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t columns, int sign,
                          float *values, int64_t *indices) {
  for (ptrdiff_t c = 0; c < columns; c++) {
    float best = x[c];
    int64_t at = 0;
    for (ptrdiff_t r = 1; r < rows && best == best; r++) {
      const float v = x[r * stride + c];
      if (v != v || (sign > 0 ? v > best : v < best)) {
        best = v;
        at = r;
      }
    }
    if (values) values[c] = best;
    if (indices) indices[c] = at;
  }
}
