// Optimizer steps, fused: one pass over parameter, gradient and state.
//
// Every function works in place on n floats.
#ifndef MOCO_OPTIMIZER_H
#define MOCO_OPTIMIZER_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// g = grad + decay·p; buffer = first ? g : momentum·buffer + g;
/// p -= rate · (nesterov ? g + momentum·buffer : buffer).
/// `buffer` may be NULL when momentum is 0: then p -= rate · g.
void moco_sgd_step(float *p, const float *grad, float *buffer, size_t n, float rate, float momentum,
                   float decay, int nesterov, int first);

/// Adam and AdamW. With `decoupled`, p *= 1 − rate·decay first; otherwise grad += decay·p.
/// m = β₁m + (1−β₁)g; v = β₂v + (1−β₂)g²; p -= rate/c₁ · m / (√v/√c₂ + ε),
/// where c₁ = 1 − β₁ᵗ and c₂ = 1 − β₂ᵗ are given by the caller in double precision.
void moco_adam_step(float *p, const float *grad, float *m, float *v, size_t n, double rate, double beta1,
                    double beta2, double epsilon, double decay, int decoupled, double correction1,
                    double correction2);

/// Σ g², accumulated in double precision in a fixed order.
double moco_sum_squares(const float *g, size_t n);

/// 1 if every value is finite.
int moco_all_finite(const float *x, size_t n);

#ifdef __cplusplus
}
#endif
#endif
