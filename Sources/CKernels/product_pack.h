// How product_body.h lays out its operands: a panel holds, for each k in turn, the entries of a few rows of A or of the
// columns of one tile of B.

#if !TRANSPOSES
#elif VECTOR == 16
#define LOW4(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH4(a, b) __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define LOW2(a, b) __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define HIGH2(a, b) __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define ODD(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
#elif VECTOR == 8
#define LOW4(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define HIGH4(a, b) __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define LOW2(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define HIGH2(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define ODD(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#else
#define LOW4(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH4(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define LOW2(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define HIGH2(a, b) __builtin_shufflevector(a, b, 2, 3, 6, 7)
#endif

#if TRANSPOSES
// r[i][j] and r[j][i] change places.
INLINE void MOCO_VARIANT(transpose)(V *r) {
#pragma clang loop unroll(full)
  for (int i = 0; i < VECTOR; i += 4) {
    const V a = LOW4(r[i], r[i + 1]), b = HIGH4(r[i], r[i + 1]);
    const V c = LOW4(r[i + 2], r[i + 3]), d = HIGH4(r[i + 2], r[i + 3]);
    r[i] = LOW2(a, c), r[i + 1] = HIGH2(a, c), r[i + 2] = LOW2(b, d), r[i + 3] = HIGH2(b, d);
  }
  // Now r[4 g + q] holds rows 4 g … 4 g + 3 of the columns q, q + 4, …
#if VECTOR == 8
#pragma clang loop unroll(full)
  for (int q = 0; q < 4; q++) {
    const V a = r[q], b = r[4 + q];
    r[q] = EVEN(a, b), r[4 + q] = ODD(a, b);
  }
#elif VECTOR == 16
#pragma clang loop unroll(full)
  for (int q = 0; q < 4; q++) {
    const V a = EVEN(r[q], r[4 + q]), b = ODD(r[q], r[4 + q]);
    const V c = EVEN(r[8 + q], r[12 + q]), d = ODD(r[8 + q], r[12 + q]);
    r[q] = EVEN(a, c), r[8 + q] = ODD(a, c), r[4 + q] = EVEN(b, d), r[12 + q] = ODD(b, d);
  }
#endif
}
#endif

// out[k * pitch + i] = x[i * stride + k] for at most VECTOR rows. Writes VECTOR floats for each k, of which the next k
// takes back what is beyond `rows`.
INLINE void MOCO_VARIANT(interleave)(const ELEMENT *x, ptrdiff_t stride, int rows, ptrdiff_t depth, ELEMENT *out,
                                     ptrdiff_t pitch, ptrdiff_t ahead) {
  ptrdiff_t k = 0;
#if TRANSPOSES
  for (; k + VECTOR <= depth; k += VECTOR) {
    V r[VECTOR];
#pragma clang loop unroll(full)
    for (int i = 0; i < VECTOR; i++) {
      r[i] = i < rows ? LOADV(x + i * stride + k) : SPLATV(0);
      if (ahead) PREFETCH(x + (i + ahead) * stride + k);
    }
    MOCO_VARIANT(transpose)(r);
#pragma clang loop unroll(full)
    for (int i = 0; i < VECTOR; i++) STOREV(out + (k + i) * pitch, r[i]);
  }
#else
  (void)ahead;
#endif
  for (; k < depth; k++)
    for (int i = 0; i < rows; i++) out[k * pitch + i] = x[i * stride + k];
}

// `height` rows of A side by side. `out` has room for VECTOR floats more than it needs.
INLINE void MOCO_VARIANT(pack_rows)(const ELEMENT *a, ptrdiff_t stride, int transposed, int height, ptrdiff_t depth,
                                    ELEMENT *out) {
  if (!transposed) {
    MOCO_VARIANT(interleave)(a, stride, height, depth, out, height, 0);
  } else if (height == HEIGHT) {
    for (ptrdiff_t k = 0; k < depth; k++) memcpy(out + k * HEIGHT, a + k * stride, sizeof(ELEMENT) * HEIGHT);
  } else if (height == HEIGHT - 1) {
    for (ptrdiff_t k = 0; k < depth; k++)
      memcpy(out + k * (HEIGHT - 1), a + k * stride, sizeof(ELEMENT) * (HEIGHT - 1));
  } else {
    for (ptrdiff_t k = 0; k < depth; k++)
      for (int i = 0; i < height; i++) out[k * height + i] = a[k * stride + i];
  }
}

// Columns of B side by side, `pitch` floats for each k, which is VECTOR or twice that; zero beyond `columns`.
INLINE void MOCO_VARIANT(pack_columns)(const ELEMENT *b, ptrdiff_t stride, int transposed, int columns, int pitch,
                                       ptrdiff_t depth, ELEMENT *out) {
  if (!transposed) {
    if (columns == 2 * VECTOR) {
      for (ptrdiff_t k = 0; k < depth; k++) {
        const V x = LOADV(b + k * stride), y = LOADV(b + k * stride + VECTOR);
        PREFETCH(b + k * stride + 2 * VECTOR);
        if (VECTOR == 16) PREFETCH(b + k * stride + 3 * VECTOR);
        STOREV(out + k * 2 * VECTOR, x);
        STOREV(out + k * 2 * VECTOR + VECTOR, y);
      }
      return;
    }
    for (ptrdiff_t k = 0; k < depth; k++) {
      memcpy(out + k * pitch, b + k * stride, sizeof(ELEMENT) * (size_t)columns);
      memset(out + k * pitch + columns, 0, sizeof(ELEMENT) * (size_t)(pitch - columns));
    }
    return;
  }
  for (int half = 0; half < pitch; half += VECTOR) {
    const int rows = columns - half < VECTOR ? columns - half : VECTOR;
    if (rows < VECTOR)
      for (ptrdiff_t k = TRANSPOSES ? depth - depth % VECTOR : 0; k < depth; k++)
        memset(out + k * pitch + half, 0, sizeof(ELEMENT) * VECTOR);
    MOCO_VARIANT(interleave)(b + half * stride, stride, rows, depth, out + half, pitch, 2 * VECTOR);
  }
}

#undef LOW4
#undef HIGH4
#undef LOW2
#undef HIGH2
#undef EVEN
#undef ODD
