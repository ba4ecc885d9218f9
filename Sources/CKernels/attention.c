// Attention kernels of attention.h, in one copy for each instruction set.
#include "attention.h"

#include "vector_log.h"

#define MOCO_BODY "attention_body.h"
#include "copies.h"

void moco_attention_lists_forward(const moco_attention_lists *a, float *out, ptrdiff_t out_stride,
                                  float *probabilities, float *scratch, ptrdiff_t begin, ptrdiff_t end) {
  CHOOSE(forward, a, out, out_stride, probabilities, scratch, begin, end);
}

void moco_attention_lists_backward(const moco_attention_lists *a, const float *probabilities, const float *dout,
                                   ptrdiff_t dout_stride, float *dq, ptrdiff_t dq_stride, float *dk,
                                   ptrdiff_t dk_stride, float *dv, ptrdiff_t dv_stride, float *scratch,
                                   ptrdiff_t head, ptrdiff_t begin, ptrdiff_t end) {
  CHOOSE(backward, a, probabilities, dout, dout_stride, dq, dq_stride, dk, dk_stride, dv, dv_stride, scratch, head,
         begin, end);
}

void moco_attention_softmax(float *scores, ptrdiff_t rows, ptrdiff_t columns, float scale, float *lse,
                            ptrdiff_t lse_stride) {
  CHOOSE(softmax, scores, rows, columns, scale, lse, lse_stride);
}

void moco_attention_softmax_backward(float *scores, float *dp, ptrdiff_t rows, ptrdiff_t columns, float scale,
                                     const float *lse, ptrdiff_t lse_stride) {
  CHOOSE(softmax_backward, scores, dp, rows, columns, scale, lse, lse_stride);
}
