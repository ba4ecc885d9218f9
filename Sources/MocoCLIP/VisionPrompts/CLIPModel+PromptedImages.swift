import MocoAutograd
import MocoBase
import MocoTensor

// Symbols in shapes: B images, T rows of an image's state, n prompts, W width, D embedding.

extension CLIPModel {
  /// Encodes images with learned rows next to their patches, or returns something other than the projected feature.
  ///
  /// Gradients reach the prompts and every trainable parameter; nothing is computed below the first of them.
  /// Where nothing below the first of the prompted blocks is trained, the states that enter it are computed once for
  /// each image and kept. Without a graph an image's bits do not depend on the images around it.
  /// - Parameters:
  ///   - pixels: normalized images.
  ///   - output: what is needed; see `ImageOutput` for its shape.
  ///   - memory: bytes that activations may take; more images than fit are trained in chunks.
  ///   - cache: size limit of the cached states in bytes.
  /// - Shape: pixels [B, channels, image size, image size]
  /// - Throws: E0605 for a ResNet, E0305 for blocks out of range, E0205 for a shape mismatch; E0405, E0406,
  ///   E0602.
  public func encodeImage(
    _ pixels: Variable, prompts: VisionPrompts, output: ImageOutput = .feature,
    memory: Int = VisionPrompts.defaultMemory, cache: Int = VisionPrompts.defaultCache
  ) throws -> Variable {
    if config.vision.isResNet, prompts.rows == nil, output != .feature {
      throw Failure(
        "E0605",
        "the image tower of \(config.name) is a ResNet: it gives features only, not \(output.rawValue)",
        help: "use a vision transformer, such as ViT-B/16", argument: "output")
    }
    try requireFloatImages(for: "prompts, patches or states")
    let images = try checkPixels(pixels.value)
    let layers = try prompts.check(config, images: images.shape[0])
    let entry = layers.lowerBound
    let states = try statesBelow(entry, pixels, images, memory: memory, cache: cache)
    var deepRows: [ImageDeepRows?] = []
    var parts: [Variable] = []
    var first = 0
    for rows in prompts.deep {
      guard let rows else {
        deepRows.append(nil)
        continue
      }
      let shape = rows.shape
      deepRows.append(ImageDeepRows(first: first, perImage: shape.count == 3 ? shape[1] : 0))
      parts.append(shape.count == 3 ? try F.reshape(rows, [shape[0] * shape[1], shape[2]]) : rows)
      first += parts[parts.count - 1].shape[0]
    }
    let deep = parts.count > 1 ? try F.concat(parts, axis: 0) : parts.first
    let whole = output == .patches || output == .tokens || config.vision.pool == .average
    let rows = try visionSegment(
      entry..<config.vision.layers, states: states, prompts: prompts.rows, deep: deep, deepRows: deepRows,
      deepTrainedFrom: prompts.deep.firstIndex { $0?.requiresGrad ?? false },
      whole: whole, memory: memory)
    return try head(rows, patches: states.shape[1] - 1, output)
  }

  /// The rows that enter block `first` without prompts; before block 0, those before ln_pre. Shape: [B, T, W].
  private func statesBelow(
    _ first: Int, _ pixels: Variable, _ images: Tensor, memory: Int, cache: Int
  ) throws -> Variable {
    guard first > 0 else { return try embedPatches(pixels, images) }
    let tower = try towerCache.visionTransformer(of: self)
    var below =
      [tower.patches, tower.classRow, tower.positions] + [tower.preWeight, tower.preBias].compactMap { $0 }
    for block in tower.blocks[..<first] { _ = block.map { below.append($0) } }
    func states(_ pixels: Variable, _ images: Tensor) throws -> Variable {
      try visionSegment(
        0..<first, states: embedPatches(pixels, images), prompts: nil, deep: nil, deepRows: [], whole: true,
        memory: memory)
    }
    if Autograd.isEnabled, pixels.requiresGrad || below.contains(where: \.variable.requiresGrad) {
      return try states(pixels, images)
    }
    return Variable(
      try towerCache.visionStates.states(
        of: images, blocks: first, tokens: config.vision.tokens, width: config.vision.width,
        parameters: below.map(\.variable.value), budget: cache
      ) { places in
        try Autograd.noGrad {
          let part =
            places.count == images.shape[0] ? images : try images.indexSelect(axis: 0, places).contiguous()
          return try states(Variable(part), part).value
        }
      })
  }

  /// LayerNorm and projection of the rows that left the last block: [B, W], or all rows.
  private func head(_ rows: Variable, patches: Int, _ output: ImageOutput) throws -> Variable {
    let vision = config.vision
    func norm(_ rows: Variable) throws -> Variable {
      try F.layerNorm(
        rows, weight: parameter("visual.ln_post.weight"), bias: parameter("visual.ln_post.bias"),
        eps: config.layerNormEps)
    }
    func patchRows() throws -> Variable { try F.slice(rows, axis: 1, from: 1, to: 1 + patches) }
    let pooled: Variable
    switch output {
    case .tokens: return try norm(rows)
    case .patches: return try norm(patchRows())
    case .pooled, .feature:
      if vision.pool != .average {
        pooled = try norm(rows)
      } else if vision.normsAfterPool {
        pooled = try norm(F.mean(patchRows(), axis: 1))
      } else {
        pooled = try F.mean(norm(patchRows()), axis: 1)
      }
    }
    guard output == .feature else { return pooled }
    let projection = try parameter("visual.proj")
    let count = pooled.shape[0]
    guard !Autograd.isEnabled || !(pooled.requiresGrad || projection.requiresGrad), count > 1 else {
      return try F.matmul(pooled, projection)
    }
    // The bits of a product depend on its number of rows.
    return try F.concat(
      (0..<count).map { try F.matmul(F.slice(pooled, axis: 0, from: $0, to: $0 + 1), projection) }, axis: 0)
  }
}
