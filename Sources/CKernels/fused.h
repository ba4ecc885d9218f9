// The fused product a b + c, rounded once, where the processor has no instruction for it.
//
// The product of two floats is exact in double precision. Its sum with c is rounded to odd (the last bit is set where
// something was lost), so that the rounding to single precision that follows is the only one that shows.

#include <stdint.h>

typedef float moco_f4 __attribute__((vector_size(16), aligned(4)));
typedef double moco_d2 __attribute__((vector_size(16), aligned(8)));
typedef double moco_d4 __attribute__((vector_size(32), aligned(8)));
typedef int64_t moco_l4 __attribute__((vector_size(32), aligned(8)));

static inline __attribute__((always_inline)) moco_f4 moco_fused4(moco_f4 a, moco_f4 b, moco_f4 c) {
#pragma clang fp contract(off)
  const moco_d4 p = __builtin_convertvector(a, moco_d4) * __builtin_convertvector(b, moco_d4);
  const moco_d4 z = __builtin_convertvector(c, moco_d4), s = p + z;
  // What the sum lost; not a number where something is infinite, which neither comparison below takes.
  const moco_d4 q = s - p, lost = (p - (s - q)) + (z - q);
  const moco_d4 zero = {0, 0, 0, 0};
  const moco_l4 up = lost > zero, down = lost < zero, bits = (moco_l4)s, even = (bits & 1) - 1;
  // An even last digit moves by one towards what was lost: away from zero where both have one sign.
  const moco_l4 away = (up & (s > zero)) | (down & (s < zero)), toward = (up | down) & ~away;
  return __builtin_convertvector((moco_d4)(bits + (((toward & even) - (away & even)))), moco_f4);
}
