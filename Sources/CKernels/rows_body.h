// The bodies of rows.c, compiled once for each instruction set by copies.h.

static double MOCO_VARIANT(sum)(const float *x, ptrdiff_t n) {
  D16 s = {0};
  EACH16(i, n, { s += DOUBLES(GET(x + i)); });
  return MOCO_VARIANT(sum_d16)(s);
}

// The product of two floats is exact in double precision, so fusing would change nothing.
static double MOCO_VARIANT(dot)(const float *x, const float *y, ptrdiff_t n) {
  D16 s = {0};
  EACH16(i, n, { s += DOUBLES(GET(x + i)) * DOUBLES(GET(y + i)); });
  return MOCO_VARIANT(sum_d16)(s);
}

// e^x in double precision, to about one unit in the last place: x = n ln2 + r, the series of e^r with |r| <= ln2 / 2, and
// 2^n in two factors. Nothing is fused.
INLINE D16 MOCO_VARIANT(exp_d16)(D16 x) {
  const D16 least = SPLATD(-746.0), most = SPLATD(710.0), magic = SPLATD(0x1.8p52 + 2046);
  const L16 low = x < least, high = x > most;
  x = (D16)(((L16)least & low) | ((L16)most & high) | ((L16)x & ~(low | high)));
  // The last bits are n + 2046, and half of them n / 2 + 1023.
  const D16 shifted = x * SPLATD(1.4426950408889634) + magic, n = shifted - magic;
  const D16 r = (x - n * SPLATD(0x1.62e42fee00000p-1)) - n * SPLATD(0x1.a39ef35793c76p-33);
  D16 p = SPLATD(1.0 / 6227020800);
  p = p * r + SPLATD(1.0 / 479001600);
  p = p * r + SPLATD(1.0 / 39916800);
  p = p * r + SPLATD(1.0 / 3628800);
  p = p * r + SPLATD(1.0 / 362880);
  p = p * r + SPLATD(1.0 / 40320);
  p = p * r + SPLATD(1.0 / 5040);
  p = p * r + SPLATD(1.0 / 720);
  p = p * r + SPLATD(1.0 / 120);
  p = p * r + SPLATD(1.0 / 24);
  p = p * r + SPLATD(1.0 / 6);
  p = p * r + SPLATD(0.5);
  p = p * (r * r) + r + SPLATD(1.0);
  const U16 whole = (U16)shifted, half = whole >> 1;
  return p * (D16)(half << 52) * (D16)((whole - half) << 52);
}

static void MOCO_VARIANT(exp_double)(const double *x, double *out, ptrdiff_t n) {
  typedef D16 at __attribute__((aligned(8)));
  ptrdiff_t i = 0;
  for (; i + 16 <= n; i += 16) *(at *)(out + i) = MOCO_VARIANT(exp_d16)(*(const at *)(x + i));
  if (i < n) {
    double part[16] = {0};
    for (ptrdiff_t j = i; j < n; j++) part[j - i] = x[j];
    *(at *)part = MOCO_VARIANT(exp_d16)(*(const at *)part);
    for (ptrdiff_t j = i; j < n; j++) out[j] = part[j - i];
  }
}

static void MOCO_VARIANT(sum_columns)(const float *x, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t columns,
                                      float *out) {
  EACH16(c, columns, {
    D16 s = {0};
    for (ptrdiff_t r = 0; r < rows; r++) s += DOUBLES(GET(x + r * stride + c));
    PUT(out + c, FLOATS(s));
  });
}

INLINE float MOCO_VARIANT(row_max)(const float *x, ptrdiff_t n) {
  F16 m = -INFINITE;
  EACH16(i, n, {
    F16 v = GET(x + i);
    if (here < 16) v = SELECT(MOCO_VARIANT(first)(here), v, -INFINITE);
    m = LARGER(v, m);
  });
  return MOCO_VARIANT(max16)(m);
}

// e^(x - m) with m the largest; the sum is returned, and the last vector of fewer than sixteen stays in rest.
INLINE double MOCO_VARIANT(row_exp)(const float *x, float m, float *out, ptrdiff_t n, F16 *rest) {
  D16 s = {0};
  const ptrdiff_t whole = n & ~(ptrdiff_t)15, k = n - whole;
  for (ptrdiff_t i = 0; i < whole; i += 16) {
    const F16 e = MOCO_VARIANT(exp_full)(LOAD(x + i) - SPLAT(m));
    if (out) STORE(out + i, e);
    s += DOUBLES(e);
  }
  if (k) {
    const F16 e = MOCO_VARIANT(exp_full)(MOCO_VARIANT(get)(x + whole, k) - SPLAT(m));
    *rest = (F16)((I16)e & MOCO_VARIANT(first)(k));
    s += DOUBLES(*rest);
  }
  return MOCO_VARIANT(sum_d16)(s);
}

static void MOCO_VARIANT(softmax)(const float *x, float *out, ptrdiff_t rows, ptrdiff_t width) {
  const ptrdiff_t whole = width & ~(ptrdiff_t)15, k = width - whole;
  for (ptrdiff_t r = 0; r < rows; r++, x += width, out += width) {
    F16 rest = ZERO;
    const double sum = MOCO_VARIANT(row_exp)(x, MOCO_VARIANT(row_max)(x, width), out, width, &rest);
    const F16 scale = SPLAT((float)(1.0 / sum));
    for (ptrdiff_t i = 0; i < whole; i += 16) STORE(out + i, LOAD(out + i) * scale);
    if (k) MOCO_VARIANT(put)(out + whole, rest * scale, k);
  }
}

static void MOCO_VARIANT(softmax_backward)(const float *y, const float *dy, float *dx, ptrdiff_t rows,
                                           ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, y += width, dy += width, dx += width) {
    const F16 d = SPLAT((float)MOCO_VARIANT(dot)(y, dy, width));
    EACH16(i, width, { PUT(dx + i, GET(y + i) * (GET(dy + i) - d)); });
  }
}

static void MOCO_VARIANT(log_softmax)(const float *x, float *out, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, x += width, out += width) {
    float m = MOCO_VARIANT(row_max)(x, width);
    F16 rest;
    float l = (float)moco_fixed_log(MOCO_VARIANT(row_exp)(x, m, NULL, width, &rest));
    EACH16(i, width, { PUT(out + i, (GET(x + i) - SPLAT(m)) - SPLAT(l)); });
  }
}

static void MOCO_VARIANT(log_softmax_backward)(const float *y, const float *dy, float *dx, ptrdiff_t rows,
                                               ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, y += width, dy += width, dx += width) {
    float d = (float)MOCO_VARIANT(sum)(dy, width);
    EACH16(i, width, {
      PUT(dx + i, FMA16(MOCO_VARIANT(exp_full)(GET(y + i)), SPLAT(-d), GET(dy + i)));
    });
  }
}

static void MOCO_VARIANT(normalize)(const float *x, float eps, float *out, float *inverse, ptrdiff_t rows,
                                    ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, x += width, out += width) {
    float norm = (float)sqrt(MOCO_VARIANT(dot)(x, x, width));
    float f = 1.0f / (norm > eps || norm != norm ? norm : eps);
    if (inverse) inverse[r] = f;
    EACH16(i, width, { PUT(out + i, GET(x + i) * SPLAT(f)); });
  }
}

static void MOCO_VARIANT(normalize_backward)(const float *y, const float *inverse, float eps, const float *dy,
                                             float *dx, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, y += width, dy += width, dx += width) {
    float f = inverse[r];
    float d = f >= 1.0f / eps ? 0.0f : (float)MOCO_VARIANT(dot)(y, dy, width);
    EACH16(i, width, { PUT(dx + i, SPLAT(f) * (GET(dy + i) - GET(y + i) * SPLAT(d))); });
  }
}
