// The bodies of rows.c, compiled once for each instruction set after vector_body.h and vector_math.h.

INLINE double MOCO_VARIANT(sum_d8)(D8 x) {
  return ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]));
}

static double MOCO_VARIANT(sum)(const float *x, ptrdiff_t n) {
  D8 s0 = {0}, s1 = {0};
  ptrdiff_t i = 0;
  for (; i + 16 <= n; i += 16) {
    s0 += __builtin_convertvector(LOAD(x + i), D8);
    s1 += __builtin_convertvector(LOAD(x + i + 8), D8);
  }
  double sum = MOCO_VARIANT(sum_d8)(s0 + s1);
  for (; i < n; i++) sum += x[i];
  return sum;
}

static double MOCO_VARIANT(dot)(const float *x, const float *y, ptrdiff_t n) {
  D8 s = {0};
  ptrdiff_t i = 0;
  for (; i + 8 <= n; i += 8)
    s += __builtin_convertvector(LOAD(x + i), D8) * __builtin_convertvector(LOAD(y + i), D8);
  double sum = MOCO_VARIANT(sum_d8)(s);
  for (; i < n; i++) sum += (double)x[i] * y[i];
  return sum;
}

static void MOCO_VARIANT(sum_columns)(const float *x, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t columns,
                                      float *out) {
  ptrdiff_t c = 0;
  for (; c + 8 <= columns; c += 8) {
    D8 s = {0};
    for (ptrdiff_t r = 0; r < rows; r++) s += __builtin_convertvector(LOAD(x + r * stride + c), D8);
    for (int i = 0; i < 8; i++) out[c + i] = (float)s[i];
  }
  for (; c < columns; c++) {
    double s = 0;
    for (ptrdiff_t r = 0; r < rows; r++) s += x[r * stride + c];
    out[c] = (float)s;
  }
}

INLINE float MOCO_VARIANT(row_max)(const float *x, ptrdiff_t n) {
  float m = -INFINITY;
  ptrdiff_t i = 0;
  if (n >= 8) {
    F8 v = LOAD(x);
    for (i = 8; i + 8 <= n; i += 8) {
      F8 w = LOAD(x + i);
      v = SELECT(w > v, w, v);
    }
    for (int j = 0; j < 8; j++) m = v[j] > m ? v[j] : m;
  }
  for (; i < n; i++) m = x[i] > m ? x[i] : m;
  return m;
}

// out = exp(x - m) with the sum returned.
INLINE double MOCO_VARIANT(row_exp)(const float *x, float m, float *out, ptrdiff_t n) {
  D8 s = {0};
  ptrdiff_t i = 0;
  for (; i + 8 <= n; i += 8) {
    F8 e = MOCO_VARIANT(exp_full)(LOAD(x + i) - SPLAT(m));
    if (out) STORE(out + i, e);
    s += __builtin_convertvector(e, D8);
  }
  double sum = MOCO_VARIANT(sum_d8)(s);
  if (i < n) {
    float in[8] = {0}, done[8];
    for (ptrdiff_t j = 0; i + j < n; j++) in[j] = x[i + j];
    STORE(done, MOCO_VARIANT(exp_full)(LOAD(in) - SPLAT(m)));
    for (ptrdiff_t j = 0; i + j < n; j++) {
      if (out) out[i + j] = done[j];
      sum += done[j];
    }
  }
  return sum;
}

static void MOCO_VARIANT(softmax)(const float *x, float *out, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, x += width, out += width) {
    float scale = (float)(1.0 / MOCO_VARIANT(row_exp)(x, MOCO_VARIANT(row_max)(x, width), out, width));
    for (ptrdiff_t i = 0; i < width; i++) out[i] *= scale;
  }
}

static void MOCO_VARIANT(softmax_backward)(const float *y, const float *dy, float *dx, ptrdiff_t rows,
                                           ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, y += width, dy += width, dx += width) {
    float d = (float)MOCO_VARIANT(dot)(y, dy, width);
    for (ptrdiff_t i = 0; i < width; i++) dx[i] = y[i] * (dy[i] - d);
  }
}

static void MOCO_VARIANT(log_softmax)(const float *x, float *out, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, x += width, out += width) {
    float m = MOCO_VARIANT(row_max)(x, width);
    float l = (float)log(MOCO_VARIANT(row_exp)(x, m, NULL, width));
    for (ptrdiff_t i = 0; i < width; i++) out[i] = (x[i] - m) - l;
  }
}

static void MOCO_VARIANT(log_softmax_backward)(const float *y, const float *dy, float *dx, ptrdiff_t rows,
                                               ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, y += width, dy += width, dx += width) {
    float d = (float)MOCO_VARIANT(sum)(dy, width);
    ptrdiff_t i = 0;
    for (; i + 8 <= width; i += 8)
      STORE(dx + i, LOAD(dy + i) - MOCO_VARIANT(exp_full)(LOAD(y + i)) * SPLAT(d));
    if (i < width) {
      float in[8] = {0}, done[8];
      for (ptrdiff_t j = 0; i + j < width; j++) in[j] = y[i + j];
      STORE(done, MOCO_VARIANT(exp_full)(LOAD(in)));
      for (ptrdiff_t j = 0; i + j < width; j++) dx[i + j] = dy[i + j] - done[j] * d;
    }
  }
}

static void MOCO_VARIANT(normalize)(const float *x, float eps, float *out, float *inverse, ptrdiff_t rows,
                                    ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, x += width, out += width) {
    float norm = (float)sqrt(MOCO_VARIANT(dot)(x, x, width));
    float f = 1.0f / (norm > eps || norm != norm ? norm : eps);
    if (inverse) inverse[r] = f;
    for (ptrdiff_t i = 0; i < width; i++) out[i] = x[i] * f;
  }
}

static void MOCO_VARIANT(normalize_backward)(const float *y, const float *inverse, float eps, const float *dy,
                                             float *dx, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++, y += width, dy += width, dx += width) {
    float f = inverse[r];
    float d = f >= 1.0f / eps ? 0.0f : (float)MOCO_VARIANT(dot)(y, dy, width);
    for (ptrdiff_t i = 0; i < width; i++) dx[i] = f * (dy[i] - y[i] * d);
  }
}
