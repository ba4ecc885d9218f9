// The loops of peak.h, in a copy for each instruction set chosen at run time.
#include "peak.h"

#include "variants.h"

// Enough chains to fill two units of four cycles' latency, few enough for the registers of every copy.
enum { CHAINS = 12 };

#define PEAK(name, LANES, FUSED)                                                              \
  static double name##_peak(ptrdiff_t turns, float *out) {                                   \
    typedef float v __attribute__((vector_size(4 * LANES), aligned(4)));                     \
    v chain[CHAINS];                                                                         \
    v shrink, grow;                                                                          \
    for (int j = 0; j < LANES; j++) shrink[j] = 0.999f + *out, grow[j] = 0.001f;             \
    for (int i = 0; i < CHAINS; i++) chain[i] = grow * (float)i;                             \
    _Pragma("clang loop unroll_count(4)") for (ptrdiff_t t = 0; t < turns; t++) {            \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++) chain[i] =         \
          FUSED(chain[i], shrink, grow);                                                     \
    }                                                                                        \
    float sum = 0;                                                                           \
    for (int i = 0; i < CHAINS; i++) sum += chain[i][0];                                     \
    *out = sum;                                                                              \
    return 2.0 * CHAINS * LANES * (double)turns;                                             \
  }

// Without the instruction: a product and a sum.
#define APART(a, b, c) ((a) * (b) + (c))
#define FUSED(a, b, c) __builtin_elementwise_fma(a, b, c)

PEAK(base, 4, APART)
#if MOCO_HAS_COPIES
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
PEAK(avx2, 8, FUSED)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
PEAK(avx512, 16, FUSED)
#pragma clang attribute pop
#endif

double moco_peak_run(ptrdiff_t turns, float *out) { return CHOOSE(peak, turns, out); }
