// Which copy of the vector kernels this process runs. All copies give the same bits.
#ifndef MOCO_KERNEL_FAMILY_H
#define MOCO_KERNEL_FAMILY_H

/// The copies: for every x86-64 processor (and every other one), for AVX2 with FMA, and for AVX-512 F, CD, BW, DQ
/// and VL.
enum { MOCO_KERNELS_BASELINE = 0, MOCO_KERNELS_AVX2 = 1, MOCO_KERNELS_AVX512 = 2 };

/// The copy in use: the one that MOCO_KERNELS names ("baseline", "avx2" or "avx512"), where the processor runs it,
/// and the widest that the processor runs otherwise. Cheap after the first call.
int moco_kernel_variant(void);

/// The widest copy that this processor runs.
int moco_kernel_widest(void);

/// Takes another copy from now on, for tests and measurements: calls that go on meanwhile end with theirs.
/// Returns the copy in use before, or -1, with nothing changed, for one that the processor does not run.
int moco_kernel_use(int variant);

/// Whether MOCO_KERNELS is heeded: 0 yes, or it is not set; 1 no such copy is known; 2 the processor does not run it.
int moco_kernel_refusal(void);

/// The name of a copy, as MOCO_KERNELS takes it; "" for a number that is none.
const char *moco_kernel_name(int variant);

/// Whether the copy in use has an instruction for a fused product, so that moco_product_run is quick.
int moco_kernel_has_fused(void);

/// Whether MOCO_KERNELS names a copy that this processor runs.
int moco_kernel_is_asked(void);

/// The name of the copy in use.
const char *moco_kernel_family(void);

#endif
