// Eight floats at a time, compiled once for each instruction set: MOCO_VARIANT(name) names the copy, and
// #include "vector_end.h" closes it. On the baseline the compiler splits each vector in two.

typedef float MOCO_VARIANT(f8) __attribute__((vector_size(32), aligned(4)));
typedef int32_t MOCO_VARIANT(i8) __attribute__((vector_size(32), aligned(4)));
typedef double MOCO_VARIANT(d8) __attribute__((vector_size(64), aligned(8)));
#define F8 MOCO_VARIANT(f8)
#define I8 MOCO_VARIANT(i8)
#define D8 MOCO_VARIANT(d8)
#define INLINE static inline __attribute__((always_inline))
#define LOAD(p) (*(const F8 *)(p))
#define STORE(p, x) (*(F8 *)(p) = (x))
#define SPLAT(x) ((F8){x, x, x, x, x, x, x, x})

INLINE float MOCO_VARIANT(sum8)(F8 x) {
  typedef float f4 __attribute__((vector_size(16)));
  f4 y = __builtin_shufflevector(x, x, 0, 1, 2, 3) + __builtin_shufflevector(x, x, 4, 5, 6, 7);
  y += __builtin_shufflevector(y, y, 2, 3, 0, 1);
  return y[0] + y[1];
}

// e^x to about one unit in the last place: x = n ln2 + r, a polynomial on |r| <= ln2 / 2, n into the exponent.
// Arguments here are never positive (beyond rounding); below -87 the result is flushed to about 1e-38.
INLINE F8 MOCO_VARIANT(exp8)(F8 x) {
  I8 low = x < SPLAT(-87.0f);
  x = (F8)(((I8)SPLAT(-87.0f) & low) | ((I8)x & ~low));
  I8 high = x > SPLAT(88.0f);
  x = (F8)(((I8)SPLAT(88.0f) & high) | ((I8)x & ~high));
  F8 shifted = x * SPLAT(1.44269504088896341f) + SPLAT(12582912.0f);
  F8 n = shifted - SPLAT(12582912.0f);
  F8 r = x - n * SPLAT(0.693359375f);
  r = r + n * SPLAT(2.12194440e-4f);
  F8 p = SPLAT(1.9875691500e-4f);
  p = p * r + SPLAT(1.3981999507e-3f);
  p = p * r + SPLAT(8.3334519073e-3f);
  p = p * r + SPLAT(4.1665795894e-2f);
  p = p * r + SPLAT(1.6666665459e-1f);
  p = p * r + SPLAT(5.0000001201e-1f);
  p = (p * r) * r + r + SPLAT(1.0f);
  return (F8)((I8)p + ((I8)shifted << 23));
}

// a where the mask is set, b elsewhere.
#define SELECT(mask, a, b) ((F8)(((I8)(a) & (mask)) | ((I8)(b) & ~(mask))))
