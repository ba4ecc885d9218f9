// The most that this processor computes: fused products on registers alone, in the copy of the kernels in use.
#ifndef MOCO_PEAK_H
#define MOCO_PEAK_H

#include <stddef.h>

/// Runs `turns` rounds of independent chains on the calling thread. Returns the floating-point operations done, two for
/// each fused product; `out`, which the work depends on, receives a value, so that it is not left out.
double moco_peak_run(ptrdiff_t turns, float *out);

#endif
