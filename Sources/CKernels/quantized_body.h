// The bodies of quantized.c, compiled once for each instruction set: VECTOR columns in a register, tiles of HEIGHT rows and
// two registers, FOUR(acc, x, w) the sum of acc and four products of unsigned bytes of x with signed bytes of w.

typedef int32_t MOCO_VARIANT(whole) __attribute__((vector_size(4 * VECTOR), aligned(4)));
typedef float MOCO_VARIANT(real) __attribute__((vector_size(4 * VECTOR), aligned(4)));
#define W MOCO_VARIANT(whole)
#define R MOCO_VARIANT(real)

// A row as bytes that are 128 more than they stand for, zeros beyond k; returns its scale.
static float MOCO_VARIANT(quantize_row)(const float *x, ptrdiff_t k, uint8_t *out) {
  typedef uint8_t bytes __attribute__((vector_size(VECTOR), aligned(1)));
  const W magnitude = (W){0} + 0x7FFFFFFF;
  // Sizes of floats compare as whole numbers do, infinities and NaN above all others.
  W largest = {0};
  ptrdiff_t i = 0;
  for (; i + VECTOR <= k; i += VECTOR) {
    const W size = *(const W *)(x + i) & magnitude, more = size > largest;
    largest = (size & more) | (largest & ~more);
  }
  int32_t top = 0;
  for (int j = 0; j < VECTOR; j++) top = largest[j] > top ? largest[j] : top;
  for (; i < k; i++) {
    int32_t size;
    memcpy(&size, x + i, 4);
    size &= 0x7FFFFFFF;
    top = size > top ? size : top;
  }
  float most;
  memcpy(&most, &top, 4);
  const int bad = top >= 0x7F800000;
  // A row of numbers below the normal range is one of zeros.
  const float inverse = bad || most < 1e-30f ? 0.0f : 127.0f / most;
  // Adding 1.5 * 2^23 + 128 leaves the whole number, ties to even, in the lower bits.
  const float shift = 12582912.0f + 128.0f;
  const R scale = (R){0} + inverse, shifts = (R){0} + shift;
  const W lower = (W){0} + 0xFF;
  for (i = 0; i + VECTOR <= k; i += VECTOR) {
    const R q = *(const R *)(x + i) * scale + shifts;
    *(bytes *)(out + i) = __builtin_convertvector((W)q & lower, bytes);
  }
  for (; i < k; i++) {
    const float q = x[i] * inverse + shift;
    int32_t bits;
    memcpy(&bits, &q, 4);
    out[i] = (uint8_t)bits;
  }
  for (; i % 4 != 0; i++) out[i] = 128;
  return bad ? __builtin_nanf("") : inverse == 0.0f ? 0.0f : most / 127.0f;
}

INLINE void MOCO_VARIANT(bytes_tile)(const moco_quantized *p, const uint32_t *panel, const float *row_scales,
                                     ptrdiff_t row, ptrdiff_t column, const int rows) {
  const ptrdiff_t groups = (p->k + 3) / 4;
  const int32_t *const w = (const int32_t *)p->packed + (column - column % PANEL) * groups + column % PANEL;
  W acc[HEIGHT][2];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) acc[r][0] = acc[r][1] = (W){0};
  for (ptrdiff_t g = 0; g < groups; g++) {
    // The packed panels are as wide as those of the widest copy.
    const int32_t *at = w + g * PANEL;
    const W w0 = *(const W *)at, w1 = *(const W *)(at + VECTOR);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const W x = (W){0} + (int32_t)panel[g * rows + r];
      acc[r][0] = FOUR(acc[r][0], x, w0);
      acc[r][1] = FOUR(acc[r][1], x, w1);
    }
  }
  const ptrdiff_t columns = p->n - column < 2 * VECTOR ? p->n - column : 2 * VECTOR;
  for (int r = 0; r < rows; r++) {
    float part[2 * VECTOR];
    const float scale = row_scales[r];
    float *c = p->c + (row + r) * p->c_stride + column;
    const float *source = p->source ? p->source + (row + r) * p->source_stride + column : 0;
    int32_t sums[2 * VECTOR];
    *(W *)sums = acc[r][0];
    *(W *)(sums + VECTOR) = acc[r][1];
    for (ptrdiff_t j = 0; j < columns; j++)
      part[j] = (float)(sums[j] - 128 * p->sums[column + j]) * (scale * p->scales[column + j]);
    if (source && p->bias) for (ptrdiff_t j = 0; j < columns; j++) c[j] = (source[j] + p->bias[column + j]) + part[j];
    else if (source) for (ptrdiff_t j = 0; j < columns; j++) c[j] = source[j] + part[j];
    else if (p->bias) for (ptrdiff_t j = 0; j < columns; j++) c[j] = p->bias[column + j] + part[j];
    else for (ptrdiff_t j = 0; j < columns; j++) c[j] = part[j];
  }
}

static void MOCO_VARIANT(bytes_height)(const moco_quantized *p, const uint32_t *panel, const float *row_scales,
                                       ptrdiff_t row, ptrdiff_t column, int height) {
#define TILE(rows) \
  case rows: MOCO_VARIANT(bytes_tile)(p, panel, row_scales, row, column, rows); return;
  switch (height) {
    TILE(1) TILE(2) TILE(3) TILE(4)
#if HEIGHT >= 6
    TILE(5) TILE(6)
#endif
#if HEIGHT >= 14
    TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12) TILE(13) TILE(14)
#endif
  }
#undef TILE
}

static void MOCO_VARIANT(quantized)(const moco_quantized *p) {
  const ptrdiff_t groups = (p->k + 3) / 4;
  uint32_t *const panel = p->room;
  uint8_t *const bytes = (uint8_t *)(panel + groups * ROWS);
  float scales[ROWS];
  for (ptrdiff_t row = 0; row < p->m; row += ROWS) {
    const int rows = p->m - row < ROWS ? (int)(p->m - row) : ROWS;
    // Parts of nearly equal heights, one behind the other.
    const int parts = (rows + HEIGHT - 1) / HEIGHT, low = rows / parts, taller = rows % parts;
    for (int part = 0, r = 0; part < parts; part++) {
      const int height = low + (part < taller);
      uint32_t *out = panel + r * groups;
      for (int q = 0; q < height; q++) {
        scales[r + q] = MOCO_VARIANT(quantize_row)(p->x + (row + r + q) * p->x_stride, p->k, bytes);
        for (ptrdiff_t g = 0; g < groups; g++) memcpy(out + g * height + q, bytes + 4 * g, 4);
      }
      r += height;
    }
    for (ptrdiff_t column = 0; column < p->n; column += 2 * VECTOR) {
      for (int part = 0, r = 0; part < parts; part++) {
        const int height = low + (part < taller);
        MOCO_VARIANT(bytes_height)(p, panel + r * groups, scales + r, row + r, column, height);
        r += height;
      }
    }
  }
}

#undef W
#undef R
