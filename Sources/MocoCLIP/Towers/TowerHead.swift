import CKernels
import MocoTensor

/// The end of both towers: LayerNorm and projection of the rows that are read, [E, W] to [E, D].
///
/// - Safety: its rows are in memory that only this call uses; threads write disjoint parts of it, and the
///   call waits for them.
struct TowerHead: @unchecked Sendable {
  let width: Int
  let embedding: Int
  let eps: Float
  let parameters: HeadParameters<Values>
  let cut: RowBlocks
  let lanes: Int

  /// - Parameters:
  ///   - statistics: [E, 2], kept for the gradient.
  ///   - normed: scratch, [E, W]; its contents are read again by `backward`.
  func forward(_ rows: Values, into output: Floats, statistics: Floats?, normed: Floats) {
    Lanes.run(cut.count, lanes: lanes) { _, block in
      let range = cut.range(block)
      let at = range.lowerBound
      moco_tower_norm(
        rows + at * width, parameters.normWeight, parameters.normBias, eps, normed + at * width,
        statistics.map { $0 + at * 2 }, range.count, width)
      Gemm.runSingle(
        false, false, m: range.count, n: embedding, k: width, alpha: 1, a: normed + at * width, lda: width,
        b: parameters.projection, ldb: embedding, beta: 0, c: output + at * embedding, ldc: embedding)
    }
  }

  /// - Parameters:
  ///   - doutput: [E, D].
  ///   - drows: receives the gradient of the rows, [E, W]; nil if nothing below is trained.
  ///   - scratch: [E, W], and `sums` [blocks, 2, W].
  func backward(
    _ doutput: Values, _ rows: Values, statistics: Values, normed: Values,
    gradients g: HeadParameters<Floats?>,
    drows: Floats?, scratch: Floats, sums: Floats
  ) {
    let wantsNorm = g.normWeight != nil || g.normBias != nil
    if wantsNorm || drows != nil {
      Lanes.run(cut.count, lanes: lanes) { _, block in
        let range = cut.range(block)
        let at = range.lowerBound
        Gemm.runSingle(
          false, true, m: range.count, n: width, k: embedding, alpha: 1, a: doutput + at * embedding,
          lda: embedding, b: parameters.projection, ldb: embedding, beta: 0, c: scratch + at * width,
          ldc: width)
        let own = sums + block * 2 * width
        own.update(repeating: 0, count: 2 * width)
        moco_tower_norm_backward(
          scratch + at * width, rows + at * width, parameters.normWeight, statistics + at * 2, nil,
          drows.map { $0 + at * width }, wantsNorm ? own : nil, range.count, width)
      }
      if wantsNorm { reduceNormSums(sums, blocks: cut.count, width: width, g.normWeight, g.normBias) }
    }
    let products = WeightProducts(lanes: lanes)
    products.add(
      g.projection, dy: normed, dyStride: width, outputs: width, x: doutput, inputs: embedding, rows: cut.rows
    )
    products.run()
  }
}

/// Adds the blocks' LayerNorm sums, [blocks, 2, W], to the gradients in the order of the blocks.
func reduceNormSums(_ sums: Values, blocks: Int, width: Int, _ weight: Floats?, _ bias: Floats?) {
  for (part, target) in [weight, bias].enumerated() {
    guard let target else { continue }
    for block in 0..<blocks {
      let source = sums + (block * 2 + part) * width
      for i in 0..<width { target[i] += source[i] }
    }
  }
}

/// What a tower call must keep, from which layer on, and how far the backward pass must go.
struct TowerNeeds {
  /// The lowest layer with something trained in or below it; `layers` if only the head is trained.
  let keepFrom: Int
  /// Whether something below the first layer is trained.
  let input: Bool
  /// Whether the gradient of the input of layer `keepFrom` is needed: for what is below it, or for rows that
  /// were written over it.
  let inputOfKept: Bool
  /// Whether any weight or bias of a block's products is trained (LayerNorms apart).
  let weights: Bool
  /// Whether anything is trained.
  let any: Bool

  /// - Parameter deepest: the lowest layer with trained rows in its input; nil if there are none.
  init(
    blocks: [BlockParameters<Int?>], head: HeadParameters<Int?>?, input: Bool, overwritten deepest: Int? = nil
  ) {
    self.input = input
    var lowest = blocks.count
    var weights = false
    var any = input || deepest != nil
    for (layer, p) in blocks.enumerated() {
      let products = [
        p.inWeight, p.inBias, p.outWeight, p.outBias, p.fcWeight, p.fcBias, p.projWeight, p.projBias,
      ].contains { $0 != nil }
      let norms = [p.norm1Weight, p.norm1Bias, p.norm2Weight, p.norm2Bias].contains { $0 != nil }
      if products || norms { lowest = min(lowest, layer) }
      if products { weights = true }
    }
    let trainsHead = head.map { $0.normWeight != nil || $0.normBias != nil || $0.projection != nil } ?? false
    if lowest < blocks.count || trainsHead { any = true }
    self.weights = weights
    self.any = any
    let from = input ? 0 : min(lowest, deepest ?? lowest)
    keepFrom = from
    inputOfKept = input || deepest == from
  }
}
