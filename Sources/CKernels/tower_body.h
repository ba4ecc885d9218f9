// The bodies of tower.c, compiled once for each instruction set by copies.h.

static void MOCO_VARIANT(add_bias)(const float *x, const float *bias, float *out, ptrdiff_t rows,
                                   ptrdiff_t width) {
  if (!x) {
    for (ptrdiff_t r = 0; r < rows; r++) memcpy(out + r * width, bias, sizeof(float) * (size_t)width);
    return;
  }
  for (ptrdiff_t r = 0; r < rows; r++, x += width, out += width)
    EACH64(i, width, { PUT(out + i, GET(x + i) + GET(bias + i)); });
}

INLINE void MOCO_VARIANT(norm_row)(const float *x, const float *weight, const float *bias, float mean, float rstd,
                                   float *out, ptrdiff_t width) {
  EACH64(i, width, {
    PUT(out + i, FMA16((GET(x + i) - SPLAT(mean)) * SPLAT(rstd), GET(weight + i), GET(bias + i)));
  });
}

static void MOCO_VARIANT(norm)(const float *x, const float *weight, const float *bias, float eps, float *out,
                               float *statistics, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *a = x + r * width;
    // Two sums in turn, so that additions do not wait for one another.
    F16 s0 = ZERO, s1 = s0;
    ptrdiff_t begin = 0;
    for (; begin + 32 <= width; begin += 32) {
      s0 += LOAD(a + begin);
      s1 += LOAD(a + begin + 16);
    }
    EACH16(i, width - begin, { s0 += GET(a + begin + i); });
    const float mean = MOCO_VARIANT(sum16)(s0 + s1) / (float)width;
    s0 = s1 = ZERO;
    for (begin = 0; begin + 32 <= width; begin += 32) {
      const F16 d0 = LOAD(a + begin) - SPLAT(mean), d1 = LOAD(a + begin + 16) - SPLAT(mean);
      s0 = FMA16(d0, d0, s0);
      s1 = FMA16(d1, d1, s1);
    }
    EACH16(i, width - begin, {
      const F16 d = KEEP(GET(a + begin + i) - SPLAT(mean));
      s0 = FMA16(d, d, s0);
    });
    const float rstd = 1.0f / sqrtf(MOCO_VARIANT(sum16)(s0 + s1) / (float)width + eps);
    MOCO_VARIANT(norm_row)(a, weight, bias, mean, rstd, out + r * width, width);
    if (statistics) {
      statistics[2 * r] = mean;
      statistics[2 * r + 1] = rstd;
    }
  }
}

static void MOCO_VARIANT(norm_again)(const float *x, const float *weight, const float *bias,
                                     const float *statistics, float *out, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++)
    MOCO_VARIANT(norm_row)(x + r * width, weight, bias, statistics[2 * r], statistics[2 * r + 1], out + r * width,
                           width);
}

// With n = (x - mean) rstd and u = dy * weight: dx = rstd (u - mean(u) - n mean(u n)).
static void MOCO_VARIANT(norm_backward)(const float *dy, const float *x, const float *weight,
                                        const float *statistics, const float *residual, float *dx, float *sums,
                                        ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *a = x + r * width, *d = dy + r * width;
    const float mean = statistics[2 * r], rstd = statistics[2 * r + 1];
    F16 s0 = ZERO, s1 = s0;
    EACH16(i, width, {
      const F16 u = GET(d + i) * GET(weight + i), n = KEEP((GET(a + i) - SPLAT(mean)) * SPLAT(rstd));
      s0 += u;
      s1 = FMA16(u, n, s1);
    });
    const float m0 = MOCO_VARIANT(sum16)(s0) / (float)width, m1 = MOCO_VARIANT(sum16)(s1) / (float)width;
    if (sums) {
      float *sb = sums + width;
      EACH16(i, width, {
        const F16 g = GET(d + i), n = (GET(a + i) - SPLAT(mean)) * SPLAT(rstd);
        PUT(sums + i, FMA16(g, n, GET(sums + i)));
        PUT(sb + i, GET(sb + i) + g);
      });
    }
    if (!dx) continue;
    float *o = dx + r * width;
    const float *res = residual ? residual + r * width : 0;
    EACH16(i, width, {
      const F16 u = GET(d + i) * GET(weight + i), n = (GET(a + i) - SPLAT(mean)) * SPLAT(rstd);
      const F16 y = FMA16(n, SPLAT(-m1), u - SPLAT(m0)) * SPLAT(rstd);
      PUT(o + i, res ? GET(res + i) + y : y);
    });
  }
}

// The activation and, times `up`, its derivative.
INLINE void MOCO_VARIANT(activate)(F16 h, int kind, F16 *value, F16 up, F16 *slope) {
  const F16 one = SPLAT(1.0f);
  if (kind == MOCO_TOWER_GELU_TANH) {
    // 0.5 h (1 + tanh(u / 2)) is h / (1 + exp(-u)).
    F16 u = SPLAT(1.5957691216057308f) * FMA16(SPLAT(0.044715f) * h * h, h, h);
    F16 e = MOCO_VARIANT(exp16)(-u);
    F16 s = one / (one + e);
    F16 v = h * s;
    *value = v;
    // 1 - s is e * s. Where e overflows, s and the slope are 0.
    I16 far = u < SPLAT(-80.0f);
    F16 inner = SPLAT(1.5957691216057308f) * FMA16(SPLAT(0.134145f) * h, h, one);
    F16 d = FMA16(v * (e * s), inner, s);
    if (slope) *slope = up * SELECT(far, ZERO, d);
  } else if (kind == MOCO_TOWER_QUICK_GELU) {
    F16 e = MOCO_VARIANT(exp16)(h * SPLAT(-1.702f));
    F16 s = one / (one + e);
    F16 v = h * s;
    *value = v;
    // 1 - s as e * s, which does not cancel.
    if (slope) *slope = up * FMA16(SPLAT(1.702f) * v, e * s, s);
  } else {
    F16 c = FMA16(SPLAT(0.5f), MOCO_VARIANT(erf)(h * SPLAT(0.70710678118654752f)), SPLAT(0.5f));
    *value = h * c;
    if (slope) {
      F16 e = MOCO_VARIANT(exp16)(h * h * SPLAT(-0.5f));
      *slope = up * FMA16(h * e, SPLAT(0.39894228040143268f), c);
    }
  }
}

INLINE void MOCO_VARIANT(activation_rows)(float *h, const float *bias, float *g, int kind, ptrdiff_t rows,
                                          ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *a = h + r * width, *o = g + r * width;
    EACH16(i, width, {
      F16 x = GET(a + i) + GET(bias + i), value;
      PUT(a + i, x);
      MOCO_VARIANT(activate)(x, kind, &value, x, 0);
      PUT(o + i, value);
    });
  }
}

static void MOCO_VARIANT(activation)(float *h, const float *bias, float *g, int kind, ptrdiff_t rows,
                                     ptrdiff_t width) {
  // A constant kind leaves one loop without branches.
  if (kind == MOCO_TOWER_QUICK_GELU)
    MOCO_VARIANT(activation_rows)(h, bias, g, MOCO_TOWER_QUICK_GELU, rows, width);
  else if (kind == MOCO_TOWER_GELU_TANH)
    MOCO_VARIANT(activation_rows)(h, bias, g, MOCO_TOWER_GELU_TANH, rows, width);
  else
    MOCO_VARIANT(activation_rows)(h, bias, g, MOCO_TOWER_GELU, rows, width);
}

INLINE void MOCO_VARIANT(activation_slopes)(const float *h, float *dg, float *g, int kind, ptrdiff_t count) {
  EACH16(i, count, {
    F16 value, slope;
    MOCO_VARIANT(activate)(GET(h + i), kind, &value, GET(dg + i), &slope);
    PUT(dg + i, slope);
    if (g) PUT(g + i, value);
  });
}

static void MOCO_VARIANT(activation_backward)(const float *h, float *dg, float *g, int kind, ptrdiff_t count) {
  if (kind == MOCO_TOWER_QUICK_GELU)
    MOCO_VARIANT(activation_slopes)(h, dg, g, MOCO_TOWER_QUICK_GELU, count);
  else if (kind == MOCO_TOWER_GELU_TANH)
    MOCO_VARIANT(activation_slopes)(h, dg, g, MOCO_TOWER_GELU_TANH, count);
  else
    MOCO_VARIANT(activation_slopes)(h, dg, g, MOCO_TOWER_GELU, count);
}

static void MOCO_VARIANT(column_sums)(const float *x, ptrdiff_t stride, ptrdiff_t rows, float *out,
                                      ptrdiff_t begin, ptrdiff_t end) {
  ptrdiff_t c = begin;
  for (; c + 32 <= end; c += 32) {
    F16 s0 = ZERO, s1 = s0;
    for (ptrdiff_t r = 0; r < rows; r++) {
      const float *a = x + r * stride + c;
      s0 += LOAD(a);
      s1 += LOAD(a + 16);
    }
    STORE(out + c, LOAD(out + c) + s0);
    STORE(out + c + 16, LOAD(out + c + 16) + s1);
  }
  EACH16(i, end - c, {
    F16 s = ZERO;
    for (ptrdiff_t r = 0; r < rows; r++) s += GET(x + r * stride + c + i);
    PUT(out + c + i, GET(out + c + i) + s);
  });
}
