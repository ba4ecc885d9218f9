// Kernels on the rows of a matrix [rows, width] without gaps, and reductions. Nothing here allocates or checks.
#ifndef MOCO_ROWS_H
#define MOCO_ROWS_H

#include <stddef.h>
#include <stdint.h>

/// out = softmax of each row; a row of -inf alone gives NaN, as the definition does. out may be x.
void moco_softmax(const float *x, float *out, ptrdiff_t rows, ptrdiff_t width);
/// dx = y (dy - <y, dy>).
void moco_softmax_backward(const float *y, const float *dy, float *dx, ptrdiff_t rows, ptrdiff_t width);

/// out = x - log sum exp x. out may be x.
void moco_log_softmax(const float *x, float *out, ptrdiff_t rows, ptrdiff_t width);
/// dx = dy - exp(y) sum(dy).
void moco_log_softmax_backward(const float *y, const float *dy, float *dx, ptrdiff_t rows, ptrdiff_t width);

/// out = x / max(|x|, eps); inverse [rows] receives the factor. out may be x.
void moco_normalize(const float *x, float eps, float *out, float *inverse, ptrdiff_t rows, ptrdiff_t width);
/// dx = inverse (dy - y <y, dy>), without the second term where the norm was below eps.
void moco_normalize_backward(const float *y, const float *inverse, float eps, const float *dy, float *dx,
                             ptrdiff_t rows, ptrdiff_t width);

/// Sums in double precision in sixteen lanes, in an order that depends on n alone.
double moco_sum(const float *x, ptrdiff_t n);
double moco_dot(const float *x, const float *y, ptrdiff_t n);

/// out = e^x in double precision, to about one unit in the last place. out may be x.
void moco_exp_double(const double *x, double *out, ptrdiff_t n);

/// out[c] = sum of x[r * stride + c] over the rows, for c in 0 ..< columns; accumulated in double precision.
void moco_sum_columns(const float *x, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t columns, float *out);

/// The same for the largest (sign 1) or smallest (sign -1) element and its first index; NaN wins.
/// values or indices may be NULL.
void moco_extreme_columns(const float *x, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t columns, int sign,
                          float *values, int64_t *indices);

#endif
