import CKernels
import MocoTensor

extension Transformer {
  /// The C description of a layer's lists. A closure, because the arrays must outlive its use.
  func withLists<R>(
    _ lists: AttentionLists, _ layer: Int, _ state: LayerRows, _ body: (inout moco_attention_lists) -> R
  ) -> R {
    lists.offsets.withUnsafeBufferPointer { offsets in
      lists.keys.withUnsafeBufferPointer { keys in
        let pruned = isPruned(layer)
        let stride = (pruned ? 2 : 3) * width
        let keyStart = state.projected + (pruned ? 0 : width)
        var description = moco_attention_lists(
          q: pruned ? state.finalQueries : state.projected, k: keyStart, v: keyStart + width,
          q_stride: pruned ? width : stride, k_stride: stride, v_stride: stride, offsets: offsets.baseAddress,
          keys: keys.baseAddress, heads: heads, dim: headDim, scale: scale)
        return body(&description)
      }
    }
  }

  /// Attention of some query rows by lists; `out` is the first of them.
  func listsForward(
    _ lists: AttentionLists, _ layer: Int, _ state: LayerRows, _ range: Range<Int>, into out: Floats,
    _ lane: LaneRows
  ) {
    withLists(lists, layer, state) {
      moco_attention_lists_forward(
        &$0, out - range.lowerBound * width, width, state.weights, lane.scores, range.lowerBound,
        range.upperBound)
    }
  }

  /// Gradients of queries, keys and values by lists: a task for every segment and head, because rows of a
  /// segment share keys and every head owns its columns.
  /// - Parameters:
  ///   - dout: gradient of the attended rows, [R, W].
  ///   - dq: [R, W] with `dqStride`; written.
  ///   - dkv: keys and values side by side with `dkvStride`; written.
  func listsBackward(
    _ lists: AttentionLists, _ layer: Int, _ state: LayerRows, dout: Values, dq: Floats, dqStride: Int,
    dkv: Floats,
    dkvStride: Int, _ scratch: [LaneRows]
  ) {
    guard let weights = state.weights else { return }
    let dim = headDim
    // Few large tasks: all heads of several small segments together.
    let perTask = max(
      1, min(lists.segments.count, 2048 / max(1, lists.pairCount / max(1, lists.segments.count))))
    let groups = (lists.segments.count + perTask - 1) / perTask
    Lanes.run(groups * heads, lanes: lanes) { lane, task in
      let head = task % heads
      let group = task / heads
      for index in (group * perTask)..<min((group + 1) * perTask, lists.segments.count) {
        let segment = lists.segments[index]
        for row in segment.keys {
          (dkv + row * dkvStride + head * dim).update(repeating: 0, count: dim)
          (dkv + row * dkvStride + width + head * dim).update(repeating: 0, count: dim)
        }
        withLists(lists, layer, state) {
          moco_attention_lists_backward(
            &$0, weights, dout, width, dq, dqStride, dkv, dkvStride, dkv + width, dkvStride,
            scratch[lane].scores,
            head, segment.queries.lowerBound, segment.queries.upperBound)
        }
      }
    }
  }

  /// Attention within groups of rows by matrix products: one task for every group and head.
  func denseForward(_ state: LayerRows, groups: Int, length: Int, _ scratch: [LaneRows]) {
    guard let attended = state.attended else { return }
    let dim = headDim
    let stride = 3 * width
    Lanes.run(groups * heads, lanes: lanes) { lane, task in
      let group = task / heads
      let head = task % heads
      let q = state.projected + group * length * stride + head * dim
      let scores = scratch[lane].scores
      Gemm.runSingle(
        false, true, m: length, n: length, k: dim, alpha: 1, a: q, lda: stride, b: q + width, ldb: stride,
        beta: 0,
        c: scores, ldc: length)
      moco_attention_softmax(
        scores, length, length, scale, state.weights.map { $0 + group * length * heads + head }, heads)
      Gemm.runSingle(
        false, false, m: length, n: dim, k: length, alpha: 1, a: scores, lda: length, b: q + 2 * width,
        ldb: stride,
        beta: 0, c: attended + group * length * width + head * dim, ldc: width)
    }
  }

  /// Gradients within groups of rows. Probabilities are computed again from the log-sum-exp of the forward
  /// pass.
  func denseBackward(
    _ state: LayerRows, groups: Int, length: Int, dout: Values, dprojected: Floats, _ scratch: [LaneRows]
  ) {
    guard let lse = state.weights else { return }
    let dim = headDim
    let stride = 3 * width
    Lanes.run(groups * heads, lanes: lanes) { lane, task in
      let group = task / heads
      let head = task % heads
      let first = group * length
      let q = state.projected + first * stride + head * dim
      let dq = dprojected + first * stride + head * dim
      let d = dout + first * width + head * dim
      let p = scratch[lane].scores
      let ds = p + length * length
      Gemm.runSingle(
        false, true, m: length, n: length, k: dim, alpha: 1, a: q, lda: stride, b: q + width, ldb: stride,
        beta: 0,
        c: p, ldc: length)
      Gemm.runSingle(
        false, true, m: length, n: length, k: dim, alpha: 1, a: d, lda: width, b: q + 2 * width, ldb: stride,
        beta: 0, c: ds, ldc: length)
      moco_attention_softmax_backward(p, ds, length, length, scale, lse + first * heads + head, heads)
      Gemm.runSingle(
        true, false, m: length, n: dim, k: length, alpha: 1, a: p, lda: length, b: d, ldb: width, beta: 0,
        c: dq + 2 * width, ldc: stride)
      Gemm.runSingle(
        false, false, m: length, n: dim, k: length, alpha: 1, a: ds, lda: length, b: q + width, ldb: stride,
        beta: 0,
        c: dq, ldc: stride)
      Gemm.runSingle(
        true, false, m: length, n: dim, k: length, alpha: 1, a: ds, lda: length, b: q, ldb: stride, beta: 0,
        c: dq + width, ldc: stride)
    }
  }
}
