// The bodies of tower.c, compiled once for each instruction set after vector_body.h.

static void MOCO_VARIANT(add_bias)(const float *x, const float *bias, float *out, ptrdiff_t rows,
                                   ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *o = out + r * width;
    if (!x) {
      memcpy(o, bias, sizeof(float) * (size_t)width);
      continue;
    }
    const float *a = x + r * width;
    ptrdiff_t i = 0;
    for (; i + 8 <= width; i += 8) STORE(o + i, LOAD(a + i) + LOAD(bias + i));
    for (; i < width; i++) o[i] = a[i] + bias[i];
  }
}

INLINE void MOCO_VARIANT(norm_row)(const float *x, const float *weight, const float *bias, float mean, float rstd,
                                   float *out, ptrdiff_t width) {
  ptrdiff_t i = 0;
  for (; i + 8 <= width; i += 8)
    STORE(out + i, (LOAD(x + i) - SPLAT(mean)) * SPLAT(rstd) * LOAD(weight + i) + LOAD(bias + i));
  for (; i < width; i++) out[i] = (x[i] - mean) * rstd * weight[i] + bias[i];
}

static void MOCO_VARIANT(norm)(const float *x, const float *weight, const float *bias, float eps, float *out,
                               float *statistics, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *a = x + r * width;
    F8 s0 = SPLAT(0.0f), s1 = s0;
    ptrdiff_t i = 0;
    for (; i + 16 <= width; i += 16) {
      s0 += LOAD(a + i);
      s1 += LOAD(a + i + 8);
    }
    for (; i + 8 <= width; i += 8) s0 += LOAD(a + i);
    float sum = MOCO_VARIANT(sum8)(s0 + s1);
    for (; i < width; i++) sum += a[i];
    float mean = sum / (float)width;
    s0 = s1 = SPLAT(0.0f);
    for (i = 0; i + 16 <= width; i += 16) {
      F8 d0 = LOAD(a + i) - SPLAT(mean), d1 = LOAD(a + i + 8) - SPLAT(mean);
      s0 += d0 * d0;
      s1 += d1 * d1;
    }
    for (; i + 8 <= width; i += 8) {
      F8 d = LOAD(a + i) - SPLAT(mean);
      s0 += d * d;
    }
    sum = MOCO_VARIANT(sum8)(s0 + s1);
    for (; i < width; i++) sum += (a[i] - mean) * (a[i] - mean);
    float rstd = 1.0f / sqrtf(sum / (float)width + eps);
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
    F8 s0 = SPLAT(0.0f), s1 = s0;
    ptrdiff_t i = 0;
    for (; i + 8 <= width; i += 8) {
      F8 u = LOAD(d + i) * LOAD(weight + i), n = (LOAD(a + i) - SPLAT(mean)) * SPLAT(rstd);
      s0 += u;
      s1 += u * n;
    }
    float m0 = MOCO_VARIANT(sum8)(s0), m1 = MOCO_VARIANT(sum8)(s1);
    for (; i < width; i++) {
      float u = d[i] * weight[i];
      m0 += u;
      m1 += u * (a[i] - mean) * rstd;
    }
    m0 /= (float)width;
    m1 /= (float)width;
    if (sums) {
      float *sb = sums + width;
      for (i = 0; i + 8 <= width; i += 8) {
        F8 g = LOAD(d + i), n = (LOAD(a + i) - SPLAT(mean)) * SPLAT(rstd);
        STORE(sums + i, LOAD(sums + i) + g * n);
        STORE(sb + i, LOAD(sb + i) + g);
      }
      for (; i < width; i++) {
        sums[i] += d[i] * (a[i] - mean) * rstd;
        sb[i] += d[i];
      }
    }
    if (!dx) continue;
    float *o = dx + r * width;
    const float *res = residual ? residual + r * width : 0;
    for (i = 0; i + 8 <= width; i += 8) {
      F8 u = LOAD(d + i) * LOAD(weight + i), n = (LOAD(a + i) - SPLAT(mean)) * SPLAT(rstd);
      F8 y = (u - SPLAT(m0) - n * SPLAT(m1)) * SPLAT(rstd);
      STORE(o + i, res ? LOAD(res + i) + y : y);
    }
    for (; i < width; i++) {
      float u = d[i] * weight[i], n = (a[i] - mean) * rstd, y = (u - m0 - n * m1) * rstd;
      o[i] = res ? res[i] + y : y;
    }
  }
}

// erf to about one unit in the last place: a polynomial near zero, 1 - e^p(|x|) away from it.
INLINE F8 MOCO_VARIANT(erf8)(F8 x) {
  const I8 sign = (I8)x & (I8)SPLAT(-0.0f);
  F8 t = (F8)((I8)x & ~(I8)SPLAT(-0.0f)), s = x * x;
  F8 r = SPLAT(-1.72853470e-5f) * t + SPLAT(3.83197126e-4f);
  F8 u = SPLAT(-3.88396438e-3f) * t + SPLAT(2.42546219e-2f);
  r = r * s + u;
  r = r * t + SPLAT(-1.06777877e-1f);
  r = r * t + SPLAT(-6.34846687e-1f);
  r = r * t + SPLAT(-1.28717512e-1f);
  r = r * t - t;
  F8 far = (F8)((I8)(SPLAT(1.0f) - MOCO_VARIANT(exp8)(r)) | sign);
  F8 p = SPLAT(-5.96761703e-4f);
  p = p * s + SPLAT(4.99119423e-3f);
  p = p * s + SPLAT(-2.67681349e-2f);
  p = p * s + SPLAT(1.12819925e-1f);
  p = p * s + SPLAT(-3.76125336e-1f);
  p = p * s + SPLAT(1.28379166e-1f);
  p = p * x + x;
  I8 big = t > SPLAT(0.927734375f);
  return SELECT(big, far, p);
}

// The activation and, times `up`, its derivative.
INLINE void MOCO_VARIANT(activate)(F8 h, int kind, F8 *value, F8 up, F8 *slope) {
  if (kind == MOCO_TOWER_GELU_TANH) {
    // 0.5 h (1 + tanh(u / 2)) is h / (1 + exp(-u)).
    F8 u = SPLAT(1.5957691216057308f) * (h + SPLAT(0.044715f) * h * h * h);
    F8 e = MOCO_VARIANT(exp8)(-u);
    F8 s = SPLAT(1.0f) / (SPLAT(1.0f) + e);
    F8 v = h * s;
    *value = v;
    // 1 - s is e * s. Where e overflows, s and the slope are 0.
    I8 far = u < SPLAT(-80.0f);
    F8 inner = SPLAT(1.5957691216057308f) * (SPLAT(1.0f) + SPLAT(0.134145f) * h * h);
    F8 d = s + v * (e * s) * inner;
    if (slope) *slope = up * SELECT(far, SPLAT(0.0f), d);
  } else if (kind == MOCO_TOWER_QUICK_GELU) {
    F8 e = MOCO_VARIANT(exp8)(h * SPLAT(-1.702f));
    F8 s = SPLAT(1.0f) / (SPLAT(1.0f) + e);
    F8 v = h * s;
    *value = v;
    // 1 - s as e * s, which does not cancel.
    if (slope) *slope = up * (s + SPLAT(1.702f) * v * (e * s));
  } else {
    F8 c = SPLAT(0.5f) * MOCO_VARIANT(erf8)(h * SPLAT(0.70710678118654752f)) + SPLAT(0.5f);
    *value = h * c;
    if (slope) {
      F8 e = MOCO_VARIANT(exp8)(h * h * SPLAT(-0.5f));
      *slope = up * (c + h * e * SPLAT(0.39894228040143268f));
    }
  }
}

INLINE void MOCO_VARIANT(activation_rows)(float *h, const float *bias, float *g, int kind, ptrdiff_t rows,
                                          ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *a = h + r * width, *o = g + r * width;
    ptrdiff_t i = 0;
    F8 value;
    for (; i + 8 <= width; i += 8) {
      F8 x = LOAD(a + i) + LOAD(bias + i);
      STORE(a + i, x);
      MOCO_VARIANT(activate)(x, kind, &value, x, 0);
      STORE(o + i, value);
    }
    if (i < width) {
      float part[8] = {0};
      for (ptrdiff_t j = i; j < width; j++) part[j - i] = a[j] = a[j] + bias[j];
      MOCO_VARIANT(activate)(LOAD(part), kind, &value, value, 0);
      STORE(part, value);
      for (ptrdiff_t j = i; j < width; j++) o[j] = part[j - i];
    }
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
  ptrdiff_t i = 0;
  F8 value, slope;
  for (; i + 8 <= count; i += 8) {
    MOCO_VARIANT(activate)(LOAD(h + i), kind, &value, LOAD(dg + i), &slope);
    STORE(dg + i, slope);
    if (g) STORE(g + i, value);
  }
  if (i < count) {
    float x[8] = {0}, d[8] = {0};
    for (ptrdiff_t j = i; j < count; j++) {
      x[j - i] = h[j];
      d[j - i] = dg[j];
    }
    MOCO_VARIANT(activate)(LOAD(x), kind, &value, LOAD(d), &slope);
    STORE(x, value);
    STORE(d, slope);
    for (ptrdiff_t j = i; j < count; j++) {
      dg[j] = d[j - i];
      if (g) g[j] = x[j - i];
    }
  }
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
    F8 s0 = SPLAT(0.0f), s1 = s0, s2 = s0, s3 = s0;
    for (ptrdiff_t r = 0; r < rows; r++) {
      const float *a = x + r * stride + c;
      s0 += LOAD(a);
      s1 += LOAD(a + 8);
      s2 += LOAD(a + 16);
      s3 += LOAD(a + 24);
    }
    STORE(out + c, LOAD(out + c) + s0);
    STORE(out + c + 8, LOAD(out + c + 8) + s1);
    STORE(out + c + 16, LOAD(out + c + 16) + s2);
    STORE(out + c + 24, LOAD(out + c + 24) + s3);
  }
  for (; c < end; c++) {
    float s = 0;
    for (ptrdiff_t r = 0; r < rows; r++) s += x[r * stride + c];
    out[c] += s;
  }
}
