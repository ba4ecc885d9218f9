// The bodies of elementwise.c, compiled once for each instruction set by copies.h.

#define BINARY_LOOP(expression)                       \
  do {                                                \
    if (sa == 1 && sb == 1) {                         \
      for (ptrdiff_t i = 0; i < n; i++) {             \
        const float p = a[i], q = b[i];               \
        (void)q;                                      \
        out[i] = (expression);                        \
      }                                               \
    } else if (sa == 1 && sb == 0) {                  \
      const float q = b[0];                           \
      (void)q;                                        \
      for (ptrdiff_t i = 0; i < n; i++) {             \
        const float p = a[i];                         \
        out[i] = (expression);                        \
      }                                               \
    } else if (sa == 0 && sb == 1) {                  \
      const float p = a[0];                           \
      for (ptrdiff_t i = 0; i < n; i++) {             \
        const float q = b[i];                         \
        (void)q;                                      \
        out[i] = (expression);                        \
      }                                               \
    } else {                                          \
      for (ptrdiff_t i = 0; i < n; i++) {             \
        const float p = a[i * sa], q = b[i * sb];     \
        (void)q;                                      \
        out[i] = (expression);                        \
      }                                               \
    }                                                 \
  } while (0)

static void MOCO_VARIANT(binary)(int op, ptrdiff_t n, const float *a, ptrdiff_t sa, const float *b, ptrdiff_t sb,
                                 float *out) {
  switch (op) {
    case MOCO_ADD: BINARY_LOOP(p + q); break;
    case MOCO_SUB: BINARY_LOOP(p - q); break;
    case MOCO_MUL: BINARY_LOOP(p * q); break;
    case MOCO_DIV: BINARY_LOOP(p / q); break;
    case MOCO_MAX: BINARY_LOOP(p > q || p != p ? p : q); break;
    case MOCO_MIN: BINARY_LOOP(p < q || p != p ? p : q); break;
    case MOCO_POW:
      if (sb == 0 && b[0] == 2.0f) BINARY_LOOP(p * p);
      else if (sb == 0 && b[0] == 0.5f) BINARY_LOOP(sqrtf(p));
      else BINARY_LOOP(powf(p, q));
      break;
    case MOCO_MOD: BINARY_LOOP(floor_mod(p, q)); break;
  }
}

static void MOCO_VARIANT(compare)(int op, ptrdiff_t n, const float *a, ptrdiff_t sa, const float *b,
                                  ptrdiff_t sb, uint8_t *out) {
  switch (op) {
    case MOCO_EQ: BINARY_LOOP(p == q); break;
    case MOCO_NE: BINARY_LOOP(p != q); break;
    case MOCO_LT: BINARY_LOOP(p < q); break;
    case MOCO_LE: BINARY_LOOP(p <= q); break;
    case MOCO_GT: BINARY_LOOP(p > q); break;
    case MOCO_GE: BINARY_LOOP(p >= q); break;
  }
}

// What does not stand together goes through a buffer, so that an element's bits do not depend on its place.
#define UNARY_LOOP(expression)                                             \
  do {                                                                     \
    if (s == 1) {                                                          \
      EACH16(i, n, {                                                       \
        const F16 v = GET(x + i);                                          \
        PUT(out + i, (expression));                                        \
      });                                                                  \
    } else {                                                               \
      EACH16(i, n, {                                                       \
        float in[16] = {0};                                                \
        for (ptrdiff_t j = 0; j < here; j++) in[j] = x[(i + j) * s];       \
        const F16 v = LOAD(in);                                            \
        PUT(out + i, (expression));                                        \
      });                                                                  \
    }                                                                      \
  } while (0)

#define SCALAR_LOOP(expression)                   \
  do {                                            \
    for (ptrdiff_t i = 0; i < n; i++) {           \
      const float v = x[i * s];                   \
      out[i] = (expression);                      \
    }                                             \
  } while (0)

static void MOCO_VARIANT(unary)(int op, ptrdiff_t n, const float *x, ptrdiff_t s, float *out) {
  switch (op) {
    case MOCO_NEG: UNARY_LOOP(-v); break;
    case MOCO_ABS: UNARY_LOOP(ABS16(v)); break;
    case MOCO_EXP: UNARY_LOOP(MOCO_VARIANT(exp_full)(v)); break;
    case MOCO_LOG: UNARY_LOOP(MOCO_VARIANT(log16)(v)); break;
    case MOCO_SQRT: UNARY_LOOP(__builtin_elementwise_sqrt(v)); break;
    case MOCO_RSQRT: UNARY_LOOP(SPLAT(1.0f) / __builtin_elementwise_sqrt(v)); break;
    case MOCO_SQUARE: UNARY_LOOP(v * v); break;
    case MOCO_RECIPROCAL: UNARY_LOOP(SPLAT(1.0f) / v); break;
    case MOCO_TANH: UNARY_LOOP(MOCO_VARIANT(tanh)(v)); break;
    case MOCO_SIGMOID: UNARY_LOOP(MOCO_VARIANT(sigmoid)(v)); break;
    case MOCO_RELU: UNARY_LOOP(SELECT(v < ZERO, ZERO, v)); break;
    case MOCO_GELU: UNARY_LOOP(v * MOCO_VARIANT(phi)(v)); break;
    case MOCO_QUICK_GELU: UNARY_LOOP(v * MOCO_VARIANT(sigmoid)(SPLAT(1.702f) * v)); break;
    case MOCO_ERF: UNARY_LOOP(MOCO_VARIANT(erf)(v)); break;
    case MOCO_SIN: SCALAR_LOOP(sinf(v)); break;
    case MOCO_COS: SCALAR_LOOP(cosf(v)); break;
    case MOCO_FLOOR: SCALAR_LOOP(floorf(v)); break;
    case MOCO_CEIL: SCALAR_LOOP(ceilf(v)); break;
    case MOCO_ROUND: SCALAR_LOOP(rintf(v)); break;
    case MOCO_SIGN: SCALAR_LOOP(v > 0 ? 1.0f : v < 0 ? -1.0f : v); break;
  }
}

// d/dx of x Phi(x) is Phi(x) + x phi(x).
INLINE F16 MOCO_VARIANT(gelu_slope)(F16 x) {
  F16 density = SPLAT(0.39894228040143268f) * MOCO_VARIANT(exp_full)(SPLAT(-0.5f) * x * x);
  return FMA16(x, density, MOCO_VARIANT(phi)(x));
}

INLINE F16 MOCO_VARIANT(quick_gelu_slope)(F16 x) {
  F16 s = MOCO_VARIANT(sigmoid)(SPLAT(1.702f) * x);
  return FMA16(SPLAT(1.702f) * x * s, SPLAT(1.0f) - s, s);
}

#define SLOPE_LOOP(expression)                                   \
  EACH16(i, n, {                                                 \
    const F16 v = GET(x + i), w = GET(y + i);                    \
    (void)v, (void)w;                                            \
    PUT(dx + i, GET(dy + i) * (expression));                     \
  })

static void MOCO_VARIANT(unary_backward)(int op, ptrdiff_t n, const float *x, const float *y, const float *dy,
                                         float *dx) {
  const F16 one = SPLAT(1.0f), zero = ZERO;
  switch (op) {
    case MOCO_NEG: SLOPE_LOOP(-one); break;
    case MOCO_ABS: SLOPE_LOOP(SELECT(v > zero, one, SELECT(v < zero, -one, zero))); break;
    case MOCO_EXP: SLOPE_LOOP(w); break;
    case MOCO_LOG:
    case MOCO_RECIPROCAL:
      if (op == MOCO_LOG) SLOPE_LOOP(one / v);
      else SLOPE_LOOP(-w * w);
      break;
    case MOCO_SQRT: SLOPE_LOOP(SPLAT(0.5f) / w); break;
    case MOCO_RSQRT: SLOPE_LOOP(SPLAT(-0.5f) * w / v); break;
    case MOCO_SQUARE: SLOPE_LOOP(v + v); break;
    case MOCO_TANH: SLOPE_LOOP(one - w * w); break;
    case MOCO_SIGMOID: SLOPE_LOOP(w * (one - w)); break;
    case MOCO_RELU: SLOPE_LOOP(SELECT(v > zero, one, zero)); break;
    case MOCO_GELU: SLOPE_LOOP(MOCO_VARIANT(gelu_slope)(v)); break;
    case MOCO_QUICK_GELU: SLOPE_LOOP(MOCO_VARIANT(quick_gelu_slope)(v)); break;
    case MOCO_ERF: SLOPE_LOOP(SPLAT(1.1283791670955126f) * MOCO_VARIANT(exp_full)(-v * v)); break;
    case MOCO_SIN: for (ptrdiff_t i = 0; i < n; i++) dx[i] = dy[i] * cosf(x[i]); break;
    case MOCO_COS: for (ptrdiff_t i = 0; i < n; i++) dx[i] = -dy[i] * sinf(x[i]); break;
    default: memset(dx, 0, sizeof(float) * (size_t)n); break;
  }
}

static void MOCO_VARIANT(add_scaled)(ptrdiff_t n, float alpha, const float *x, float *y) {
  for (ptrdiff_t i = 0; i < n; i++) y[i] += alpha * x[i];
}

static void MOCO_VARIANT(fused)(ptrdiff_t n, const float *a, const float *b, const float *c, float *out) {
  EACH16(i, n, { PUT(out + i, FMA16(GET(a + i), GET(b + i), GET(c + i))); });
}

static void MOCO_VARIANT(affine)(ptrdiff_t n, float alpha, const float *x, float beta, float *out) {
  for (ptrdiff_t i = 0; i < n; i++) out[i] = alpha * x[i] + beta;
}

#undef BINARY_LOOP
#undef UNARY_LOOP
#undef SCALAR_LOOP
#undef SLOPE_LOOP
