// Calls every vector kernel at many sizes, on buffers of exactly the size the headers ask for, so that
// AddressSanitizer sees one element too many and UndefinedBehaviorSanitizer sees what C does not define.
// It does so with every copy of the kernels that the processor runs.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attention.h"
#include "elementwise.h"
#include "kernel_family.h"
#include "moco_half.h"
#include "moco_optimizer.h"
#include "peak.h"
#include "product.h"
#include "quantized.h"
#include "resample.h"
#include "rows.h"
#include "tower.h"

static long calls;
static uint64_t state = 88172645463325252ull;

static uint32_t draw(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 32);
}

static float number(void) {
  static const float odd[] = {0.0f, -0.0f, INFINITY, -INFINITY, NAN, 1e-42f, 3e38f, -3e38f, 88.8f, -104.0f};
  uint32_t kind = draw();
  if (kind % 97 == 0) return odd[kind / 97 % (sizeof odd / sizeof *odd)];
  return ((float)(draw() & 0xffff) - 32768.0f) / 8192.0f;
}

static void *bytes(size_t size) {
  // A block of no bytes is still a block: any access to it is reported.
  void *block = malloc(size);
  if (!block && size) { perror("malloc"); exit(2); }
  return block;
}

static float *floats(ptrdiff_t count) {
  float *x = bytes((size_t)count * sizeof *x);
  for (ptrdiff_t i = 0; i < count; i++) x[i] = number();
  return x;
}

#define CALL(call) do { call; calls++; } while (0)

static void elementwise(ptrdiff_t n) {
  float *a = floats(n), *b = floats(n), *c = floats(n), *d = floats(n), *one = floats(1);
  uint8_t *mask = bytes((size_t)n);
  for (int op = MOCO_ADD; op <= MOCO_MOD; op++) {
    CALL(moco_binary(op, n, a, 1, b, 1, c));
    CALL(moco_binary(op, n, one, 0, b, 1, c));
    CALL(moco_binary(op, n, a, 1, one, 0, c));
    CALL(moco_binary(op, n, one, 0, one, 0, c));
    CALL(moco_binary(op, n, c, 1, b, 1, c));
  }
  for (int op = MOCO_EQ; op <= MOCO_GE; op++) {
    CALL(moco_compare(op, n, a, 1, b, 1, mask));
    CALL(moco_compare(op, n, one, 0, b, 1, mask));
  }
  for (int op = MOCO_NEG; op <= MOCO_SIGN; op++) {
    CALL(moco_unary(op, n, a, 1, c));
    CALL(moco_unary(op, n, one, 0, c));
    CALL(moco_unary_backward(op, n, a, c, b, d));
  }
  CALL(moco_add_scaled(n, number(), a, b));
  CALL(moco_affine(n, number(), a, number(), c));
  CALL(moco_fused(n, a, b, c, d));
  // Inputs with gaps.
  float *wide = floats(n ? 3 * (n - 1) + 1 : 0);
  CALL(moco_binary(MOCO_ADD, n, wide, 3, a, 1, c));
  CALL(moco_unary(MOCO_EXP, n, wide, 3, c));
  CALL(moco_compare(MOCO_LT, n, wide, 3, a, 1, mask));
  free(wide); free(a); free(b); free(c); free(d); free(one); free(mask);
}

static void rows(ptrdiff_t count, ptrdiff_t width) {
  ptrdiff_t n = count * width;
  float *x = floats(n), *y = floats(n), *dy = floats(n), *dx = floats(n), *inverse = floats(count);
  CALL(moco_softmax(x, y, count, width));
  CALL(moco_softmax_backward(y, dy, dx, count, width));
  CALL(moco_softmax(dx, dx, count, width));
  CALL(moco_log_softmax(x, y, count, width));
  CALL(moco_log_softmax_backward(y, dy, dx, count, width));
  CALL(moco_normalize(x, 1e-12f, y, inverse, count, width));
  CALL(moco_normalize_backward(y, inverse, 1e-12f, dy, dx, count, width));
  volatile double sum = 0;
  CALL(sum += moco_sum(x, n));
  CALL(sum += moco_dot(x, y, n));
  double *doubles = bytes((size_t)n * sizeof *doubles);
  for (ptrdiff_t i = 0; i < n; i++) doubles[i] = x[i];
  CALL(moco_exp_double(doubles, doubles, n));
  free(doubles);
  float *columns = floats(width);
  int64_t *indices = bytes((size_t)width * sizeof *indices);
  CALL(moco_sum_columns(x, count, width, width, columns));
  if (count > 0) {
    for (int sign = -1; sign <= 1; sign += 2) {
      CALL(moco_extreme_columns(x, count, width, width, sign, columns, indices));
      CALL(moco_extreme_columns(x, count, width, width, sign, columns, NULL));
      CALL(moco_extreme_columns(x, count, width, width, sign, NULL, indices));
    }
  }
  free(indices); free(columns); free(x); free(y); free(dy); free(dx); free(inverse);
}

static void tower(ptrdiff_t count, ptrdiff_t width) {
  ptrdiff_t n = count * width;
  float *x = floats(n), *y = floats(n), *dy = floats(n), *dx = floats(n);
  float *weight = floats(width), *bias = floats(width), *statistics = floats(2 * count), *sums = floats(2 * width);
  CALL(moco_tower_add_bias(x, bias, y, count, width));
  CALL(moco_tower_add_bias(NULL, bias, y, count, width));
  CALL(moco_tower_norm(x, weight, bias, 1e-5f, y, statistics, count, width));
  CALL(moco_tower_norm(x, weight, bias, 1e-5f, y, NULL, count, width));
  CALL(moco_tower_norm_again(x, weight, bias, statistics, y, count, width));
  CALL(moco_tower_norm_backward(dy, x, weight, statistics, NULL, dx, sums, count, width));
  CALL(moco_tower_norm_backward(dy, x, weight, statistics, y, dx, NULL, count, width));
  CALL(moco_tower_norm_backward(dy, x, weight, statistics, NULL, NULL, sums, count, width));
  CALL(moco_tower_norm_backward(dy, x, weight, statistics, dx, dx, sums, count, width));
  for (int kind = MOCO_TOWER_GELU; kind <= MOCO_TOWER_GELU_TANH; kind++) {
    CALL(moco_tower_activation(x, bias, y, kind, count, width));
    CALL(moco_tower_activation_backward(x, dy, y, kind, n));
    CALL(moco_tower_activation_backward(x, dy, NULL, kind, n));
  }
  CALL(moco_tower_column_sums(x, width, count, bias, 0, width));
  CALL(moco_tower_column_sums(x, width, count, bias, width / 3, width - width / 4));
  free(x); free(y); free(dy); free(dx); free(weight); free(bias); free(statistics); free(sums);
}

// The last row of a matrix whose rows are `stride` apart ends where the row ends.
static ptrdiff_t extent(ptrdiff_t count, ptrdiff_t stride, ptrdiff_t width) {
  return count ? (count - 1) * stride + width : 0;
}

static void attention(ptrdiff_t count, ptrdiff_t heads, ptrdiff_t dim, ptrdiff_t gap) {
  ptrdiff_t width = heads * dim, stride = width + gap;
  int32_t *offsets = bytes((size_t)(count + 1) * sizeof *offsets);
  offsets[0] = 0;
  ptrdiff_t longest = 0;
  for (ptrdiff_t r = 0; r < count; r++) {
    ptrdiff_t length = 1 + (ptrdiff_t)(draw() % (uint32_t)(r + 1 < 20 ? r + 1 : 20));
    if (length > longest) longest = length;
    offsets[r + 1] = offsets[r] + (int32_t)length;
  }
  int32_t *keys = bytes((size_t)offsets[count] * sizeof *keys);
  for (int32_t i = 0; i < offsets[count]; i++) keys[i] = (int32_t)(draw() % (uint32_t)count);
  ptrdiff_t size = extent(count, stride, width);
  float *q = floats(size), *k = floats(size), *v = floats(size), *out = floats(size), *dout = floats(size);
  float *dq = floats(size), *dk = floats(size), *dv = floats(size), *scratch = floats(longest);
  float *probabilities = floats(offsets[count] * heads);
  moco_attention_lists lists = {q, k, v, stride, stride, stride, offsets, keys, heads, dim, 0.25f};
  ptrdiff_t middle = count / 2;
  CALL(moco_attention_lists_forward(&lists, out, stride, NULL, scratch, 0, count));
  CALL(moco_attention_lists_forward(&lists, out, stride, probabilities, scratch, 0, middle));
  CALL(moco_attention_lists_forward(&lists, out, stride, probabilities, scratch, middle, count));
  for (ptrdiff_t head = 0; head < heads; head++)
    CALL(moco_attention_lists_backward(&lists, probabilities, dout, stride, dq, stride, dk, stride, dv, stride,
                                       scratch, head, 0, count));
  free(offsets); free(keys); free(q); free(k); free(v); free(out); free(dout); free(dq); free(dk); free(dv);
  free(scratch); free(probabilities);
}

static void attentionSoftmax(ptrdiff_t count, ptrdiff_t columns, ptrdiff_t gap) {
  float *scores = floats(count * columns), *dp = floats(count * columns);
  float *lse = floats(extent(count, 1 + gap, 1));
  CALL(moco_attention_softmax(scores, count, columns, 0.5f, NULL, 0));
  CALL(moco_attention_softmax(scores, count, columns, 0.5f, lse, 1 + gap));
  CALL(moco_attention_softmax_backward(scores, dp, count, columns, 0.5f, lse, 1 + gap));
  free(scores); free(dp); free(lse);
}

static void optimizer(size_t n) {
  float *p = floats((ptrdiff_t)n), *g = floats((ptrdiff_t)n), *m = floats((ptrdiff_t)n), *v = floats((ptrdiff_t)n);
  for (int flags = 0; flags < 4; flags++) {
    CALL(moco_sgd_step(p, g, m, n, 0.1f, 0.9f, 0.01f, flags & 1, flags >> 1));
    CALL(moco_adam_step(p, g, m, v, n, 0.1, 0.9, 0.999, 1e-8, flags & 1 ? 0.01 : 0, flags >> 1, 0.1, 0.001));
  }
  CALL(moco_sgd_step(p, g, NULL, n, 0.1f, 0, 0, 0, 1));
  volatile double sum = 0;
  CALL(sum += moco_sum_squares(g, n));
  CALL(sum += moco_all_finite(g, n));
  free(p); free(g); free(m); free(v);
}

// Halves stand in files at any byte.
static void half(size_t n, size_t shift) {
  unsigned char *raw = bytes(2 * n + shift);
  for (size_t i = 0; i < 2 * n + shift; i++) raw[i] = (unsigned char)draw();
  float *x = floats((ptrdiff_t)n);
  volatile size_t count = 0;
  CALL(count += moco_half_from_float(raw + shift, x, n));
  CALL(count += moco_bfloat_from_float(raw + shift, x, n));
  for (size_t i = 0; i < 2 * n; i++) raw[shift + i] = (unsigned char)draw();
  CALL(moco_float_from_half(x, raw + shift, n));
  CALL(moco_float_from_bfloat(x, raw + shift, n));
  CALL(count += moco_first_nonfinite(x, n));
  free(raw); free(x);
}

static void product(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, int turn) {
  const int ta = turn & 1, tb = turn >> 1 & 1;
  float *a = floats(m * k), *b = floats(n * k), *c = floats(m * n), *bias = floats(n), *source = floats(m * n);
  moco_product p = {
      m, n, k, a, ta ? m : k, ta, b, tb ? k : n, tb, turn % 3 ? 1.0f : 0.5f, turn % 5 ? 0.0f : 1.0f,
      turn & 4 ? bias : NULL, turn & 8 ? source : NULL, n, c, n};
  CALL(moco_product_run(&p));
  free(a); free(b); free(c); free(bias); free(source);
  double *x = bytes((size_t)(m * k) * 8), *y = bytes((size_t)(n * k) * 8), *z = bytes((size_t)(m * n) * 8);
  for (ptrdiff_t i = 0; i < m * k; i++) x[i] = number();
  for (ptrdiff_t i = 0; i < n * k; i++) y[i] = number();
  for (ptrdiff_t i = 0; i < m * n; i++) z[i] = number();
  moco_product_double q = {m, n, k, x, ta ? m : k, ta, y, tb ? k : n, tb, 1, turn & 4 ? 1 : 0, NULL, NULL, 0, z, n};
  CALL(moco_product_run_double(&q));
  free(x); free(y); free(z);
}

static void quantized(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, int turn) {
  float *x = floats(m * k), *w = floats(n * k), *c = floats(m * n), *bias = floats(n), *scales = floats(n);
  int32_t *sums = bytes((size_t)n * sizeof *sums);
  void *packed = NULL, *room = NULL;
  if (posix_memalign(&packed, 64, moco_quantized_size(n, k)) || posix_memalign(&room, 64, moco_quantized_room(k))) exit(2);
  CALL(moco_quantized_pack(w, n, k, packed, scales, sums));
  moco_quantized p = {m, n, k, x, k, packed, scales, sums, turn & 1 ? bias : NULL, turn & 2 ? c : NULL, n, c, n, room};
  CALL(moco_quantized_run(&p));
  free(x); free(w); free(c); free(bias); free(scales); free(sums); free(packed); free(room);
}

static void products(void) {
  for (int turn = 0; turn < 400; turn++) {
    const ptrdiff_t m = 1 + (ptrdiff_t)(draw() % (turn % 9 ? 40 : 400)), n = 1 + (ptrdiff_t)(draw() % 80);
    const ptrdiff_t k = 1 + (ptrdiff_t)(draw() % (turn % 7 ? 60 : 900));
    product(m, n, turn % 50 ? k : 0, turn);
    quantized(m, n, k, turn);
  }
  double *x = bytes(8 * 77), *y = bytes(8 * 77);
  for (int i = 0; i < 77; i++) x[i] = y[i] = number();
  volatile double sum = 0;
  for (ptrdiff_t n = 0; n <= 77; n++) {
    CALL(sum += moco_dot_double(x + 77 - n, y + 77 - n, n));
    CALL(moco_add_scaled_double(n, 0.5, x + 77 - n, y + 77 - n));
  }
  free(x); free(y);
  float value = 0;
  CALL(sum += moco_peak_run(10, &value));
}

// Positions that each take a few of `in_size` positions, or all of them.
static moco_axis axis_of(ptrdiff_t in_size, ptrdiff_t count) {
  const ptrdiff_t width = 1 + draw() % in_size;
  int32_t *starts = bytes((size_t)count * 4), *counts = bytes((size_t)count * 4);
  int32_t *weights = bytes((size_t)(count * width) * 4);
  for (ptrdiff_t i = 0; i < count; i++) {
    counts[i] = 1 + (int32_t)(draw() % width);
    starts[i] = (int32_t)(draw() % (in_size - counts[i] + 1));
  }
  for (ptrdiff_t i = 0; i < count * width; i++) weights[i] = (int32_t)(draw() % (1 << 23)) - (1 << 21);
  return (moco_axis){starts, counts, weights, count, width};
}

static void free_axis(moco_axis axis) {
  free((void *)axis.starts);
  free((void *)axis.counts);
  free((void *)axis.weights);
}

static void resample(ptrdiff_t channels, ptrdiff_t columns, ptrdiff_t rows) {
  const ptrdiff_t made = 1 + draw() % 40, line = columns * channels;
  uint8_t *in = bytes((size_t)(line * rows)), *out = bytes((size_t)(made * channels * rows));
  for (ptrdiff_t i = 0; i < line * rows; i++) in[i] = (uint8_t)draw();
  moco_axis axis = axis_of(columns, made);
  uint8_t *scratch = bytes((size_t)moco_resample_scratch(line, made * channels));
  CALL(moco_resample_across(in, line, rows, channels, 0, columns, &axis, out, made * channels, scratch));
  CALL(moco_resample_across(in, line, rows, channels, 0, columns, &axis, out, made * channels, NULL));
  free(scratch), free(out), free_axis(axis);
  axis = axis_of(rows, made);
  out = bytes((size_t)(made * line));
  CALL(moco_resample_down(in, line, line, &axis, out, line));
  free(out), free_axis(axis);
  float *table = floats(256 * channels), *planes = floats(columns * rows * channels);
  CALL(moco_planes_of_bytes(in, columns * rows, channels, table, planes));
  free(table), free(planes), free(in);
}

static void all(void) {
  for (ptrdiff_t channels = 1; channels <= 4; channels++) {
    for (ptrdiff_t size = 1; size < 70; size += 3) resample(channels, size, 1 + draw() % 50);
  }
  products();
  static const ptrdiff_t large[] = {127, 128, 129, 255, 512, 513, 1000, 4097};
  for (int turn = 0; turn < 8; turn++) {
    for (ptrdiff_t n = 0; n <= 72; n++) {
      elementwise(n);
      optimizer((size_t)n);
      for (size_t shift = 0; shift < 4; shift++) half((size_t)n, shift);
      for (ptrdiff_t count = 0; count <= 5; count++) {
        if (n > 0) rows(count, n);
        if (n > 0) tower(count, n);
      }
    }
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
      elementwise(large[i]);
      optimizer((size_t)large[i]);
      half((size_t)large[i], 1);
      rows(3, large[i]);
      tower(3, large[i]);
      rows(large[i], 3);
      tower(large[i], 3);
    }
    for (ptrdiff_t dim = 1; dim <= 40; dim++)
      for (ptrdiff_t heads = 1; heads <= 4; heads++)
        for (ptrdiff_t gap = 0; gap <= 5; gap += 5) attention(1 + (ptrdiff_t)(draw() % 24), heads, dim, gap);
    for (ptrdiff_t columns = 1; columns <= 72; columns++)
      for (ptrdiff_t count = 1; count <= 4; count++) attentionSoftmax(count, columns, turn % 3);
  }
}

int main(void) {
  for (int variant = moco_kernel_widest(); variant >= 0; variant--) {
    moco_kernel_use(variant);
    calls = 0;
    all();
    printf("%s kernels: %ld calls\n", moco_kernel_family(), calls);
  }
  return 0;
}
