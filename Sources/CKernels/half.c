#include "moco_half.h"

#include <string.h>

#include "variants.h"

#if MOCO_HAS_COPIES
#include <immintrin.h>
#endif

static inline uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

static inline float value_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static inline float half_to_float(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = (half >> 10) & 31, mantissa = half & 1023;
  if (exponent == 31) return value_of(sign | 0x7F800000 | mantissa << 13);
  if (exponent != 0) return value_of(sign | (exponent + 112) << 23 | mantissa << 13);
  // Subnormal: mantissa × 2^-24, exact in float.
  float magnitude = (float)mantissa * 0x1p-24f;
  return value_of(sign | bits_of(magnitude));
}

static inline uint16_t float_to_half(float value) {
  uint32_t bits = bits_of(value), magnitude = bits & 0x7FFFFFFF;
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  if (magnitude > 0x7F800000) return sign | 0x7E00;
  if (magnitude >= 0x477FF000) return sign | 0x7C00;  // rounds to 65536 or more
  if (magnitude < 0x38800000) {
    // Below 2^-14: adding 0.5 leaves the multiple of 2^-24, correctly rounded, in the mantissa's last bits.
    return sign | (uint16_t)(bits_of(value_of(magnitude) + 0.5f) - 0x3F000000);
  }
  uint32_t odd = magnitude >> 13 & 1;
  return sign | (uint16_t)((magnitude - 0x38000000 + 0xFFF + odd) >> 13);
}

#if MOCO_HAS_COPIES
__attribute__((target("avx,f16c"))) static size_t from_half_f16c(float *out, const uint8_t *in, size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(in + 2 * i))));
  }
  return i;
}

static int has_f16c(void) {
  return kernel_variant() >= MOCO_KERNELS_AVX2 && __builtin_cpu_supports("f16c");
}
#endif

void moco_float_from_half(float *out, const void *in, size_t count) {
  const uint8_t *bytes = in;
  size_t i = 0;
#if MOCO_HAS_COPIES
  if (has_f16c()) i = from_half_f16c(out, bytes, count);
#endif
  for (; i < count; i++) {
    uint16_t half;
    memcpy(&half, bytes + 2 * i, 2);
    out[i] = half_to_float(half);
  }
}

void moco_float_from_bfloat(float *out, const void *in, size_t count) {
  const uint8_t *bytes = in;
  for (size_t i = 0; i < count; i++) {
    uint16_t upper;
    memcpy(&upper, bytes + 2 * i, 2);
    out[i] = value_of((uint32_t)upper << 16);
  }
}

size_t moco_half_from_float(void *out, const float *in, size_t count) {
  uint8_t *bytes = out;
  size_t overflows = 0;
  for (size_t i = 0; i < count; i++) {
    uint16_t half = float_to_half(in[i]);
    overflows += (half & 0x7FFF) == 0x7C00 && (bits_of(in[i]) & 0x7FFFFFFF) < 0x7F800000;
    memcpy(bytes + 2 * i, &half, 2);
  }
  return overflows;
}

size_t moco_bfloat_from_float(void *out, const float *in, size_t count) {
  uint8_t *bytes = out;
  size_t overflows = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t word = bits_of(in[i]), magnitude = word & 0x7FFFFFFF;
    uint16_t upper;
    if (magnitude > 0x7F800000) {
      upper = (uint16_t)(word >> 16) | 0x40;  // keeps a NaN a NaN
    } else {
      upper = (uint16_t)((word + 0x7FFF + (word >> 16 & 1)) >> 16);
      overflows += (upper & 0x7FFF) == 0x7F80 && magnitude < 0x7F800000;
    }
    memcpy(bytes + 2 * i, &upper, 2);
  }
  return overflows;
}

size_t moco_first_nonfinite(const float *in, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if ((bits_of(in[i]) & 0x7F800000) == 0x7F800000) return i;
  }
  return count;
}
