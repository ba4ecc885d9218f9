// Functions on sixteen floats, after vector_body.h: the same operations in every copy.

#define ABS16(x) ((F16)((I16)(x) & SPLATI(0x7FFFFFFF)))
#define INFINITE SPLAT(__builtin_inff())

// e^r - with r = x - n ln2, |r| <= ln2 / 2 - to about one unit in the last place.
INLINE F16 MOCO_VARIANT(exp_near)(F16 x, F16 n) {
  F16 r = FMA16(n, SPLAT(-0.693359375f), x);
  r = FMA16(n, SPLAT(2.12194440e-4f), r);
  F16 p = SPLAT(1.9875691500e-4f);
  p = FMA16(p, r, SPLAT(1.3981999507e-3f));
  p = FMA16(p, r, SPLAT(8.3334519073e-3f));
  p = FMA16(p, r, SPLAT(4.1665795894e-2f));
  p = FMA16(p, r, SPLAT(1.6666665459e-1f));
  p = FMA16(p, r, SPLAT(5.0000001201e-1f));
  return FMA16(p * r, r, r) + SPLAT(1.0f);
}

// e^x for x that is hardly above 88: below -87 the result is about 1e-38. NaN passes.
INLINE F16 MOCO_VARIANT(exp16)(F16 x) {
  x = SMALLER(SPLAT(88.0f), LARGER(SPLAT(-87.0f), x));
  // Adding 1.5 2^23 + 127 leaves n + 127 in the last bits: the exponent of 2^n.
  F16 shifted = FMA16(x, SPLAT(1.44269504088896341f), SPLAT(12583039.0f));
  F16 e = MOCO_VARIANT(exp_near)(x, shifted - SPLAT(12583039.0f));
  return e * (F16)((I16)shifted << 23);
}

// e^x everywhere: 0 below, infinity above, NaN through. 2^n in two factors, so that results reach down into the
// denormals and beyond the largest float.
INLINE F16 MOCO_VARIANT(exp_full)(F16 x) {
  x = SMALLER(SPLAT(90.0f), LARGER(SPLAT(-105.0f), x));
  // The last bits are n + 254, and half of them n / 2 + 127.
  F16 shifted = FMA16(x, SPLAT(1.44269504088896341f), SPLAT(12583166.0f));
  F16 e = MOCO_VARIANT(exp_near)(x, shifted - SPLAT(12583166.0f));
  I16 whole = (I16)shifted, half = whole >> 1;
  return e * (F16)(half << 23) * (F16)((whole - half) << 23);
}

// ln x, rounded from double precision: x = 2^e m with m about 1, ln m = 2 artanh((m - 1) / (m + 1)).
INLINE F16 MOCO_VARIANT(log16)(F16 x) {
  const D16 d = DOUBLES(x), one = SPLATD(1.0);
  // Every float is a normal double. The sum carries into the exponent where m would exceed the root of 2.
  const U16 bits = (U16)d, unit = (U16)one, root = (U16)SPLATD(1.4142135623730951);
  const U16 e = (bits + (unit + (1ull << 52) - root)) >> 52;
  const D16 m = (D16)(bits - (e << 52) + unit);
  // The integer in the last bits of 2^52, and the bias of the exponent with it.
  const D16 power = (D16)(e | (U16)SPLATD(0x1p52)) - SPLATD(0x1p52 + 1023);
  const D16 z = (m - one) / (m + one), s = z * z;
  D16 p = SPLATD(1.0 / 13);
  p = p * s + SPLATD(1.0 / 11);
  p = p * s + SPLATD(1.0 / 9);
  p = p * s + SPLATD(1.0 / 7);
  p = p * s + SPLATD(1.0 / 5);
  p = p * s + SPLATD(1.0 / 3);
  p = p * s + one;
  F16 y = FLOATS(power * SPLATD(0.6931471805599453) + (z + z) * p);
  y = SELECT(x == ZERO, -INFINITE, y);
  y = SELECT(x == INFINITE, x, y);
  return SELECT(x >= ZERO, y, SELECT(x == x, SPLAT(__builtin_nanf("")), x));
}

// Two minimax polynomials: a + a Q(a^2) near zero, 1 - e^(-t + t R(t)) beyond. At 4 it is 1 to rounding.
INLINE F16 MOCO_VARIANT(erf)(F16 a) {
  F16 t = ABS16(a), s = t * t, u = SMALLER(SPLAT(4.0f), t), v = u * u;
  F16 r = FMA16(FMA16(SPLAT(-1.72853470e-5f), u, SPLAT(3.83197126e-4f)), v,
                FMA16(SPLAT(-3.88396438e-3f), u, SPLAT(2.42546219e-2f)));
  r = FMA16(r, u, SPLAT(-1.06777877e-1f));
  r = FMA16(r, u, SPLAT(-6.34846687e-1f));
  r = FMA16(r, u, SPLAT(-1.28717512e-1f));
  F16 far = SPLAT(1.0f) - MOCO_VARIANT(exp16)(FMA16(r, u, -u));
  far = (F16)((I16)far | ((I16)a & SPLATI((int32_t)0x80000000)));
  F16 q = SPLAT(-5.96761703e-4f);
  q = FMA16(q, s, SPLAT(4.99119423e-3f));
  q = FMA16(q, s, SPLAT(-2.67681349e-2f));
  q = FMA16(q, s, SPLAT(1.12819925e-1f));
  q = FMA16(q, s, SPLAT(-3.76125336e-1f));
  q = FMA16(q, s, SPLAT(1.28379166e-1f));
  return SELECT(t > SPLAT(0.927734375f), far, FMA16(q, a, a));
}

// a + a^3 P(a^2) near zero, 1 - 2 / (e^2a + 1) beyond.
INLINE F16 MOCO_VARIANT(tanh)(F16 a) {
  F16 t = ABS16(a), s = a * a;
  F16 far = SPLAT(1.0f) - SPLAT(2.0f) / (MOCO_VARIANT(exp16)(t + t) + SPLAT(1.0f));
  F16 q = SPLAT(1.57394409e-2f);
  q = FMA16(q, s, SPLAT(-5.23025580e-2f));
  q = FMA16(q, s, SPLAT(1.33152470e-1f));
  q = FMA16(q, s, SPLAT(-3.33327681e-1f));
  q = FMA16(q * s, t, t);
  F16 y = SELECT(t > SPLAT(0.55f), far, q);
  return (F16)((I16)y | ((I16)a & SPLATI((int32_t)0x80000000)));
}

INLINE F16 MOCO_VARIANT(sigmoid)(F16 x) { return SPLAT(1.0f) / (SPLAT(1.0f) + MOCO_VARIANT(exp_full)(-x)); }

// Phi(x), the normal distribution function.
INLINE F16 MOCO_VARIANT(phi)(F16 x) {
  return SPLAT(0.5f) * (SPLAT(1.0f) + MOCO_VARIANT(erf)(x * SPLAT(0.70710678118654752f)));
}
