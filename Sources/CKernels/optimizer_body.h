// The bodies of optimizer.c, compiled once for each instruction set after vector_body.h.

static void MOCO_VARIANT(sgd)(float *p, const float *grad, float *buffer, size_t n, float rate, float momentum,
                     float decay, int nesterov, int first) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    F8 x = LOAD(p + i);
    F8 g = LOAD(grad + i) + decay * x;
    if (buffer) {
      F8 b = first ? g : momentum * LOAD(buffer + i) + g;
      STORE(buffer + i, b);
      g = nesterov ? g + momentum * b : b;
    }
    STORE(p + i, x - rate * g);
  }
  for (; i < n; i++) {
    float g = grad[i] + decay * p[i];
    if (buffer) {
      float b = first ? g : momentum * buffer[i] + g;
      buffer[i] = b;
      g = nesterov ? g + momentum * b : b;
    }
    p[i] -= rate * g;
  }
}

static void MOCO_VARIANT(adam)(float *p, const float *grad, float *m, float *v, size_t n, float shrink, float l2,
                      float beta1, float rest1, float beta2, float rest2, float step, float root,
                      float epsilon) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    F8 x = LOAD(p + i) * shrink;
    F8 g = LOAD(grad + i) + l2 * x;
    F8 a = beta1 * LOAD(m + i) + rest1 * g;
    F8 b = beta2 * LOAD(v + i) + rest2 * (g * g);
    STORE(m + i, a);
    STORE(v + i, b);
    STORE(p + i, x - step * (a / (__builtin_elementwise_sqrt(b) / root + epsilon)));
  }
  for (; i < n; i++) {
    float x = p[i] * shrink;
    float g = grad[i] + l2 * x;
    m[i] = beta1 * m[i] + rest1 * g;
    v[i] = beta2 * v[i] + rest2 * (g * g);
    p[i] = x - step * (m[i] / (__builtin_elementwise_sqrt(v[i]) / root + epsilon));
  }
}

static double MOCO_VARIANT(squares)(const float *g, size_t n) {
  D8 sum = {0};
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    D8 x = __builtin_convertvector(LOAD(g + i), D8);
    sum += x * x;
  }
  double total = ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
  for (; i < n; i++) total += (double)g[i] * (double)g[i];
  return total;
}

// Infinities and NaN have every exponent bit set. Bits are tested, not arithmetic, so no flag that
// relaxes floating point could remove the test.
static int MOCO_VARIANT(finite)(const float *x, size_t n) {
  const int32_t exponent = 0x7f800000;
  I8 bad = {0};
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    I8 bits;
    memcpy(&bits, x + i, sizeof bits);
    bad |= (bits & exponent) == exponent;
  }
  int32_t any = bad[0] | bad[1] | bad[2] | bad[3] | bad[4] | bad[5] | bad[6] | bad[7];
  for (; i < n; i++) {
    int32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    any |= (bits & exponent) == exponent;
  }
  return any == 0;
}
