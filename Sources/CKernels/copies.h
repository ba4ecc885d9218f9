// Compiles the file that MOCO_BODY names once for each instruction set, as base_…, avx2_… and avx512_…; what it
// defines is named by MOCO_VARIANT. vector_body.h and vector_math.h stand before each copy.
#include "fused.h"
#include "variants.h"

#if MOCO_HAS_COPIES
#include <immintrin.h>
#endif

#define MOCO_VARIANT(name) base_##name
#define MOCO_LEVEL 0
#include "vector_body.h"
#include "vector_math.h"
#include MOCO_BODY
#include "vector_end.h"

#if MOCO_HAS_COPIES
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define MOCO_VARIANT(name) avx2_##name
#define MOCO_LEVEL 1
#include "vector_body.h"
#include "vector_math.h"
#include MOCO_BODY
#include "vector_end.h"
#pragma clang attribute pop

#pragma clang attribute push(                                                                              \
    __attribute__((target("avx512f,avx512cd,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define MOCO_VARIANT(name) avx512_##name
#define MOCO_LEVEL 2
#include "vector_body.h"
#include "vector_math.h"
#include MOCO_BODY
#include "vector_end.h"
#pragma clang attribute pop
#endif

#undef MOCO_BODY
