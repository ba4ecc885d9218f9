// Matrix products whose bits do not depend on the processor, on the number of threads, on how a
// product is cut into tiles, or on the rows beside a row.
//
// Element [i, j] is a sum of blocks. A block is one chain of fused products over consecutive k, in order, from zero:
// s = fma(a[i, k], b[k, j], s). The blocks are added in order. Their size is fixed by k alone.
#ifndef MOCO_PRODUCT_H
#define MOCO_PRODUCT_H

#include <stddef.h>

/// C = start + alpha op(A) op(B), row-major; strides are elements from one row to the next.
///
/// A is [m, k], or [k, m] with `a_transposed`; B is [k, n], or [n, k] with `b_transposed`; C is [m, n] and apart from A
/// and B. What a product starts from is beta C (C is not read where beta is 0), or, where one of them is given,
/// `source` [m, n] plus `bias` [n] on every row; `source` may be C.
#define MOCO_PRODUCT(ELEMENT)                              \
  struct {                                                 \
    ptrdiff_t m, n, k;                                     \
    const ELEMENT *a;                                      \
    ptrdiff_t a_stride;                                    \
    int a_transposed;                                      \
    const ELEMENT *b;                                      \
    ptrdiff_t b_stride;                                    \
    int b_transposed;                                      \
    ELEMENT alpha, beta;                                   \
    const ELEMENT *bias;   /* NULL for none */             \
    const ELEMENT *source; /* NULL for none */             \
    ptrdiff_t source_stride;                               \
    ELEMENT *c;                                            \
    ptrdiff_t c_stride;                                    \
  }

typedef MOCO_PRODUCT(float) moco_product;
typedef MOCO_PRODUCT(double) moco_product_double;

/// Computes it on the calling thread. Nothing here checks: sizes and strides are validated by the caller.
void moco_product_run(const moco_product *p);
void moco_product_run_double(const moco_product_double *p);

/// Sum of x[i] y[i]: eight sums over i modulo 8, added in a fixed tree.
double moco_dot_double(const double *x, const double *y, ptrdiff_t n);

/// y += alpha x, rounded after the product and after the sum.
void moco_add_scaled_double(ptrdiff_t n, double alpha, const double *x, double *y);

/// The terms of a block of a product over k; at least 1.
ptrdiff_t moco_product_block(ptrdiff_t k);

#endif
