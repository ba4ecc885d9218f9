// What the processor of this machine can do, as far as matrix products are concerned.
#ifndef MOCO_PROCESSOR_H
#define MOCO_PROCESSOR_H

/// 0: SSE3 at most, or not an x86 processor. 1: AVX. 2: AVX2 and FMA. 3: AVX-512 F, CD, BW, DQ and VL. What the
/// operating system does not save is not there.
int moco_processor_level(void);

/// Whether the processor multiplies bfloat16 (AVX512_BF16).
int moco_processor_has_bf16(void);

/// Whether the processor adds four products of bytes at a time to 32-bit sums (AVX512_VNNI).
int moco_processor_has_vnni(void);

/// "GenuineIntel", "AuthenticAMD", …; "" where there is no such name.
const char *moco_processor_vendor(void);

/// Family and model as the vendors count them (extended fields added); 0 where there are none.
int moco_processor_family(void);
int moco_processor_model(void);

/// The name the processor gives itself, such as "AMD EPYC 9654 96-Core Processor"; "" where there is none.
const char *moco_processor_name(void);

#endif
