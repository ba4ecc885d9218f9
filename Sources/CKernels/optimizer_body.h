// The bodies of optimizer.c, compiled once for each instruction set by copies.h. They wait for memory and for division,
// so nothing is fused.

static void MOCO_VARIANT(sgd)(float *p, const float *grad, float *buffer, size_t n, float rate, float momentum,
                              float decay, int nesterov, int first) {
  EACH16(i, (ptrdiff_t)n, {
    F16 x = GET(p + i);
    F16 g = GET(grad + i) + SPLAT(decay) * x;
    if (buffer) {
      F16 b = first ? g : SPLAT(momentum) * GET(buffer + i) + g;
      PUT(buffer + i, b);
      g = nesterov ? g + SPLAT(momentum) * b : b;
    }
    PUT(p + i, x - SPLAT(rate) * g);
  });
}

static void MOCO_VARIANT(adam)(float *p, const float *grad, float *m, float *v, size_t n, float shrink, float l2,
                               float beta1, float rest1, float beta2, float rest2, float step, float root,
                               float epsilon) {
  EACH16(i, (ptrdiff_t)n, {
    F16 x = GET(p + i) * SPLAT(shrink);
    F16 g = GET(grad + i) + SPLAT(l2) * x;
    F16 a = SPLAT(beta1) * GET(m + i) + SPLAT(rest1) * g;
    F16 b = SPLAT(beta2) * GET(v + i) + SPLAT(rest2) * (g * g);
    PUT(m + i, a);
    PUT(v + i, b);
    PUT(p + i, x - SPLAT(step) * (a / (__builtin_elementwise_sqrt(b) / SPLAT(root) + SPLAT(epsilon))));
  });
}

static double MOCO_VARIANT(squares)(const float *g, size_t n) {
  D16 s = {0};
  EACH16(i, (ptrdiff_t)n, {
    const D16 x = DOUBLES(GET(g + i));
    s += x * x;
  });
  return MOCO_VARIANT(sum_d16)(s);
}

// Infinities and NaN have every exponent bit set. Bits are tested, not arithmetic, so no flag that
// relaxes floating point could remove the test.
static int MOCO_VARIANT(finite)(const float *x, size_t n) {
  const I16 exponent = SPLATI(0x7F800000);
  I16 bad = {0};
  EACH16(i, (ptrdiff_t)n, { bad |= ((I16)GET(x + i) & exponent) == exponent; });
  int32_t any = 0;
  for (int i = 0; i < 16; i++) any |= bad[i];
  return any == 0;
}
