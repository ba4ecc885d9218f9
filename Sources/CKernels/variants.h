// Calls the copy of a kernel that is in use. copies.h compiles the copies.
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel_family.h"

// Vectors are passed between static inline functions only, so no calling convention is at stake.
#pragma clang diagnostic ignored "-Wpsabi"

// What is fused is fused by name, in every copy alike.
#pragma clang fp contract(off)

// -1 until the first call of moco_kernel_variant.
__attribute__((visibility("hidden"))) extern _Atomic int moco_kernel_chosen;

static inline int kernel_variant(void) {
  const int known = atomic_load_explicit(&moco_kernel_chosen, memory_order_relaxed);
  return __builtin_expect(known >= 0, 1) ? known : moco_kernel_variant();
}

#if defined(__x86_64__)
#define MOCO_HAS_COPIES 1
#define CHOOSE(name, ...)                                                       \
  (kernel_variant() == MOCO_KERNELS_AVX512 ? avx512_##name(__VA_ARGS__)         \
   : kernel_variant() == MOCO_KERNELS_AVX2 ? avx2_##name(__VA_ARGS__)           \
                                           : base_##name(__VA_ARGS__))
#else
#define MOCO_HAS_COPIES 0
#define CHOOSE(name, ...) base_##name(__VA_ARGS__)
#endif
