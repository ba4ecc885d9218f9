// Kernels of moco_optimizer.h, in one copy for each instruction set.
#include "moco_optimizer.h"

#define MOCO_BODY "optimizer_body.h"
#include "copies.h"

void moco_sgd_step(float *p, const float *grad, float *buffer, size_t n, float rate, float momentum,
                   float decay, int nesterov, int first) {
  CHOOSE(sgd, p, grad, buffer, n, rate, momentum, decay, nesterov, first);
}

void moco_adam_step(float *p, const float *grad, float *m, float *v, size_t n, double rate, double beta1,
                    double beta2, double epsilon, double decay, int decoupled, double correction1,
                    double correction2) {
  float shrink = decoupled ? (float)(1.0 - rate * decay) : 1.0f;
  float l2 = decoupled ? 0.0f : (float)decay;
  float step = (float)(rate / correction1);
  float root = (float)__builtin_sqrt(correction2);
  float b1 = (float)beta1, r1 = (float)(1.0 - beta1), b2 = (float)beta2, r2 = (float)(1.0 - beta2);
  CHOOSE(adam, p, grad, m, v, n, shrink, l2, b1, r1, b2, r2, step, root, (float)epsilon);
}

double moco_sum_squares(const float *g, size_t n) { return CHOOSE(squares, g, n); }

int moco_all_finite(const float *x, size_t n) { return CHOOSE(finite, x, n); }
