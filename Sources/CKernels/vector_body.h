// Sixteen floats at a time, compiled once for each instruction set by copies.h: MOCO_VARIANT(name) names the copy,
// MOCO_LEVEL is its number.
//
// Every copy gives the same bits. A vector has sixteen lanes whatever the registers hold; the compiler splits it in
// two or four. Sums go into lanes and from there through one tree, sum16. Nothing is fused but what FMA16 fuses
// (variants.h turns contraction off), and where the processor does not fuse, FMA16 rounds as if it did.

typedef float MOCO_VARIANT(f16) __attribute__((vector_size(64), aligned(4)));
typedef int32_t MOCO_VARIANT(i16) __attribute__((vector_size(64), aligned(4)));
typedef double MOCO_VARIANT(d16) __attribute__((vector_size(128), aligned(8)));
typedef int64_t MOCO_VARIANT(l16) __attribute__((vector_size(128), aligned(8)));
typedef uint64_t MOCO_VARIANT(u16) __attribute__((vector_size(128), aligned(8)));
#define F16 MOCO_VARIANT(f16)
#define I16 MOCO_VARIANT(i16)
#define D16 MOCO_VARIANT(d16)
#define L16 MOCO_VARIANT(l16)
#define U16 MOCO_VARIANT(u16)
#define INLINE static inline __attribute__((always_inline))
#define LOAD(p) (*(const F16 *)(p))
#define STORE(p, x) MOCO_VARIANT(store)(p, x)
#define SPLAT(x) MOCO_VARIANT(splat)(x)
#define SPLATI(x) ((I16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x})
#define SPLATD(x) ((D16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x})
#define DOUBLES(x) __builtin_convertvector(x, D16)
#define FLOATS(x) __builtin_convertvector(x, F16)
#define ZERO SPLAT(0.0f)

INLINE F16 MOCO_VARIANT(splat)(float x) { return (F16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }

INLINE void MOCO_VARIANT(store)(float *p, F16 x) {
#if MOCO_LEVEL == 1
  // In ascending order: left to itself the compiler stores the upper half first, which some processors do slower.
  _mm256_storeu_ps(p, (__m256)__builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7));
  _mm256_storeu_ps(p + 8, (__m256)__builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15));
#else
  *(F16 *)p = x;
#endif
}

// a where the mask is set, b elsewhere.
#define SELECT(mask, a, b) ((F16)(((I16)(a) & (mask)) | ((I16)(b) & ~(mask))))

#if MOCO_LEVEL == 1
// f of the halves: what the intrinsics of AVX2 take.
#define HALVES(f, a, b)                                                                        \
  ((F16)__builtin_shufflevector(                                                               \
      f((__m256)__builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7),                         \
        (__m256)__builtin_shufflevector(b, b, 0, 1, 2, 3, 4, 5, 6, 7)),                        \
      f((__m256)__builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15),                   \
        (__m256)__builtin_shufflevector(b, b, 8, 9, 10, 11, 12, 13, 14, 15)),                  \
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))
#endif

// The larger and the smaller: b where they are equal or one is NaN.
INLINE F16 MOCO_VARIANT(larger)(F16 a, F16 b) {
#if MOCO_LEVEL == 2
  return (F16)_mm512_max_ps((__m512)a, (__m512)b);
#elif MOCO_LEVEL == 1
  return HALVES(_mm256_max_ps, a, b);
#else
  return SELECT(a > b, a, b);
#endif
}

INLINE F16 MOCO_VARIANT(smaller)(F16 a, F16 b) {
#if MOCO_LEVEL == 2
  return (F16)_mm512_min_ps((__m512)a, (__m512)b);
#elif MOCO_LEVEL == 1
  return HALVES(_mm256_min_ps, a, b);
#else
  return SELECT(a < b, a, b);
#endif
}
#define LARGER(a, b) MOCO_VARIANT(larger)(a, b)
#define SMALLER(a, b) MOCO_VARIANT(smaller)(a, b)

#if MOCO_LEVEL > 0 || defined(__FP_FAST_FMAF)
#define FMA16(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
// a b + c, rounded once, as fused.h makes it.
static __attribute__((noinline)) F16 MOCO_VARIANT(fma16_odd)(F16 a, F16 b, F16 c) {
  float out[16];
  for (int i = 0; i < 16; i += 4) {
    const moco_f4 x = *(const moco_f4 *)((const float *)&a + i), y = *(const moco_f4 *)((const float *)&b + i);
    *(moco_f4 *)(out + i) = moco_fused4(x, y, *(const moco_f4 *)((const float *)&c + i));
  }
  return LOAD(out);
}

#if defined(__SSE2__)
// The same, in most cases quicker: the product is exact in double, and the sum rounded to double rounds to the right
// float as it is, unless it lies halfway between two floats (the 29 bits that a float lacks are 1000…) or below the
// normal floats.
static __attribute__((noinline)) F16 MOCO_VARIANT(fma16)(F16 a, F16 b, F16 c) {
  const __m128i low = _mm_set1_epi32(0x1FFFFFFF), half = _mm_set1_epi32(0x10000000);
  const __m128i magnitude = _mm_set1_epi32(0x7FFFFFFF), normal = _mm_set1_epi32(0x38100000);
  __m128i special = _mm_setzero_si128();
  float out[16];
  for (int i = 0; i < 16; i += 4) {
    const __m128 x = _mm_loadu_ps((const float *)&a + i), y = _mm_loadu_ps((const float *)&b + i);
    const __m128 z = _mm_loadu_ps((const float *)&c + i);
    const __m128d p = _mm_add_pd(_mm_mul_pd(_mm_cvtps_pd(x), _mm_cvtps_pd(y)), _mm_cvtps_pd(z));
    const __m128d q = _mm_add_pd(
        _mm_mul_pd(_mm_cvtps_pd(_mm_movehl_ps(x, x)), _mm_cvtps_pd(_mm_movehl_ps(y, y))),
        _mm_cvtps_pd(_mm_movehl_ps(z, z)));
    _mm_storeu_ps(out + i, _mm_movelh_ps(_mm_cvtpd_ps(p), _mm_cvtpd_ps(q)));
    const __m128i last = _mm_castps_si128(_mm_shuffle_ps(_mm_castpd_ps(p), _mm_castpd_ps(q), 0x88));
    const __m128i first = _mm_and_si128(
        _mm_castps_si128(_mm_shuffle_ps(_mm_castpd_ps(p), _mm_castpd_ps(q), 0xDD)), magnitude);
    special = _mm_or_si128(special, _mm_cmpeq_epi32(_mm_and_si128(last, low), half));
    special = _mm_or_si128(
        special, _mm_and_si128(_mm_cmplt_epi32(first, normal), _mm_cmpgt_epi32(first, _mm_setzero_si128())));
  }
  return _mm_movemask_epi8(special) ? MOCO_VARIANT(fma16_odd)(a, b, c) : LOAD(out);
}
#define FMA16(a, b, c) MOCO_VARIANT(fma16)(a, b, c)
#else
#define FMA16(a, b, c) MOCO_VARIANT(fma16_odd)(a, b, c)
#endif
#endif

// The tree: halves are added until one is left.
INLINE float MOCO_VARIANT(sum16)(F16 x) {
  typedef float f8 __attribute__((vector_size(32)));
  typedef float f4 __attribute__((vector_size(16)));
  f8 y = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
         __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  f4 z = __builtin_shufflevector(y, y, 0, 1, 2, 3) + __builtin_shufflevector(y, y, 4, 5, 6, 7);
  z += __builtin_shufflevector(z, z, 2, 3, 0, 1);
  return z[0] + z[1];
}

INLINE double MOCO_VARIANT(sum_d16)(D16 x) {
  typedef double d8 __attribute__((vector_size(64)));
  typedef double d4 __attribute__((vector_size(32)));
  d8 y = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
         __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  d4 z = __builtin_shufflevector(y, y, 0, 1, 2, 3) + __builtin_shufflevector(y, y, 4, 5, 6, 7);
  return (z[0] + z[2]) + (z[1] + z[3]);
}

INLINE float MOCO_VARIANT(max16)(F16 x) {
  typedef float f8 __attribute__((vector_size(32)));
  typedef float f4 __attribute__((vector_size(16)));
  typedef int32_t i8 __attribute__((vector_size(32)));
  typedef int32_t i4 __attribute__((vector_size(16)));
  f8 a = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7);
  f8 b = __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  i8 m = b > a;
  f8 y = (f8)(((i8)b & m) | ((i8)a & ~m));
  f4 c = __builtin_shufflevector(y, y, 0, 1, 2, 3), d = __builtin_shufflevector(y, y, 4, 5, 6, 7);
  i4 n = d > c;
  f4 z = (f4)(((i4)d & n) | ((i4)c & ~n));
  float p = z[2] > z[0] ? z[2] : z[0], q = z[3] > z[1] ? z[3] : z[1];
  return q > p ? q : p;
}

// The first k lanes: a mask.
INLINE I16 MOCO_VARIANT(first)(ptrdiff_t k) {
  const I16 at = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return at < SPLATI((int32_t)k);
}

// k floats, 1 <= k <= 16, with zeros behind them. Nothing behind the last is touched.
INLINE F16 MOCO_VARIANT(get)(const float *p, ptrdiff_t k) {
  if (k == 16) return LOAD(p);
#if MOCO_LEVEL == 2
  return (F16)_mm512_maskz_loadu_ps((__mmask16)((1u << k) - 1), p);
#elif MOCO_LEVEL == 1
  const I16 mask = MOCO_VARIANT(first)(k);
  const __m256i low = (__m256i)__builtin_shufflevector(mask, mask, 0, 1, 2, 3, 4, 5, 6, 7);
  const __m256i high = (__m256i)__builtin_shufflevector(mask, mask, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m256 a = _mm256_maskload_ps(p, low), b = k > 8 ? _mm256_maskload_ps(p + 8, high) : _mm256_setzero_ps();
  return (F16)__builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#else
  float part[16] = {0};
  for (ptrdiff_t i = 0; i < k; i++) part[i] = p[i];
  return LOAD(part);
#endif
}

// The first k lanes to p, 1 <= k <= 16.
INLINE void MOCO_VARIANT(put)(float *p, F16 x, ptrdiff_t k) {
  if (k == 16) {
    STORE(p, x);
    return;
  }
#if MOCO_LEVEL == 2
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << k) - 1), (__m512)x);
#elif MOCO_LEVEL == 1
  // Masked stores are slow on some processors with AVX2.
  __m256 y = (__m256)__builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7);
  if (k & 8) {
    _mm256_storeu_ps(p, y);
    y = (__m256)__builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
    p += 8;
  }
  __m128 z = _mm256_castps256_ps128(y);
  if (k & 4) {
    _mm_storeu_ps(p, z);
    z = _mm256_extractf128_ps(y, 1);
    p += 4;
  }
  if (k & 2) {
    _mm_storel_pi((__m64 *)p, z);
    z = _mm_movehl_ps(z, z);
    p += 2;
  }
  if (k & 1) _mm_store_ss(p, z);
#else
  for (ptrdiff_t i = 0; i < k; i++) p[i] = x[i];
#endif
}

// Runs the statements for i = 0, 16, … below n, where GET and PUT take what is there, sixteen floats and fewer at the
// end, and KEEP makes zeros of the rest.
#define EACH16_AS(unrolled, i, n, ...)                 \
  do {                                                 \
    ptrdiff_t i = 0;                                   \
    unrolled for (; i + 16 <= (n); i += 16) {          \
      enum { here = 16 };                              \
      __VA_ARGS__                                      \
    }                                                  \
    if (i < (n)) {                                     \
      const ptrdiff_t here = (n)-i;                    \
      __VA_ARGS__                                      \
    }                                                  \
  } while (0)
#define EACH16(i, n, ...) EACH16_AS(, i, n, __VA_ARGS__)
// The same for statements that do little more than read and write.
#define EACH64(i, n, ...) EACH16_AS(_Pragma("clang loop unroll_count(4)"), i, n, __VA_ARGS__)
#define GET(p) MOCO_VARIANT(get)(p, here)
#define PUT(p, x) MOCO_VARIANT(put)(p, x, here)
#define KEEP(x) (here == 16 ? (x) : (F16)((I16)(x) & MOCO_VARIANT(first)(here)))
