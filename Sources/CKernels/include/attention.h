// Attention over flat rows: every query row has its own list of key rows.
//
// A row is [heads * dim] floats inside a matrix whose rows are `stride` floats apart, so q, k and v may be
// column ranges of one [N, 3 * width] matrix. The list of query row r is keys[offsets[r] ..< offsets[r + 1]]:
// the ancestors of a trie node (itself included), or the tokens of an image.
// Probabilities, when kept, stand at probabilities[offsets[r] * heads + h * n + j] for the j-th of n keys.
//
// Nothing here allocates or checks: sizes and indices are validated by the caller.
#ifndef MOCO_ATTENTION_H
#define MOCO_ATTENTION_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  const float *q, *k, *v;
  ptrdiff_t q_stride, k_stride, v_stride;
  const int32_t *offsets;
  const int32_t *keys;
  ptrdiff_t heads, dim;
  float scale;
} moco_attention_lists;

/// out[r] = softmax(scale * q[r] k^T) v for query rows begin ..< end, all heads.
/// probabilities may be NULL; then scratch holds at least the longest list.
void moco_attention_lists_forward(const moco_attention_lists *a, float *out, ptrdiff_t out_stride,
                                  float *probabilities, float *scratch, ptrdiff_t begin, ptrdiff_t end);

/// Gradients of one head for query rows begin ..< end, in that order: dq is written, dk and dv are added to.
/// scratch holds at least the longest list.
void moco_attention_lists_backward(const moco_attention_lists *a, const float *probabilities, const float *dout,
                                   ptrdiff_t dout_stride, float *dq, ptrdiff_t dq_stride, float *dk,
                                   ptrdiff_t dk_stride, float *dv, ptrdiff_t dv_stride, float *scratch,
                                   ptrdiff_t head, ptrdiff_t begin, ptrdiff_t end);

/// scores [rows, columns] <- softmax(scale * scores) by row; lse[r * lse_stride], where not NULL, is
/// the row's log-sum-exp of the scaled scores.
void moco_attention_softmax(float *scores, ptrdiff_t rows, ptrdiff_t columns, float scale, float *lse,
                            ptrdiff_t lse_stride);

/// Raw scores [rows, columns] become probabilities exp(scale * score - lse); dp becomes the gradient of the
/// raw scores, p * (dp - <p, dp>) * scale.
void moco_attention_softmax_backward(float *scores, float *dp, ptrdiff_t rows, ptrdiff_t columns, float scale,
                                     const float *lse, ptrdiff_t lse_stride);

#endif
