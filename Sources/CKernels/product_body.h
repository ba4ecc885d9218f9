// The bodies of product.c, compiled once for each instruction set and element type: VECTOR elements in a register, tiles
// of at most HEIGHT rows and two registers of columns, FUSED(a, b, c) the fused a b + c.

typedef ELEMENT MOCO_VARIANT(vector) __attribute__((vector_size(sizeof(ELEMENT) * VECTOR), aligned(sizeof(ELEMENT))));
#define V MOCO_VARIANT(vector)
#define LOADV(p) (*(const V *)(p))
#define STOREV(p, x) (*(V *)(p) = (x))
#if VECTOR == 16
#define SPLATV(x) ((V){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x})
#elif VECTOR == 8
#define SPLATV(x) ((V){x, x, x, x, x, x, x, x})
#elif VECTOR == 4
#define SPLATV(x) ((V){x, x, x, x})
#else
#define SPLATV(x) ((V){x, x})
#endif
#define WIDTH (2 * VECTOR)

#include "product_pack.h"

// acc[r] = the chains of one block for `rows` rows and `halves` registers of columns.
INLINE void MOCO_VARIANT(chains)(const ELEMENT *a, const ELEMENT *b, ptrdiff_t pitch, ptrdiff_t depth, V (*acc)[2],
                                 const int rows, const int halves) {
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) acc[r][0] = acc[r][1] = SPLATV(0);
  for (ptrdiff_t k = 0; k < depth; k++) {
    const V b0 = LOADV(b), b1 = halves > 1 ? LOADV(b + VECTOR) : b0;
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const V x = SPLATV(a[r]);
      acc[r][0] = FUSED(x, b0, acc[r][0]);
      if (halves > 1) acc[r][1] = FUSED(x, b1, acc[r][1]);
    }
    a += rows;
    b += pitch;
  }
}

// A row of a block: what it is added to, plus alpha times the chains.
INLINE void MOCO_VARIANT(finish)(const ELEMENT *chains, const PRODUCT_END *end, ptrdiff_t row, int columns) {
  ELEMENT *const c = end->c + row * end->c_stride;
  for (int j = 0; j < columns; j++) {
    const ELEMENT x = end->alpha * chains[j];
    if (end->source && end->bias) c[j] = (end->source[row * end->source_stride + j] + end->bias[j]) + x;
    else if (end->source) c[j] = end->source[row * end->source_stride + j] + x;
    else if (end->bias) c[j] = end->bias[j] + x;
    else if (end->beta != 0) c[j] = end->beta * c[j] + x;
    else c[j] = x;
  }
}

#define EACH(expression)                                                            \
  _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++)                 \
      _Pragma("clang loop unroll(full)") for (int h = 0; h < halves; h++) {         \
    const ptrdiff_t j = h * VECTOR;                                                 \
    STOREV(end->c + r * end->c_stride + j, expression);                             \
  }

// One block of one tile; `end` tells what it is added to.
INLINE void MOCO_VARIANT(tile)(const ELEMENT *a, const ELEMENT *b, ptrdiff_t pitch, ptrdiff_t depth,
                               const PRODUCT_END *end, const int columns, const int rows, const int halves) {
  V acc[HEIGHT][2];
  MOCO_VARIANT(chains)(a, b, pitch, depth, acc, rows, halves);
  if (columns == halves * VECTOR && end->alpha == 1) {
    if (end->source && end->bias) {
      EACH((LOADV(end->source + r * end->source_stride + j) + LOADV(end->bias + j)) + acc[r][h])
    } else if (end->source) {
      EACH(LOADV(end->source + r * end->source_stride + j) + acc[r][h])
    } else if (end->bias) {
      EACH(LOADV(end->bias + j) + acc[r][h])
    } else if (end->beta != 0) {
      EACH(SPLATV(end->beta) * LOADV(end->c + r * end->c_stride + j) + acc[r][h])
    } else {
      EACH(acc[r][h])
    }
    return;
  }
  ELEMENT part[HEIGHT][WIDTH];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int h = 0; h < halves; h++) STOREV(part[r] + h * VECTOR, acc[r][h]);
  for (int r = 0; r < rows; r++) MOCO_VARIANT(finish)(part[r], end, r, columns);
}

#undef EACH

#define TILE(rows)                                                                                                    \
  static void MOCO_VARIANT(tile_##rows)(const ELEMENT *a, const ELEMENT *b, ptrdiff_t pitch, ptrdiff_t depth,             \
                                        const PRODUCT_END *end, int columns) {                                   \
    if (columns > VECTOR) MOCO_VARIANT(tile)(a, b, pitch, depth, end, columns, rows, 2);                              \
    else MOCO_VARIANT(tile)(a, b, pitch, depth, end, columns, rows, 1);                                               \
  }
TILE(1)
TILE(2)
TILE(3)
TILE(4)
#if HEIGHT >= 6
TILE(5)
TILE(6)
#endif
#if HEIGHT >= 14
TILE(7)
TILE(8)
TILE(9)
TILE(10)
TILE(11)
TILE(12)
TILE(13)
TILE(14)
#endif
#undef TILE

static const PRODUCT_TILE MOCO_VARIANT(tiles)[HEIGHT + 1] = {
    0, MOCO_VARIANT(tile_1), MOCO_VARIANT(tile_2), MOCO_VARIANT(tile_3), MOCO_VARIANT(tile_4),
#if HEIGHT >= 6
    MOCO_VARIANT(tile_5), MOCO_VARIANT(tile_6),
#endif
#if HEIGHT >= 14
    MOCO_VARIANT(tile_7), MOCO_VARIANT(tile_8), MOCO_VARIANT(tile_9), MOCO_VARIANT(tile_10), MOCO_VARIANT(tile_11),
    MOCO_VARIANT(tile_12), MOCO_VARIANT(tile_13), MOCO_VARIANT(tile_14),
#endif
};

// Rows are taken in panels of nearly equal heights. A block of at most `limit` rows of A stays in the second-level
// cache, while the columns of B pass by, one tile's width at a time.
static void MOCO_VARIANT(product)(const PRODUCT *p, ptrdiff_t limit, ELEMENT *rows_room, ELEMENT *columns_room) {
  const ptrdiff_t block = moco_product_block(p->k);
  for (ptrdiff_t m0 = 0; m0 < p->m; m0 += limit) {
    const ptrdiff_t m = p->m - m0 < limit ? p->m - m0 : limit;
    const ptrdiff_t panels = (m + HEIGHT - 1) / HEIGHT, low = m / panels, taller = m % panels;
    for (ptrdiff_t k0 = 0; k0 == 0 || k0 < p->k; k0 += block) {
      const ptrdiff_t depth = p->k - k0 < block ? p->k - k0 : block;
      ELEMENT *room = rows_room;
      ptrdiff_t row = m0;
      for (ptrdiff_t i = 0; i < panels; i++) {
        const int height = (int)(low + (i < taller));
        const ELEMENT *a = p->a + (p->a_transposed ? k0 * p->a_stride + row : row * p->a_stride + k0);
        MOCO_VARIANT(pack_rows)(a, p->a_stride, p->a_transposed, height, depth, room);
        room += height * depth;
        row += height;
      }
      for (ptrdiff_t n0 = 0; n0 < p->n; n0 += WIDTH) {
        const int columns = p->n - n0 < WIDTH ? (int)(p->n - n0) : WIDTH, pitch = columns > VECTOR ? WIDTH : VECTOR;
        const ELEMENT *b = p->b + (p->b_transposed ? n0 * p->b_stride + k0 : k0 * p->b_stride + n0);
        // A single panel reads the columns where they are.
        const int packs = panels > 1 || p->b_transposed || columns < pitch;
        if (packs) MOCO_VARIANT(pack_columns)(b, p->b_stride, p->b_transposed, columns, pitch, depth, columns_room);
        PRODUCT_END end = {p->alpha, p->beta, p->bias ? p->bias + n0 : 0, 0, p->source_stride, 0, p->c_stride};
        room = rows_room;
        row = m0;
        for (ptrdiff_t i = 0; i < panels; i++) {
          const int height = (int)(low + (i < taller));
          end.c = p->c + row * p->c_stride + n0;
          end.source = p->source ? p->source + row * p->source_stride + n0 : 0;
          if (k0 > 0) {
            // Later blocks are added to the earlier ones.
            end.bias = 0;
            end.source = end.c;
            end.source_stride = p->c_stride;
          }
          MOCO_VARIANT(tiles)[height](room, packs ? columns_room : b, packs ? pitch : p->b_stride, depth, &end, columns);
          room += height * depth;
          row += height;
        }
      }
    }
  }
}

#undef V
#undef LOADV
#undef STOREV
#undef SPLATV
#undef WIDTH
