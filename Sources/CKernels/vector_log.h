// The logarithm of one number in double precision, by exactly rounded operations alone: its bits do not depend on the
// C library. Accurate to about 1e-15.
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "variants.h"

static inline double moco_fixed_log(double x) {
  if (!(x > 0) || x == INFINITY) return x == 0 ? -INFINITY : x > 0 ? x : NAN;
  double power = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p64;
    power = -64;
  }
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  // The sum carries into the exponent where the mantissa is above the root of 2.
  const uint64_t e = (bits + (0x3FF0000000000000u + (1ull << 52) - 0x3FF6A09E667F3BCDu)) >> 52;
  bits = bits - (e << 52) + 0x3FF0000000000000u;
  double m;
  memcpy(&m, &bits, sizeof m);
  power += (double)e - 1023;
  // ln m = 2 artanh z
  const double z = (m - 1) / (m + 1), s = z * z;
  double p = 0;
  for (int k = 21; k >= 1; k -= 2) p = p * s + 1.0 / k;
  return power * 0.6931471805599453 + 2 * z * p;
}
