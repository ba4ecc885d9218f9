// Functions on eight floats, after vector_body.h. Polynomials in float, fused where the instruction set can.

#define SPLATI(x) ((I8){x, x, x, x, x, x, x, x})
#define ABS8(x) ((F8)((I8)(x) & SPLATI(0x7FFFFFFF)))
#define INFINITE SPLAT(__builtin_inff())

// e^x everywhere: 0 below, infinity above, NaN through. x = n ln2 + r with |r| <= ln2 / 2; 2^n in two factors,
// so that results reach down into the denormals and up to the largest float.
INLINE F8 MOCO_VARIANT(exp_full)(F8 x) {
  I8 low = x < SPLAT(-104.0f), high = x > SPLAT(88.8f), nan = x != x;
  F8 y = SELECT(low | high | nan, SPLAT(0.0f), x);
  F8 shifted = y * SPLAT(1.44269504088896341f) + SPLAT(12582912.0f);
  F8 n = shifted - SPLAT(12582912.0f);
  F8 r = y - n * SPLAT(0.693359375f);
  r = r + n * SPLAT(2.12194440e-4f);
  F8 p = SPLAT(1.9875691500e-4f);
  p = p * r + SPLAT(1.3981999507e-3f);
  p = p * r + SPLAT(8.3334519073e-3f);
  p = p * r + SPLAT(4.1665795894e-2f);
  p = p * r + SPLAT(1.6666665459e-1f);
  p = p * r + SPLAT(5.0000001201e-1f);
  p = (p * r) * r + r + SPLAT(1.0f);
  I8 whole = (I8)shifted - SPLATI(0x4B400000), half = whole >> 1;
  F8 first = (F8)((half + SPLATI(127)) << 23), second = (F8)((whole - half + SPLATI(127)) << 23);
  F8 e = p * first * second;
  e = SELECT(low, SPLAT(0.0f), e);
  e = SELECT(high, INFINITE, e);
  return SELECT(nan, x, e);
}

// Two minimax polynomials: a + a R(a^2) near zero, 1 - e^(-t + t Q(t)) beyond.
INLINE F8 MOCO_VARIANT(erf)(F8 a) {
  F8 t = ABS8(a), s = a * a;
  F8 r = SPLAT(-1.72853470e-5f) * t + SPLAT(3.83197126e-4f);
  F8 u = SPLAT(-3.88396438e-3f) * t + SPLAT(2.42546219e-2f);
  r = r * s + u;
  r = r * t + SPLAT(-1.06777877e-1f);
  r = r * t + SPLAT(-6.34846687e-1f);
  r = r * t + SPLAT(-1.28717512e-1f);
  r = r * t - t;
  F8 far = SPLAT(1.0f) - MOCO_VARIANT(exp_full)(r);
  // Past 4 the polynomial in the exponent is no longer meant: erf is 1 to rounding.
  far = SELECT(t > SPLAT(4.0f), SPLAT(1.0f), far);
  far = (F8)((I8)far | ((I8)a & SPLATI((int32_t)0x80000000)));
  F8 q = SPLAT(-5.96761703e-4f);
  q = q * s + SPLAT(4.99119423e-3f);
  q = q * s + SPLAT(-2.67681349e-2f);
  q = q * s + SPLAT(1.12819925e-1f);
  q = q * s + SPLAT(-3.76125336e-1f);
  q = q * s + SPLAT(1.28379166e-1f);
  q = q * a + a;
  return SELECT(t > SPLAT(0.927734375f), far, SELECT(a == a, q, a));
}

// a + a^3 P(a^2) near zero, 1 - 2 / (e^2a + 1) beyond.
INLINE F8 MOCO_VARIANT(tanh)(F8 a) {
  F8 t = ABS8(a), s = a * a;
  F8 far = SPLAT(1.0f) - SPLAT(2.0f) / (MOCO_VARIANT(exp_full)(t + t) + SPLAT(1.0f));
  F8 q = SPLAT(1.57394409e-2f);
  q = q * s + SPLAT(-5.23025580e-2f);
  q = q * s + SPLAT(1.33152470e-1f);
  q = q * s + SPLAT(-3.33327681e-1f);
  q = (q * s) * t + t;
  F8 y = SELECT(t > SPLAT(0.55f), far, q);
  return SELECT(a == a, (F8)((I8)y | ((I8)a & SPLATI((int32_t)0x80000000))), a);
}

INLINE F8 MOCO_VARIANT(sigmoid)(F8 x) { return SPLAT(1.0f) / (SPLAT(1.0f) + MOCO_VARIANT(exp_full)(-x)); }

// Phi(x), the normal distribution function.
INLINE F8 MOCO_VARIANT(phi)(F8 x) {
  return SPLAT(0.5f) * (SPLAT(1.0f) + MOCO_VARIANT(erf)(x * SPLAT(0.70710678118654752f)));
}
