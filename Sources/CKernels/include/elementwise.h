// One operation on every element. Strides are in elements; 0 repeats the first element.
// Every copy of a kernel gives the same bits; POW, SIN and COS are the C library's. Which bits a NaN has is not
// promised.
// out may be one of the inputs (with stride 1) and is otherwise apart from them. Nothing here allocates or checks.
#ifndef MOCO_ELEMENTWISE_H
#define MOCO_ELEMENTWISE_H

#include <stddef.h>
#include <stdint.h>

/// Two operands. Maximum and minimum propagate NaN; MOD has the sign of b, as in the language.
typedef enum {
  MOCO_ADD, MOCO_SUB, MOCO_MUL, MOCO_DIV, MOCO_MAX, MOCO_MIN, MOCO_POW, MOCO_MOD
} moco_binary_op;

void moco_binary(int op, ptrdiff_t n, const float *a, ptrdiff_t a_stride, const float *b, ptrdiff_t b_stride,
                 float *out);

typedef enum { MOCO_EQ, MOCO_NE, MOCO_LT, MOCO_LE, MOCO_GT, MOCO_GE } moco_compare_op;

/// out is 0 or 1.
void moco_compare(int op, ptrdiff_t n, const float *a, ptrdiff_t a_stride, const float *b, ptrdiff_t b_stride,
                  uint8_t *out);

/// One operand. exp, erf and tanh are within 2 units in the last place, log within 0.51; GELU is the exact one, by erf;
/// QUICK_GELU is x sigmoid(1.702 x). ROUND takes ties to even.
typedef enum {
  MOCO_NEG, MOCO_ABS, MOCO_EXP, MOCO_LOG, MOCO_SQRT, MOCO_RSQRT, MOCO_SQUARE, MOCO_RECIPROCAL, MOCO_TANH,
  MOCO_SIGMOID, MOCO_RELU, MOCO_GELU, MOCO_QUICK_GELU, MOCO_ERF, MOCO_SIN, MOCO_COS, MOCO_FLOOR, MOCO_CEIL,
  MOCO_ROUND, MOCO_SIGN
} moco_unary_op;

void moco_unary(int op, ptrdiff_t n, const float *x, ptrdiff_t x_stride, float *out);

/// dx = dy * f'(x), where y = f(x). FLOOR, CEIL, ROUND and SIGN give zero; ABS and RELU give zero at zero.
void moco_unary_backward(int op, ptrdiff_t n, const float *x, const float *y, const float *dy, float *dx);

/// y += alpha * x.
void moco_add_scaled(ptrdiff_t n, float alpha, const float *x, float *y);

/// out = a * b + c, rounded once, as fmaf does.
void moco_fused(ptrdiff_t n, const float *a, const float *b, const float *c, float *out);

/// out = alpha * x + beta. out may be x.
void moco_affine(ptrdiff_t n, float alpha, const float *x, float beta, float *out);

#endif
