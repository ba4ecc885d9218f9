#include "kernel_family.h"

#include <stdlib.h>
#include <strings.h>

#include "processor.h"
#include "variants.h"

_Atomic int moco_kernel_chosen = -1;

static const char *const names[] = {"baseline", "avx2", "avx512"};
enum { COUNT = sizeof names / sizeof *names };

const char *moco_kernel_name(int variant) { return variant >= 0 && variant < COUNT ? names[variant] : ""; }

int moco_kernel_widest(void) {
#if MOCO_HAS_COPIES
  const int level = moco_processor_level();
  return level == 3 ? MOCO_KERNELS_AVX512 : level == 2 ? MOCO_KERNELS_AVX2 : MOCO_KERNELS_BASELINE;
#else
  return MOCO_KERNELS_BASELINE;
#endif
}

// The copy that MOCO_KERNELS names; -1 where it is not set, COUNT for a name that is none.
static int asked(void) {
  const char *text = getenv("MOCO_KERNELS");
  if (!text || !*text) return -1;
  int variant = 0;
  while (variant < COUNT && strcasecmp(text, names[variant]) != 0) variant++;
  return variant;
}

int moco_kernel_refusal(void) {
  const int variant = asked();
  return variant == COUNT ? 1 : variant > moco_kernel_widest() ? 2 : 0;
}

int moco_kernel_variant(void) {
  int known = atomic_load_explicit(&moco_kernel_chosen, memory_order_relaxed);
  if (known >= 0) return known;
  const int wanted = asked(), widest = moco_kernel_widest();
  // Threads that come here together find the same; one that was told meanwhile to use another copy stays with it.
  if (atomic_compare_exchange_strong(&moco_kernel_chosen, &known, wanted >= 0 && wanted <= widest ? wanted : widest))
    return wanted >= 0 && wanted <= widest ? wanted : widest;
  return known;
}

int moco_kernel_use(int variant) {
  if (variant < 0 || variant > moco_kernel_widest()) return -1;
  const int before = moco_kernel_variant();
  atomic_store(&moco_kernel_chosen, variant);
  return before;
}

const char *moco_kernel_family(void) { return moco_kernel_name(moco_kernel_variant()); }

int moco_kernel_is_asked(void) {
  const int variant = asked();
  return variant >= 0 && variant <= moco_kernel_widest();
}

int moco_kernel_has_fused(void) {
#if defined(__FMA__) || defined(__aarch64__)
  return 1;
#else
  return moco_kernel_variant() > MOCO_KERNELS_BASELINE;
#endif
}
