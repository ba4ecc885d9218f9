// Resampling along rows works on sixteen rows at a time, turned so that a column's bytes stand side by side: then all
// lanes of a vector take the same weight, whatever the number of channels.

typedef uint8_t MOCO_VARIANT(b16) __attribute__((vector_size(16), aligned(1)));
#define B16 MOCO_VARIANT(b16)
typedef uint32_t MOCO_VARIANT(w16) __attribute__((vector_size(64), aligned(4)));
#define W16 MOCO_VARIANT(w16)

// Sixteen bytes as numbers. Products and sums are those of unsigned numbers, which wrap.
INLINE W16 MOCO_VARIANT(wide)(const uint8_t *p) { return __builtin_convertvector(*(const B16 *)p, W16); }

INLINE W16 MOCO_VARIANT(times)(W16 bytes, int32_t weight) {
#if MOCO_LEVEL == 0 && MOCO_HAS_COPIES
  // SSE2 has no product of 32-bit numbers. The bytes have 8 bits, so those of their products with the weight's lower
  // and upper 16 bits fit, and a product of 16-bit pairs is an instruction.
  const uint32_t bits = (uint32_t)weight;
  const int16_t low = (int16_t)(bits & 0x7fff), high = (int16_t)(uint16_t)(bits >> 15);
  W16 sum;
  for (int k = 0; k < 4; k++) {
    const __m128i b = ((__m128i *)&bytes)[k];
    const __m128i l = _mm_madd_epi16(b, _mm_set1_epi32((uint16_t)low));
    const __m128i h = _mm_madd_epi16(b, _mm_set1_epi32((uint16_t)high));
    ((__m128i *)&sum)[k] = _mm_add_epi32(l, _mm_slli_epi32(h, 15));
  }
  return sum;
#else
  const uint32_t w = (uint32_t)weight;
  return bytes * (W16){w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w};
#endif
}

INLINE W16 MOCO_VARIANT(rounding)(void) {
  const uint32_t r = 1u << 21;
  return (W16){r, r, r, r, r, r, r, r, r, r, r, r, r, r, r, r};
}

INLINE B16 MOCO_VARIANT(clipped)(W16 sums) {
  I16 v = (I16)sums >> 22;
  v &= v >= SPLATI(0);
  const I16 above = v > SPLATI(255);
  return __builtin_convertvector((v & ~above) | (SPLATI(255) & above), B16);
}

// Sixteen rows of sixteen bytes, turned.
INLINE void MOCO_VARIANT(turn)(const uint8_t *const rows[LINES], ptrdiff_t at, uint8_t *out, ptrdiff_t stride) {
  B16 a[16], b[16];
#define LOW(x, y) __builtin_shufflevector(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH(x, y) __builtin_shufflevector(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define ROUND(from, to)                        \
  for (int i = 0; i < 8; i++) {                \
    to[2 * i] = LOW(from[i], from[i + 8]);     \
    to[2 * i + 1] = HIGH(from[i], from[i + 8]); \
  }
  for (int i = 0; i < 16; i++) a[i] = *(const B16 *)(rows[i] + at);
  ROUND(a, b)
  ROUND(b, a)
  ROUND(a, b)
  ROUND(b, a)
  for (int i = 0; i < 16; i++) *(B16 *)(out + i * stride) = a[i];
#undef ROUND
#undef HIGH
#undef LOW
}

// One position of the output for sixteen rows, of CHANNELS bytes. `in` is where its first column's bytes are.
#define POSITION(CHANNELS)                                                                                  \
  INLINE void MOCO_VARIANT(position##CHANNELS)(const uint8_t *in, const int32_t *weights, int32_t count,     \
                                               uint8_t *out) {                                              \
    W16 sums[CHANNELS];                                                                                     \
    for (int c = 0; c < CHANNELS; c++) sums[c] = MOCO_VARIANT(rounding)();                                  \
    for (int32_t k = 0; k < count; k++) {                                                                   \
      for (int c = 0; c < CHANNELS; c++)                                                                    \
        sums[c] += MOCO_VARIANT(times)(MOCO_VARIANT(wide)(in + (k * CHANNELS + c) * LINES), weights[k]);    \
    }                                                                                                       \
    for (int c = 0; c < CHANNELS; c++) *(B16 *)(out + c * LINES) = MOCO_VARIANT(clipped)(sums[c]);          \
  }
POSITION(1)
POSITION(2)
POSITION(3)
POSITION(4)
#undef POSITION

static void MOCO_VARIANT(across)(const uint8_t *in, ptrdiff_t in_stride, ptrdiff_t rows, ptrdiff_t channels,
                                 ptrdiff_t first, ptrdiff_t last, const moco_axis *axis, uint8_t *out,
                                 ptrdiff_t out_stride, uint8_t *scratch) {
  const ptrdiff_t columns = (last - first) * channels, made = axis->count * channels;
  uint8_t *turned = scratch, *results = scratch + LINES * whole_blocks(columns);
  uint8_t edge[LINES][LINES];
  for (ptrdiff_t y = 0; y < rows; y += LINES) {
    const ptrdiff_t lines = rows - y < LINES ? rows - y : LINES;
    const uint8_t *from[LINES], *margin[LINES];
    for (ptrdiff_t i = 0; i < LINES; i++) {
      // Where rows are missing, the last one stands in for them.
      from[i] = in + (y + (i < lines ? i : lines - 1)) * in_stride + first * channels;
      margin[i] = edge[i];
    }
    ptrdiff_t at = 0;
    for (; at + LINES <= columns; at += LINES) MOCO_VARIANT(turn)(from, at, turned + at * LINES, LINES);
    if (at < columns) {
      memset(edge, 0, sizeof edge);
      for (ptrdiff_t i = 0; i < LINES; i++) memcpy(edge[i], from[i] + at, (size_t)(columns - at));
      MOCO_VARIANT(turn)(margin, 0, turned + at * LINES, LINES);
    }
    for (ptrdiff_t x = 0; x < axis->count; x++) {
      const uint8_t *taps = turned + (axis->starts[x] - first) * channels * LINES;
      const int32_t *weights = axis->weights + x * axis->width;
      uint8_t *place = results + x * channels * LINES;
      switch (channels) {
        case 1: MOCO_VARIANT(position1)(taps, weights, axis->counts[x], place); break;
        case 2: MOCO_VARIANT(position2)(taps, weights, axis->counts[x], place); break;
        case 3: MOCO_VARIANT(position3)(taps, weights, axis->counts[x], place); break;
        default: MOCO_VARIANT(position4)(taps, weights, axis->counts[x], place);
      }
    }
    for (at = 0; at < made; at += LINES) {
      const uint8_t *back[LINES];
      for (ptrdiff_t i = 0; i < LINES; i++) back[i] = results + (at + i) * LINES;
      if (lines == LINES && at + LINES <= made) {
        MOCO_VARIANT(turn)(back, 0, out + y * out_stride + at, out_stride);
        continue;
      }
      const ptrdiff_t width = made - at < LINES ? made - at : LINES;
      MOCO_VARIANT(turn)(back, 0, edge[0], LINES);
      for (ptrdiff_t i = 0; i < lines; i++) memcpy(out + (y + i) * out_stride + at, edge[i], (size_t)width);
    }
  }
}

// WIDE vectors of a row at a time.
#define COLUMNS(WIDE)                                                                                     \
  INLINE void MOCO_VARIANT(columns##WIDE)(const uint8_t *in, ptrdiff_t stride, const int32_t *weights,     \
                                          int32_t count, uint8_t *out) {                                  \
    W16 sums[WIDE];                                                                                       \
    for (int c = 0; c < WIDE; c++) sums[c] = MOCO_VARIANT(rounding)();                                    \
    for (int32_t k = 0; k < count; k++) {                                                                 \
      for (int c = 0; c < WIDE; c++)                                                                      \
        sums[c] += MOCO_VARIANT(times)(MOCO_VARIANT(wide)(in + k * stride + c * LINES), weights[k]);      \
    }                                                                                                     \
    for (int c = 0; c < WIDE; c++) *(B16 *)(out + c * LINES) = MOCO_VARIANT(clipped)(sums[c]);            \
  }
COLUMNS(1)
COLUMNS(4)
#undef COLUMNS

static void MOCO_VARIANT(down)(const uint8_t *in, ptrdiff_t in_stride, ptrdiff_t length, const moco_axis *axis,
                               uint8_t *out, ptrdiff_t out_stride) {
  for (ptrdiff_t y = 0; y < axis->count; y++) {
    const uint8_t *from = in + axis->starts[y] * in_stride;
    const int32_t *weights = axis->weights + y * axis->width;
    const int32_t count = axis->counts[y];
    uint8_t *to = out + y * out_stride;
    ptrdiff_t i = 0;
    for (; i + 4 * LINES <= length; i += 4 * LINES)
      MOCO_VARIANT(columns4)(from + i, in_stride, weights, count, to + i);
    for (; i + LINES <= length; i += LINES) MOCO_VARIANT(columns1)(from + i, in_stride, weights, count, to + i);
    for (; i < length; i++) {
      uint32_t sum = 1u << 21;
      for (int32_t k = 0; k < count; k++) sum += from[i + k * in_stride] * (uint32_t)weights[k];
      to[i] = clip(sum);
    }
  }
}

#undef B16
#undef W16
