// Which copy of the vector kernels this processor runs.
#ifndef MOCO_KERNEL_FAMILY_H
#define MOCO_KERNEL_FAMILY_H

/// "avx2" or "baseline".
const char *moco_kernel_family(void);

#endif
