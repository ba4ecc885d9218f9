// The bodies of attention.c, compiled once for each instruction set by copies.h.

INLINE float MOCO_VARIANT(dot)(const float *a, const float *b, ptrdiff_t n) {
  F16 s = ZERO;
  EACH16(i, n, { s = FMA16(GET(a + i), GET(b + i), s); });
  return MOCO_VARIANT(sum16)(s);
}

// x <- softmax(scale * x); the log-sum-exp of the scaled row is max * scale + log(sum). What is left behind the whole
// vectors stays in one, so that it is not read back from parts.
INLINE float MOCO_VARIANT(softmax_row)(float *x, ptrdiff_t n, float scale, float *top) {
  const ptrdiff_t whole = n & ~(ptrdiff_t)15, k = n - whole;
  const I16 inside = MOCO_VARIANT(first)(k);
  F16 best = SPLAT(x[0]), sum = ZERO, rest = ZERO;
  for (ptrdiff_t i = 0; i < whole; i += 16) {
    const F16 v = LOAD(x + i);
    best = LARGER(v, best);
  }
  if (k) {
    rest = MOCO_VARIANT(get)(x + whole, k);
    const F16 v = SELECT(inside, rest, best);
    best = LARGER(v, best);
  }
  const float shift = MOCO_VARIANT(max16)(best) * scale;
  for (ptrdiff_t i = 0; i < whole; i += 16) {
    const F16 e = MOCO_VARIANT(exp16)(FMA16(LOAD(x + i), SPLAT(scale), SPLAT(-shift)));
    STORE(x + i, e);
    sum += e;
  }
  if (k) {
    rest = (F16)((I16)MOCO_VARIANT(exp16)(FMA16(rest, SPLAT(scale), SPLAT(-shift))) & inside);
    sum += rest;
  }
  const float total = MOCO_VARIANT(sum16)(sum), inverse = 1.0f / total;
  for (ptrdiff_t i = 0; i < whole; i += 16) STORE(x + i, LOAD(x + i) * SPLAT(inverse));
  if (k) MOCO_VARIANT(put)(x + whole, rest * SPLAT(inverse), k);
  *top = shift;
  return total;
}

// One head of one query: dots with every key, softmax, weighted sum of the values.
INLINE void MOCO_VARIANT(list_forward)(const float *q, const float *k, ptrdiff_t ks, const float *v, ptrdiff_t vs,
                                       const int32_t *keys, ptrdiff_t n, ptrdiff_t dim, float scale, float *p,
                                       float *out) {
  for (ptrdiff_t j = 0; j < n; j++) p[j] = MOCO_VARIANT(dot)(q, k + keys[j] * ks, dim);
  float top;
  MOCO_VARIANT(softmax_row)(p, n, scale, &top);
  ptrdiff_t c = 0;
  for (; c + 32 <= dim; c += 32) {
    F16 s0 = ZERO, s1 = s0;
    for (ptrdiff_t j = 0; j < n; j++) {
      const float *row = v + keys[j] * vs + c;
      const F16 w = SPLAT(p[j]);
      s0 = FMA16(w, LOAD(row), s0);
      s1 = FMA16(w, LOAD(row + 16), s1);
    }
    STORE(out + c, s0);
    STORE(out + c + 16, s1);
  }
  EACH16(i, dim - c, {
    F16 s = ZERO;
    for (ptrdiff_t j = 0; j < n; j++) s = FMA16(SPLAT(p[j]), GET(v + keys[j] * vs + c + i), s);
    PUT(out + c + i, s);
  });
}

INLINE void MOCO_VARIANT(lists_forward)(const moco_attention_lists *a, float *out, ptrdiff_t out_stride,
                                        float *probabilities, float *scratch, ptrdiff_t begin, ptrdiff_t end,
                                        ptrdiff_t dim) {
  for (ptrdiff_t r = begin; r < end; r++) {
    ptrdiff_t first = a->offsets[r], n = a->offsets[r + 1] - first;
    for (ptrdiff_t h = 0; h < a->heads; h++) {
      float *p = probabilities ? probabilities + first * a->heads + h * n : scratch;
      MOCO_VARIANT(list_forward)(a->q + r * a->q_stride + h * dim, a->k + h * dim, a->k_stride, a->v + h * dim,
                                 a->v_stride, a->keys + first, n, dim, a->scale, p,
                                 out + r * out_stride + h * dim);
    }
  }
}

static void MOCO_VARIANT(forward)(const moco_attention_lists *a, float *out, ptrdiff_t out_stride,
                                  float *probabilities, float *scratch, ptrdiff_t begin, ptrdiff_t end) {
  switch (a->dim) {
    case 32: MOCO_VARIANT(lists_forward)(a, out, out_stride, probabilities, scratch, begin, end, 32); break;
    case 64: MOCO_VARIANT(lists_forward)(a, out, out_stride, probabilities, scratch, begin, end, 64); break;
    default: MOCO_VARIANT(lists_forward)(a, out, out_stride, probabilities, scratch, begin, end, a->dim);
  }
}

// dq = sum_j ds_j k_j; dk_j += ds_j q; dv_j += p_j dout.
INLINE void MOCO_VARIANT(list_backward)(const float *q, const float *k, ptrdiff_t ks, const float *v, ptrdiff_t vs,
                                        const int32_t *keys, ptrdiff_t n, ptrdiff_t dim, float scale,
                                        const float *p, const float *dout, float *dq, float *dk, ptrdiff_t dks,
                                        float *dv, ptrdiff_t dvs, float *ds) {
  float mean = 0;
  for (ptrdiff_t j = 0; j < n; j++) {
    ds[j] = MOCO_VARIANT(dot)(dout, v + keys[j] * vs, dim);
    mean += p[j] * ds[j];
  }
  for (ptrdiff_t j = 0; j < n; j++) ds[j] = p[j] * (ds[j] - mean) * scale;
  EACH16(c, dim, {
    const F16 qc = GET(q + c), dc = GET(dout + c);
    F16 s = ZERO;
    for (ptrdiff_t j = 0; j < n; j++) {
      float *dkj = dk + keys[j] * dks + c, *dvj = dv + keys[j] * dvs + c;
      const F16 w = SPLAT(ds[j]), pj = SPLAT(p[j]);
      s = FMA16(w, GET(k + keys[j] * ks + c), s);
      PUT(dkj, FMA16(w, qc, GET(dkj)));
      PUT(dvj, FMA16(pj, dc, GET(dvj)));
    }
    PUT(dq + c, s);
  });
}

INLINE void MOCO_VARIANT(lists_backward)(const moco_attention_lists *a, const float *probabilities,
                                         const float *dout, ptrdiff_t dout_stride, float *dq, ptrdiff_t dq_stride,
                                         float *dk, ptrdiff_t dk_stride, float *dv, ptrdiff_t dv_stride,
                                         float *scratch, ptrdiff_t h, ptrdiff_t begin, ptrdiff_t end,
                                         ptrdiff_t dim) {
  ptrdiff_t at = h * dim;
  for (ptrdiff_t r = begin; r < end; r++) {
    ptrdiff_t first = a->offsets[r], n = a->offsets[r + 1] - first;
    MOCO_VARIANT(list_backward)(a->q + r * a->q_stride + at, a->k + at, a->k_stride, a->v + at, a->v_stride,
                                a->keys + first, n, dim, a->scale, probabilities + first * a->heads + h * n,
                                dout + r * dout_stride + at, dq + r * dq_stride + at, dk + at, dk_stride, dv + at,
                                dv_stride, scratch);
  }
}

static void MOCO_VARIANT(backward)(const moco_attention_lists *a, const float *probabilities, const float *dout,
                                   ptrdiff_t dout_stride, float *dq, ptrdiff_t dq_stride, float *dk,
                                   ptrdiff_t dk_stride, float *dv, ptrdiff_t dv_stride, float *scratch,
                                   ptrdiff_t head, ptrdiff_t begin, ptrdiff_t end) {
#define RUN(dim)                                                                                                 \
  MOCO_VARIANT(lists_backward)(a, probabilities, dout, dout_stride, dq, dq_stride, dk, dk_stride, dv, dv_stride, \
                               scratch, head, begin, end, dim)
  switch (a->dim) {
    case 32: RUN(32); break;
    case 64: RUN(64); break;
    default: RUN(a->dim);
  }
#undef RUN
}

static void MOCO_VARIANT(softmax)(float *scores, ptrdiff_t rows, ptrdiff_t columns, float scale, float *lse,
                                  ptrdiff_t lse_stride) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float top;
    float sum = MOCO_VARIANT(softmax_row)(scores + r * columns, columns, scale, &top);
    if (lse) lse[r * lse_stride] = top + (float)moco_fixed_log(sum);
  }
}

static void MOCO_VARIANT(softmax_backward)(float *scores, float *dp, ptrdiff_t rows, ptrdiff_t columns,
                                           float scale, const float *lse, ptrdiff_t lse_stride) {
  const ptrdiff_t whole = columns & ~(ptrdiff_t)15, k = columns - whole;
  const I16 inside = MOCO_VARIANT(first)(k);
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *p = scores + r * columns, *d = dp + r * columns;
    const float shift = lse[r * lse_stride];
    F16 sum = ZERO, rest = ZERO, slopes = ZERO;
    for (ptrdiff_t i = 0; i < whole; i += 16) {
      const F16 e = MOCO_VARIANT(exp16)(FMA16(LOAD(p + i), SPLAT(scale), SPLAT(-shift)));
      STORE(p + i, e);
      sum = FMA16(e, LOAD(d + i), sum);
    }
    if (k) {
      slopes = MOCO_VARIANT(get)(d + whole, k);
      rest = MOCO_VARIANT(exp16)(FMA16(MOCO_VARIANT(get)(p + whole, k), SPLAT(scale), SPLAT(-shift)));
      rest = (F16)((I16)rest & inside);
      MOCO_VARIANT(put)(p + whole, rest, k);
      sum = FMA16(rest, slopes, sum);
    }
    const F16 mean = SPLAT(MOCO_VARIANT(sum16)(sum));
    for (ptrdiff_t i = 0; i < whole; i += 16) STORE(d + i, LOAD(p + i) * (LOAD(d + i) - mean) * SPLAT(scale));
    if (k) MOCO_VARIANT(put)(d + whole, rest * (slopes - mean) * SPLAT(scale), k);
  }
}
