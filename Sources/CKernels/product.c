// The products of product.h, in a copy for each instruction set chosen at run time.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "product.h"

#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fused.h"
#include "kernel_family.h"
#include "variants.h"

#define INLINE static inline __attribute__((always_inline))
// What the next tile reads; beyond the end of a matrix nothing happens.
#define PREFETCH(p) __builtin_prefetch(p, 0, 2)
#pragma STDC FP_CONTRACT OFF

// Terms of a block, rows of A that are laid out at a time, and the largest tile of any copy.
enum { BLOCK = 384, ROWS = 336, TALLEST = 14, WIDEST = 32, MARGIN = 64 };

// Where a block of a tile goes, and what it is added to: `source` and `bias` where they are, else beta C.
#define END(ELEMENT)               \
  struct {                         \
    ELEMENT alpha, beta;           \
    const ELEMENT *bias, *source;  \
    ptrdiff_t source_stride;       \
    ELEMENT *c;                    \
    ptrdiff_t c_stride;            \
  }
typedef END(float) moco_end;
typedef END(double) moco_end_double;
typedef void (*moco_tile)(const float *, const float *, ptrdiff_t, ptrdiff_t, const moco_end *, int);
typedef void (*moco_tile_double)(const double *, const double *, ptrdiff_t, ptrdiff_t, const moco_end_double *, int);

ptrdiff_t moco_product_block(ptrdiff_t k) {
  if (k <= BLOCK) return k > 0 ? k : 1;
  const ptrdiff_t blocks = (k + BLOCK - 1) / BLOCK;
  return ((k + blocks - 1) / blocks + 15) & ~(ptrdiff_t)15;
}

static inline __attribute__((always_inline)) moco_d2 fused_double(moco_d2 a, moco_d2 b, moco_d2 c) {
  return (moco_d2){fma(a[0], b[0], c[0]), fma(a[1], b[1], c[1])};
}

#define ELEMENT float
#define PRODUCT moco_product
#define PRODUCT_END moco_end
#define PRODUCT_TILE moco_tile
#define TRANSPOSES 1

#define MOCO_VARIANT(name) base_##name
#define VECTOR 4
#define HEIGHT 4
#if defined(__FMA__) || defined(__aarch64__)
#define FUSED(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define FUSED(a, b, c) moco_fused4(a, b, c)
#endif
#include "product_body.h"
#undef MOCO_VARIANT
#undef VECTOR
#undef HEIGHT
#undef FUSED

#if MOCO_HAS_COPIES
#define FUSED(a, b, c) __builtin_elementwise_fma(a, b, c)

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define MOCO_VARIANT(name) avx2_##name
#define VECTOR 8
#define HEIGHT 6
#include "product_body.h"
#undef MOCO_VARIANT
#undef VECTOR
#undef HEIGHT
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#define MOCO_VARIANT(name) avx512_##name
#define VECTOR 16
#define HEIGHT 14
#include "product_body.h"
#undef MOCO_VARIANT
#undef VECTOR
#undef HEIGHT
#pragma clang attribute pop
#undef FUSED
#endif

#undef ELEMENT
#undef PRODUCT
#undef PRODUCT_END
#undef PRODUCT_TILE
#undef TRANSPOSES
#define ELEMENT double
#define PRODUCT moco_product_double
#define PRODUCT_END moco_end_double
#define PRODUCT_TILE moco_tile_double
#define TRANSPOSES 0

#define MOCO_VARIANT(name) base_double_##name
#define VECTOR 2
#define HEIGHT 4
#define FUSED(a, b, c) fused_double(a, b, c)
#include "product_body.h"
#undef MOCO_VARIANT
#undef VECTOR
#undef HEIGHT
#undef FUSED

#if MOCO_HAS_COPIES
#define FUSED(a, b, c) __builtin_elementwise_fma(a, b, c)

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define MOCO_VARIANT(name) avx2_double_##name
#define VECTOR 4
#define HEIGHT 6
#include "product_body.h"
#undef MOCO_VARIANT
#undef VECTOR
#undef HEIGHT
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#define MOCO_VARIANT(name) avx512_double_##name
#define VECTOR 8
#define HEIGHT 14
#include "product_body.h"
#undef MOCO_VARIANT
#undef VECTOR
#undef HEIGHT
#pragma clang attribute pop
#endif

// A thread keeps its room for both operands until it ends.
static pthread_key_t room_key;
static pthread_once_t room_once = PTHREAD_ONCE_INIT;
static int has_key = 0;
static void make_key(void) { has_key = pthread_key_create(&room_key, free) == 0; }

// Room in bytes: as many rows of floats as ROWS, or half as many of doubles, and a tile's columns.
enum { ROWS_BYTES = 4 * (ROWS * BLOCK + MARGIN), COLUMNS_BYTES = 8 * (WIDEST / 2 * BLOCK + MARGIN) };

static char *room(void) {
  pthread_once(&room_once, make_key);
  if (!has_key) return NULL;
  void *known = pthread_getspecific(room_key);
  if (known) return known;
  if (posix_memalign(&known, 64, ROWS_BYTES + COLUMNS_BYTES) != 0) return NULL;
  if (pthread_setspecific(room_key, known) == 0) return known;
  free(known);
  return NULL;
}

static void single(const moco_product *p, ptrdiff_t limit, void *rows, void *columns) {
#if MOCO_HAS_COPIES
  if (kernel_variant() == MOCO_KERNELS_AVX512) return avx512_product(p, limit, rows, columns);
  if (kernel_variant() == MOCO_KERNELS_AVX2) return avx2_product(p, limit, rows, columns);
#endif
  base_product(p, limit, rows, columns);
}

static void twice(const moco_product_double *p, ptrdiff_t limit, void *rows, void *columns) {
#if MOCO_HAS_COPIES
  if (kernel_variant() == MOCO_KERNELS_AVX512) return avx512_double_product(p, limit, rows, columns);
  if (kernel_variant() == MOCO_KERNELS_AVX2) return avx2_double_product(p, limit, rows, columns);
#endif
  base_double_product(p, limit, rows, columns);
}

// Without memory fewer rows are taken at a time: the same bits.
enum { FEW_BYTES = 8 * (TALLEST * BLOCK + MARGIN) };

__attribute__((noinline)) static void single_on_stack(const moco_product *p) {
  _Alignas(64) char few[FEW_BYTES + COLUMNS_BYTES];
  single(p, TALLEST, few, few + FEW_BYTES);
}

__attribute__((noinline)) static void twice_on_stack(const moco_product_double *p) {
  _Alignas(64) char few[FEW_BYTES + COLUMNS_BYTES];
  twice(p, TALLEST, few, few + FEW_BYTES);
}

void moco_product_run(const moco_product *p) {
  if (p->m < 1 || p->n < 1) return;
  char *own = room();
  if (own) single(p, ROWS, own, own + ROWS_BYTES);
  else single_on_stack(p);
}

void moco_product_run_double(const moco_product_double *p) {
  if (p->m < 1 || p->n < 1) return;
  char *own = room();
  if (own) twice(p, ROWS / 2 - MARGIN / 2, own, own + ROWS_BYTES);
  else twice_on_stack(p);
}

void moco_add_scaled_double(ptrdiff_t n, double alpha, const double *x, double *y) {
  for (ptrdiff_t i = 0; i < n; i++) y[i] = alpha * x[i] + y[i];
}

// Products and sums are rounded apart: that costs nothing here, where memory is what is waited for.
double moco_dot_double(const double *x, const double *y, ptrdiff_t n) {
  typedef double d8 __attribute__((vector_size(64), aligned(8)));
  d8 s = {0};
  ptrdiff_t i = 0;
  for (; i + 8 <= n; i += 8) s += *(const d8 *)(x + i) * *(const d8 *)(y + i);
  for (int j = 0; i < n; i++, j++) s[j] += x[i] * y[i];
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}
