// The bodies of attention.c, compiled once for each instruction set after vector_body.h.

INLINE float MOCO_VARIANT(dot)(const float *a, const float *b, ptrdiff_t n) {
  F8 s0 = SPLAT(0.0f), s1 = SPLAT(0.0f);
  ptrdiff_t i = 0;
  for (; i + 16 <= n; i += 16) {
    s0 += LOAD(a + i) * LOAD(b + i);
    s1 += LOAD(a + i + 8) * LOAD(b + i + 8);
  }
  for (; i + 8 <= n; i += 8) s0 += LOAD(a + i) * LOAD(b + i);
  float s = MOCO_VARIANT(sum8)(s0 + s1);
  for (; i < n; i++) s += a[i] * b[i];
  return s;
}

// x[i] <- e^(x[i] * scale - shift), returning the sum.
INLINE float MOCO_VARIANT(exp_row)(float *x, ptrdiff_t n, float scale, float shift) {
  F8 sum = SPLAT(0.0f);
  ptrdiff_t i = 0;
  for (; i + 8 <= n; i += 8) {
    F8 e = MOCO_VARIANT(exp8)(LOAD(x + i) * SPLAT(scale) - SPLAT(shift));
    STORE(x + i, e);
    sum += e;
  }
  float total = MOCO_VARIANT(sum8)(sum);
  if (i < n) {
    float part[8] = {0};
    for (ptrdiff_t j = i; j < n; j++) part[j - i] = x[j] * scale - shift;
    F8 e = MOCO_VARIANT(exp8)(LOAD(part));
    STORE(part, e);
    for (ptrdiff_t j = i; j < n; j++) {
      x[j] = part[j - i];
      total += part[j - i];
    }
  }
  return total;
}

// x <- softmax(scale * x); the log-sum-exp of the scaled row is max * scale + log(sum).
INLINE float MOCO_VARIANT(softmax_row)(float *x, ptrdiff_t n, float scale, float *top) {
  float m = x[0];
  ptrdiff_t i = 0;
  if (n >= 8) {
    F8 best = LOAD(x);
    for (i = 8; i + 8 <= n; i += 8) {
      F8 y = LOAD(x + i);
      I8 more = y > best;
      best = (F8)(((I8)y & more) | ((I8)best & ~more));
    }
    for (int j = 0; j < 8; j++) m = best[j] > m ? best[j] : m;
  }
  for (; i < n; i++) m = x[i] > m ? x[i] : m;
  float sum = MOCO_VARIANT(exp_row)(x, n, scale, m * scale);
  float inverse = 1.0f / sum;
  for (i = 0; i + 8 <= n; i += 8) STORE(x + i, LOAD(x + i) * SPLAT(inverse));
  for (; i < n; i++) x[i] *= inverse;
  *top = m * scale;
  return sum;
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
    F8 s0 = SPLAT(0.0f), s1 = s0, s2 = s0, s3 = s0;
    for (ptrdiff_t j = 0; j < n; j++) {
      const float *row = v + keys[j] * vs + c;
      F8 w = SPLAT(p[j]);
      s0 += w * LOAD(row);
      s1 += w * LOAD(row + 8);
      s2 += w * LOAD(row + 16);
      s3 += w * LOAD(row + 24);
    }
    STORE(out + c, s0);
    STORE(out + c + 8, s1);
    STORE(out + c + 16, s2);
    STORE(out + c + 24, s3);
  }
  for (; c + 8 <= dim; c += 8) {
    F8 s = SPLAT(0.0f);
    for (ptrdiff_t j = 0; j < n; j++) s += SPLAT(p[j]) * LOAD(v + keys[j] * vs + c);
    STORE(out + c, s);
  }
  for (; c < dim; c++) {
    float s = 0;
    for (ptrdiff_t j = 0; j < n; j++) s += p[j] * v[keys[j] * vs + c];
    out[c] = s;
  }
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
  ptrdiff_t c = 0;
  for (; c + 16 <= dim; c += 16) {
    F8 q0 = LOAD(q + c), q1 = LOAD(q + c + 8), d0 = LOAD(dout + c), d1 = LOAD(dout + c + 8);
    F8 s0 = SPLAT(0.0f), s1 = s0;
    for (ptrdiff_t j = 0; j < n; j++) {
      const float *kj = k + keys[j] * ks + c;
      float *dkj = dk + keys[j] * dks + c, *dvj = dv + keys[j] * dvs + c;
      F8 w = SPLAT(ds[j]), pj = SPLAT(p[j]);
      s0 += w * LOAD(kj);
      s1 += w * LOAD(kj + 8);
      STORE(dkj, LOAD(dkj) + w * q0);
      STORE(dkj + 8, LOAD(dkj + 8) + w * q1);
      STORE(dvj, LOAD(dvj) + pj * d0);
      STORE(dvj + 8, LOAD(dvj + 8) + pj * d1);
    }
    STORE(dq + c, s0);
    STORE(dq + c + 8, s1);
  }
  for (; c < dim; c++) {
    float s = 0;
    for (ptrdiff_t j = 0; j < n; j++) {
      s += ds[j] * k[keys[j] * ks + c];
      dk[keys[j] * dks + c] += ds[j] * q[c];
      dv[keys[j] * dvs + c] += p[j] * dout[c];
    }
    dq[c] = s;
  }
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
    if (lse) lse[r * lse_stride] = top + logf(sum);
  }
}

static void MOCO_VARIANT(softmax_backward)(float *scores, float *dp, ptrdiff_t rows, ptrdiff_t columns,
                                           float scale, const float *lse, ptrdiff_t lse_stride) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *p = scores + r * columns, *d = dp + r * columns;
    MOCO_VARIANT(exp_row)(p, columns, scale, lse[r * lse_stride]);
    float mean = MOCO_VARIANT(dot)(p, d, columns);
    ptrdiff_t i = 0;
    for (; i + 8 <= columns; i += 8)
      STORE(d + i, LOAD(p + i) * (LOAD(d + i) - SPLAT(mean)) * SPLAT(scale));
    for (; i < columns; i++) d[i] = p[i] * (d[i] - mean) * scale;
  }
}
