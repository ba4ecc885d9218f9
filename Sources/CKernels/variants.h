// Calls the copy of a kernel that suits this processor.
#include <stddef.h>
#include <stdint.h>

// Vectors are passed between static inline functions only, so no calling convention is at stake.
#pragma clang diagnostic ignored "-Wpsabi"

// MOCO_BASELINE_ONLY is for trying the baseline on a processor with AVX2.
#if defined(__x86_64__) && !defined(MOCO_BASELINE_ONLY)
#define MOCO_HAS_AVX2_COPY 1
#define CHOOSE(name, ...)                                                                   \
  (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? avx2_##name(__VA_ARGS__) \
                                                                   : base_##name(__VA_ARGS__))
#else
#define CHOOSE(name, ...) base_##name(__VA_ARGS__)
#endif
