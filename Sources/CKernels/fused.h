// The fused product a b + c, rounded once, where the processor has no instruction for it.
//
// The product of two floats is exact in double precision. Its sum with c, rounded to double and then to single precision,
// is the fused product, unless the double lies half-way between two floats or in single precision's denormal range. There
// the sum is rounded to odd instead (the last bit is set where something was lost), and the rounding to single precision
// is the only one that shows.

#include <stdint.h>

typedef float moco_f4 __attribute__((vector_size(16), aligned(4)));
typedef int32_t moco_i4 __attribute__((vector_size(16), aligned(4)));
typedef int32_t moco_i8 __attribute__((vector_size(32), aligned(4)));
typedef double moco_d2 __attribute__((vector_size(16), aligned(8)));
typedef double moco_d4 __attribute__((vector_size(32), aligned(8)));
typedef int64_t moco_l4 __attribute__((vector_size(32), aligned(8)));

// The sum p + z, which is s when rounded to nearest, rounded to odd and then to single precision.
__attribute__((noinline, cold)) static void moco_fused4_near(const moco_d4 *p_at, const moco_d4 *z_at, moco_f4 *out) {
#pragma clang fp contract(off)
  const moco_d4 p = *p_at, z = *z_at, s = p + z;
  // What the sum lost; not a number where something is infinite, which neither comparison below takes.
  const moco_d4 q = s - p, lost = (p - (s - q)) + (z - q);
  const moco_d4 zero = {0, 0, 0, 0};
  const moco_l4 up = lost > zero, down = lost < zero, bits = (moco_l4)s, even = (bits & 1) - 1;
  // An even last digit moves by one towards what was lost: away from zero where both have one sign.
  const moco_l4 away = (up & (s > zero)) | (down & (s < zero)), toward = (up | down) & ~away;
  *out = __builtin_convertvector((moco_d4)(bits + (((toward & even) - (away & even)))), moco_f4);
}

static inline __attribute__((always_inline)) moco_f4 moco_fused4(moco_f4 a, moco_f4 b, moco_f4 c) {
#pragma clang fp contract(off)
  const moco_d4 p = __builtin_convertvector(a, moco_d4) * __builtin_convertvector(b, moco_d4);
  const moco_d4 z = __builtin_convertvector(c, moco_d4), s = p + z;
  const moco_i4 low = __builtin_shufflevector((moco_i8)s, (moco_i8)s, 0, 2, 4, 6);
  const moco_i4 high = __builtin_shufflevector((moco_i8)s, (moco_i8)s, 1, 3, 5, 7) & 0x7FFFFFFF;
  const moco_i4 near = ((low & 0x1FFFFFFF) == 0x10000000) | ((high < 0x38100000) & (high > 0));
  moco_f4 result = __builtin_convertvector(s, moco_f4);
#if defined(__SSE2__)
  const int any = __builtin_ia32_movmskps((moco_f4)near);
#else
  const int any = (near[0] | near[1] | near[2] | near[3]) != 0;
#endif
  if (__builtin_expect(any, 0)) moco_fused4_near(&p, &z, &result);
  return result;
}
