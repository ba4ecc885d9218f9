#include "kernel_family.h"

#include "variants.h"

static const char *base_family(void) { return "baseline"; }
#if defined(MOCO_HAS_AVX2_COPY)
static const char *avx2_family(void) { return "avx2"; }
#endif

const char *moco_kernel_family(void) { return CHOOSE(family); }
