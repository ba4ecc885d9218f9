// The loops are written once over 8-lane vectors and compiled twice: for AVX2 with FMA, and for
// the baseline, where the compiler splits each vector in two.
#include "moco_optimizer.h"

#include <stdint.h>
#include <string.h>

typedef float v8 __attribute__((vector_size(32)));
typedef double d8 __attribute__((vector_size(64)));
typedef int32_t i8 __attribute__((vector_size(32)));

#define INLINE static inline __attribute__((always_inline))
#define LOAD(x) ({ v8 _t; memcpy(&_t, (x), sizeof _t); _t; })
#define STORE(x, value) do { v8 _s = (value); memcpy((x), &_s, sizeof _s); } while (0)

INLINE void sgd_body(float *p, const float *grad, float *buffer, size_t n, float rate, float momentum,
                     float decay, int nesterov, int first) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    v8 x = LOAD(p + i);
    v8 g = LOAD(grad + i) + decay * x;
    if (buffer) {
      v8 b = first ? g : momentum * LOAD(buffer + i) + g;
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

INLINE void adam_body(float *p, const float *grad, float *m, float *v, size_t n, float shrink, float l2,
                      float beta1, float rest1, float beta2, float rest2, float step, float root,
                      float epsilon) {
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    v8 x = LOAD(p + i) * shrink;
    v8 g = LOAD(grad + i) + l2 * x;
    v8 a = beta1 * LOAD(m + i) + rest1 * g;
    v8 b = beta2 * LOAD(v + i) + rest2 * (g * g);
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

INLINE double squares_body(const float *g, size_t n) {
  d8 sum = {0};
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    d8 x = __builtin_convertvector(LOAD(g + i), d8);
    sum += x * x;
  }
  double total = ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
  for (; i < n; i++) total += (double)g[i] * (double)g[i];
  return total;
}

// Infinities and NaN have every exponent bit set. Bits are tested, not arithmetic, so no flag that
// relaxes floating point could remove the test.
INLINE int finite_body(const float *x, size_t n) {
  const int32_t exponent = 0x7f800000;
  i8 bad = {0};
  size_t i = 0;
  for (; i + 8 <= n; i += 8) {
    i8 bits;
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

#if defined(__x86_64__) && !defined(MOCO_BASELINE_ONLY)
#define WIDE __attribute__((target("avx2,fma")))
WIDE static void sgd_wide(float *p, const float *grad, float *buffer, size_t n, float rate, float momentum,
                          float decay, int nesterov, int first) {
  sgd_body(p, grad, buffer, n, rate, momentum, decay, nesterov, first);
}
WIDE static void adam_wide(float *p, const float *grad, float *m, float *v, size_t n, float shrink, float l2,
                           float beta1, float rest1, float beta2, float rest2, float step, float root,
                           float epsilon) {
  adam_body(p, grad, m, v, n, shrink, l2, beta1, rest1, beta2, rest2, step, root, epsilon);
}
WIDE static double squares_wide(const float *g, size_t n) { return squares_body(g, n); }
WIDE static int finite_wide(const float *x, size_t n) { return finite_body(x, n); }

// 0 unknown, 1 baseline, 2 wide. Two threads that both find 0 store the same value.
static int wide(void) {
  static int state;
  int known = __atomic_load_n(&state, __ATOMIC_RELAXED);
  if (known == 0) {
    __builtin_cpu_init();
    known = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 2 : 1;
    __atomic_store_n(&state, known, __ATOMIC_RELAXED);
  }
  return known == 2;
}
#else
#define wide() 0
#define sgd_wide sgd_body
#define adam_wide adam_body
#define squares_wide squares_body
#define finite_wide finite_body
#endif

void moco_sgd_step(float *p, const float *grad, float *buffer, size_t n, float rate, float momentum,
                   float decay, int nesterov, int first) {
  if (wide()) sgd_wide(p, grad, buffer, n, rate, momentum, decay, nesterov, first);
  else sgd_body(p, grad, buffer, n, rate, momentum, decay, nesterov, first);
}

void moco_adam_step(float *p, const float *grad, float *m, float *v, size_t n, double rate, double beta1,
                    double beta2, double epsilon, double decay, int decoupled, double correction1,
                    double correction2) {
  float shrink = decoupled ? (float)(1.0 - rate * decay) : 1.0f;
  float l2 = decoupled ? 0.0f : (float)decay;
  float step = (float)(rate / correction1);
  float root = (float)__builtin_sqrt(correction2);
  float b1 = (float)beta1, r1 = (float)(1.0 - beta1), b2 = (float)beta2, r2 = (float)(1.0 - beta2);
  if (wide()) adam_wide(p, grad, m, v, n, shrink, l2, b1, r1, b2, r2, step, root, (float)epsilon);
  else adam_body(p, grad, m, v, n, shrink, l2, b1, r1, b2, r2, step, root, (float)epsilon);
}

double moco_sum_squares(const float *g, size_t n) { return wide() ? squares_wide(g, n) : squares_body(g, n); }

int moco_all_finite(const float *x, size_t n) { return wide() ? finite_wide(x, n) : finite_body(x, n); }

const char *moco_optimizer_variant(void) { return wide() ? "avx2" : "baseline"; }
