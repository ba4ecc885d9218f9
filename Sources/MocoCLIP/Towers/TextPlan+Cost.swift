// The cost of a plan, counted, not measured. Floating-point operations are those that the trie needs, with a
// multiplication and an addition counted as two; a padded computation would need many more.
//
// Symbols: N nodes, E end nodes, W width, M width of the MLP, L layers.

extension TextPlan {
  /// Operations of one forward pass: products and attention. LayerNorm and activation are not counted.
  public func forwardFLOPs(_ config: CLIPConfig) -> Double { flops(config, products: 1, attention: 1) }

  /// Operations of one backward pass to the soft rows, with all weights frozen: every product again, for
  /// the gradient of its input, and four small products per pair in attention where the forward pass has two.
  public func backwardFLOPs(_ config: CLIPConfig) -> Double { flops(config, products: 1, attention: 2) }

  /// Operations of a training step: both passes, and the repeated forward passes.
  public func stepFLOPs(_ config: CLIPConfig) -> Double {
    forwardFLOPs(config) + backwardFLOPs(config) + repeatedFLOPs(config)
  }

  /// Rows of the largest chunk.
  public var largestChunk: Int { chunks.map(\.trie.nodeCount).max() ?? 0 }

  /// Operations of the chunks' second forward pass. The last chunk keeps its activations.
  package func repeatedFLOPs(_ config: CLIPConfig) -> Double {
    chunks.dropLast().reduce(0) { $0 + TextPlan.flops($1, config, products: 1, attention: 1) }
  }

  private func flops(_ config: CLIPConfig, products: Double, attention: Double) -> Double {
    chunks.reduce(0) { $0 + TextPlan.flops($1, config, products: products, attention: attention) }
  }

  private static func flops(
    _ chunk: Chunk, _ config: CLIPConfig, products: Double, attention: Double
  ) -> Double {
    let w = Double(config.text.width)
    let m = Double(config.text.mlpWidth)
    let whole = Double(config.text.layers - 1)
    let n = Double(chunk.trie.nodeCount)
    let e = Double(chunk.final.rows.count)
    let pairs = Double(chunk.lists.pairCount)
    let finalPairs = Double(chunk.final.lists.pairCount)
    // In the last layer every node has keys and values, and only end nodes have the rest.
    let matrices =
      whole * n * (8 * w * w + 4 * w * m) + n * 4 * w * w + e * (4 * w * w + 4 * w * m)
      + e * 2 * w * Double(config.embedDim)
    return products * matrices + attention * 4 * w * (whole * pairs + finalPairs)
  }
}

extension CLIPConfig {
  /// Operations of the vision tower's forward pass for the feature of one image.
  public var imageFLOPs: Double {
    let w = Double(vision.width)
    let m = Double(vision.mlpWidth)
    let t = Double(vision.tokens)
    let patches = 2 * (t - 1) * w * Double(vision.channels * vision.patchSize * vision.patchSize)
    let layer = t * (8 * w * w + 4 * w * m) + t * t * 4 * w
    let last = vision.pool == .average ? layer : t * 4 * w * w + 4 * w * w + 4 * w * m + t * 4 * w
    return patches + Double(vision.layers - 1) * layer + last + 2 * w * Double(embedDim)
  }

  /// Operations of the backward pass that trains the LayerNorms of the vision tower's blocks: every product
  /// of the blocks again, and in attention five products where the forward pass has two.
  public var imageLayerNormBackwardFLOPs: Double {
    let w = Double(vision.width)
    let m = Double(vision.mlpWidth)
    let t = Double(vision.tokens)
    let layer = t * (8 * w * w + 4 * w * m) + t * t * 10 * w
    let last = t * 4 * w * w + 4 * w * w + 4 * w * m + t * 8 * w
    return Double(vision.layers - 1) * layer + last + 2 * w * Double(embedDim)
  }
}
