// The row kernels of a transformer block: bias, LayerNorm, activation, each fused with what stands beside it.
// Matrices are row-major without gaps, [rows, width]. Nothing here allocates or checks.
#ifndef MOCO_TOWER_H
#define MOCO_TOWER_H

#include <stddef.h>
#include <stdint.h>

/// out = x + bias on every row; out may be x, and x may be NULL for zero.
void moco_tower_add_bias(const float *x, const float *bias, float *out, ptrdiff_t rows, ptrdiff_t width);

/// out = (x - mean) * rstd * weight + bias with the row's own mean and 1 / sqrt(variance + eps).
/// statistics, where not NULL, receives mean and rstd of each row, [rows, 2].
void moco_tower_norm(const float *x, const float *weight, const float *bias, float eps, float *out,
                     float *statistics, ptrdiff_t rows, ptrdiff_t width);

/// The same output again from stored statistics.
void moco_tower_norm_again(const float *x, const float *weight, const float *bias, const float *statistics,
                           float *out, ptrdiff_t rows, ptrdiff_t width);

/// dx = residual + gradient of the norm, given dy; residual may be NULL or dx itself, and dx may be dy.
/// dx may be NULL when only the sums are wanted. sums, where not NULL, has the gradients of weight and bias
/// added to it, [2, width].
void moco_tower_norm_backward(const float *dy, const float *x, const float *weight, const float *statistics,
                              const float *residual, float *dx, float *sums, ptrdiff_t rows, ptrdiff_t width);

/// The activations: x * Phi(x), x * sigmoid(1.702 x), and GELU with a tangent in place of the error function.
enum { MOCO_TOWER_GELU = 0, MOCO_TOWER_QUICK_GELU = 1, MOCO_TOWER_GELU_TANH = 2 };

/// h += bias, g = activation(h). g may be h.
void moco_tower_activation(float *h, const float *bias, float *g, int kind, ptrdiff_t rows, ptrdiff_t width);

/// dg becomes dg * activation'(h); g, where not NULL, receives activation(h).
void moco_tower_activation_backward(const float *h, float *dg, float *g, int kind, ptrdiff_t count);

/// out[c] += sum over rows of x[r * stride + c], for columns begin ..< end.
void moco_tower_column_sums(const float *x, ptrdiff_t stride, ptrdiff_t rows, float *out, ptrdiff_t begin,
                            ptrdiff_t end);

#endif
