// The products of quantized.h, in a copy for each instruction set chosen at run time.
#include "quantized.h"

#include <math.h>
#include <string.h>

#include "processor.h"
#include "variants.h"
#if MOCO_HAS_COPIES
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))
#pragma STDC FP_CONTRACT OFF

// Columns of a packed panel, and rows that are quantized at a time.
enum { PANEL = 32, ROWS = 112 };

// Four products of bytes by two of 16-bit halves each, exact: those of the even bytes and those of the odd ones.
#define FOUR_BY_HALVES(acc, x, w, half, madd)                                               \
  ({                                                                                        \
    const half even = (half)(x) & (half)((W){0} + 0x00FF00FF), odd = (half)((x) >> 8) & (half)((W){0} + 0x00FF00FF); \
    const half w_even = (half)(w) << 8 >> 8, w_odd = (half)(w) >> 8;                        \
    (acc) + (W)madd(even, w_even) + (W)madd(odd, w_odd);                                    \
  })

#define MOCO_VARIANT(name) base_##name
#define VECTOR 4
#define HEIGHT 4
#if MOCO_HAS_COPIES
typedef int16_t moco_half8 __attribute__((vector_size(16)));
#define MADD(a, b) _mm_madd_epi16((__m128i)(a), (__m128i)(b))
#define FOUR(acc, x, w) FOUR_BY_HALVES(acc, x, w, moco_half8, MADD)
#else
#define FOUR(acc, x, w)                                                                                     \
  ((acc) + ((x)&255) * ((w) << 24 >> 24) + ((x) >> 8 & 255) * ((w) << 16 >> 24) + ((x) >> 16 & 255) * ((w) << 8 >> 24) + \
   ((x) >> 24 & 255) * ((w) >> 24))
#endif
#include "quantized_body.h"
#undef MOCO_VARIANT
#undef VECTOR
#undef HEIGHT
#undef FOUR
#undef MADD

#if MOCO_HAS_COPIES
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define MOCO_VARIANT(name) avx2_##name
#define VECTOR 8
#define HEIGHT 6
typedef int16_t moco_half16 __attribute__((vector_size(32)));
#define MADD(a, b) _mm256_madd_epi16((__m256i)(a), (__m256i)(b))
#define FOUR(acc, x, w) FOUR_BY_HALVES(acc, x, w, moco_half16, MADD)
#include "quantized_body.h"
#undef MOCO_VARIANT
#undef VECTOR
#undef HEIGHT
#undef FOUR
#undef MADD
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#define MOCO_VARIANT(name) avx512_##name
#define VECTOR 16
#define HEIGHT 14
typedef int16_t moco_half32 __attribute__((vector_size(64)));
#define MADD(a, b) _mm512_madd_epi16((__m512i)(a), (__m512i)(b))
#define FOUR(acc, x, w) FOUR_BY_HALVES(acc, x, w, moco_half32, MADD)
#include "quantized_body.h"
#undef MOCO_VARIANT
#undef FOUR
#undef MADD
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)
#define MOCO_VARIANT(name) vnni_##name
#define FOUR(acc, x, w) ((W)_mm512_dpbusd_epi32((__m512i)(acc), (__m512i)(x), (__m512i)(w)))
#include "quantized_body.h"
#undef MOCO_VARIANT
#undef VECTOR
#undef HEIGHT
#undef FOUR
#pragma clang attribute pop
#endif

size_t moco_quantized_size(ptrdiff_t n, ptrdiff_t k) {
  return (size_t)((n + PANEL - 1) / PANEL * PANEL) * (size_t)((k + 3) / 4 * 4);
}

size_t moco_quantized_room(ptrdiff_t k) { return (size_t)((k + 3) / 4 * 4) * (ROWS + 1) + 64; }

void moco_quantized_pack(const float *w, ptrdiff_t n, ptrdiff_t k, int8_t *packed, float *scales, int32_t *sums) {
  const ptrdiff_t groups = (k + 3) / 4;
  memset(packed, 0, moco_quantized_size(n, k));
  for (ptrdiff_t j = 0; j < n; j++) {
    const float *row = w + j * k;
    float most = 0;
    int bad = 0;
    for (ptrdiff_t i = 0; i < k; i++) {
      most = fmaxf(most, fabsf(row[i]));
      bad |= !isfinite(row[i]);
    }
    const float inverse = bad || most < 1e-30f ? 0.0f : 127.0f / most;
    scales[j] = bad ? nanf("") : inverse == 0.0f ? 0.0f : most / 127.0f;
    int32_t sum = 0;
    int8_t *const panel = packed + j / PANEL * PANEL * groups * 4 + j % PANEL * 4;
    for (ptrdiff_t i = 0; i < k; i++) {
      // What is not finite has no whole number; the channel's scale says so.
      const int32_t q = bad ? 0 : (int32_t)((row[i] * inverse + 12582912.0f) - 12582912.0f);
      panel[i / 4 * PANEL * 4 + i % 4] = (int8_t)q;
      sum += q;
    }
    sums[j] = sum;
  }
}

int moco_quantized_is_fast(void) {
  return moco_processor_has_vnni() && kernel_variant() == MOCO_KERNELS_AVX512;
}

void moco_quantized_run(const moco_quantized *p) {
#if MOCO_HAS_COPIES
  if (moco_quantized_is_fast()) return vnni_quantized(p);
#endif
  CHOOSE(quantized, p);
}
