import MocoAutograd
import MocoBase
import MocoTensor

// Symbols in shapes: S prompts, R soft rows, B images, D embedding (config.embedDim).

extension CLIPModel {
  /// Features of prompts, not normalized.
  ///
  /// Computes one row of the tower for every distinct prefix, no positions after a prompt's last key, and the
  /// last layer only where it is read. Gradients reach the soft rows and every trainable parameter.
  /// - Parameters:
  ///   - prompts: keys of each prompt, including [start] and [end].
  ///   - soft: the rows that `.soft` keys refer to, [R, width].
  ///   - deep: the rows that replace them before later blocks.
  ///   - taps: receives the states between the layers.
  /// - Returns: features.
  /// - Shape: [S, D]
  /// - Throws: E0604, E0603, E0202 for prompts that cannot be encoded; E0205 for soft rows of a wrong shape;
  ///   E0405 if memory runs out; E0406 if interrupted.
  public func encodeText(
    _ prompts: [[PromptKey]], soft: Variable? = nil, deep: DeepPrompts? = nil, taps: TowerTaps? = nil
  ) throws -> Variable {
    try encodeText(planText(prompts), soft: soft, deep: deep, taps: taps)
  }

  /// Checks prompts and prepares them for `encodeText`. Keep the plan while the prompts do not change.
  /// - Parameter memory: memory limit for activations in bytes; more prompts than fit are encoded in chunks.
  /// - Throws: E0604, E0603, E0202, E0405.
  public func planText(_ prompts: [[PromptKey]], memory: Int = TextPlan.defaultMemory) throws -> TextPlan {
    try TextPlan(prompts, config: config, memory: memory)
  }

  /// Features of a plan's prompts, not normalized.
  ///
  /// A plan of several chunks is trained in two passes: features of all chunks first, and each chunk forward
  /// again and backward once their gradient is known; the last chunk's activations are still there. Memory is
  /// that of one chunk.
  /// - Parameter deep: the rows that replace the soft rows before later blocks.
  /// - Shape: soft [R, width]; result [S, D]
  /// - Throws: E0205, E0202, E0405, E0406, E0605 if the plan was made for another model's sizes.
  public func encodeText(
    _ plan: TextPlan, soft: Variable? = nil, deep: DeepPrompts? = nil, taps: TowerTaps? = nil
  ) throws -> Variable {
    try checkSoft(plan, soft)
    try deep?.check(plan, config.text)
    let d = config.embedDim
    let prompts = plan.promptCount
    let frozen = !Autograd.isEnabled
    if frozen { UnrecordedUses.note([soft, deep?.rows] + trainableParameters.map(\.variable)) }
    let softRows = try soft?.value.contiguous()
    let deepRows = try deep.map {
      DeepRows(
        rows: try $0.rows.value.contiguous(), places: $0.places, trained: !frozen && $0.rows.requiresGrad,
        trainedFrom: $0.trainedFrom)
    }
    let tower = try TextTower(
      towerCache.textTransformer(of: self), config: config, soft: softRows,
      softTrained: !frozen && (soft?.requiresGrad ?? false), deep: deepRows, frozen: frozen)
    let features = try Tensor.zeros([prompts, d])
    let output = features.mutableFloatBase
    let writer = taps.map { TextTapWriter($0, plan: plan, width: config.text.width) }
    let needed = tower.needs.any
    let last = LastChunk()
    for (index, chunk) in plan.chunks.enumerated() {
      let keep = needed && index == plan.chunks.count - 1
      let state = try tower.forward(chunk, into: output, keep: keep, taps: writer)
      if keep { last.activations = state }
    }
    withExtendedLifetime((softRows, deepRows)) {}
    guard needed else { return Variable(features) }

    let trained = tower.binding.trained
    let softInput = tower.softTrained ? soft : nil
    let deepInput = deepRows?.trained ?? false ? deep?.rows : nil
    let inputs = trained + [softInput, deepInput].compactMap { $0 }
    let saved = tower.binding.tensors + [softRows, deepRows?.rows].compactMap { $0 }
    let softPlace = softInput.map { _ in trained.count }
    let deepPlace = deepInput.map { _ in inputs.count - 1 }
    return Variable.custom("encode_text", inputs: inputs, value: features, saved: saved) { gradient, needs in
      let gradient = try gradient.contiguous()
      let set = try GradientSet(like: trained, needs: needs)
      let pointers = tower.places.map { set.pointer($0) }
      func zeros(_ place: Int?, _ like: Tensor?) throws -> Tensor? {
        guard let place, place < needs.count, needs[place], let like else { return nil }
        return try Tensor.zeros(like.shape)
      }
      let dsoft = try zeros(softPlace, softRows)
      let ddeep = try zeros(deepPlace, deepRows?.rows)
      let again = plan.chunkCount > 1 ? try Tensor.zeros([prompts, d]) : nil
      for chunk in plan.chunks.reversed() {
        var state = last.activations
        if !Autograd.keepsGraph || plan.chunkCount > 1 { last.activations = nil }
        if state == nil, let again {
          state = try tower.forward(chunk, into: again.mutableFloatBase, keep: true, taps: nil)
        }
        guard let state else { continue }
        try tower.backward(
          chunk, state, doutput: gradient.floatBase, gradients: pointers, dsoft: dsoft?.mutableFloatBase,
          ddeep: ddeep?.mutableFloatBase)
      }
      withExtendedLifetime((gradient, softRows, deepRows)) {}
      return set.tensors + (softPlace == nil ? [] : [dsoft]) + (deepPlace == nil ? [] : [ddeep])
    }
  }

  /// Keeps the data for the last chunk's backward pass until it has run.
  private final class LastChunk {
    var activations: TextActivations?
  }

  private func checkSoft(_ plan: TextPlan, _ soft: Variable?) throws {
    guard plan.width == config.text.width, plan.tokenLimit <= config.text.vocabulary else {
      throw Failure(
        "E0605", "these prompts were prepared for a model with other sizes", help: "prepare them again")
    }
    guard let soft else {
      if plan.softRows == 0 { return }
      throw Failure(
        "E0205", "the prompts use \(plan.softRows) soft tokens, but none were passed",
        help: "pass a matrix of soft tokens, one row each")
    }
    let shape = soft.value.shape
    guard shape.count == 2, shape[1] == config.text.width else {
      throw Failure(
        "E0205",
        "soft tokens have shape \(Shape.text(shape)); the model expects [rows, \(config.text.width)]",
        help: "use one row per soft token, as wide as the text tower")
    }
    guard shape[0] >= plan.softRows else {
      throw Failure(
        "E0202", "soft token \(plan.softRows - 1) is out of range: there are \(shape[0])",
        help: nil)
    }
  }

  /// Features of images, not normalized.
  ///
  /// - Parameters:
  ///   - pixels: normalized images.
  ///   - taps: receives the states between the layers.
  /// - Shape: pixels [B, channels, image size, image size]; result [B, D]
  /// - Throws: E0205 for images of a wrong shape, E0405 if memory runs out, E0406 if interrupted.
  public func encodeImage(_ pixels: Variable, taps: TowerTaps? = nil) throws -> Variable {
    let frozen = !Autograd.isEnabled
    if frozen { UnrecordedUses.note([pixels] + trainableParameters.map(\.variable)) }
    let images = try checkPixels(pixels.value)
    if config.vision.isResNet {
      taps?.hidden = []
      if trainsResNet(pixels: pixels), images.count > 0 {
        return try ResNetGraph(model: self).features(pixels)
      }
      return Variable(try encodeResNet(images))
    }
    let tower = try VisionTower(
      towerCache.visionTransformer(of: self), config: config, pixelsTrained: !frozen && pixels.requiresGrad,
      frozen: frozen)
    if !tower.needs.any, taps == nil { return Variable(try encodeImageFrozen(images)) }
    try requireFloatImages(for: taps == nil ? "training" : "states between the blocks")

    let count = images.shape[0]
    let features = try Tensor.zeros([count, config.embedDim])
    guard count > 0 else { return Variable(features) }
    let plan = try towerCache.visionPlan(images: count, tokens: config.vision.tokens)
    let transformer = tower.transformer(plan, whole: taps != nil, single: false)
    let (arena, scratch, memory) = try tower.lay(transformer, plan, keep: tower.needs.any)
    taps?.hidden = []
    let shape = [count, plan.tokens, config.vision.width]
    try tower.run(
      transformer, tower.head(plan, single: false), plan, memory, pixels: images.floatBase,
      into: features.mutableFloatBase
    ) { _, rows in
      guard let taps else { return }
      let copy = try Tensor.zeros(shape)
      copy.mutableFloatBase.update(from: rows, count: copy.count)
      taps.hidden.append(copy)
    }
    withExtendedLifetime((arena, scratch, images)) {}
    guard tower.needs.any else { return Variable(features) }

    let kept = VisionActivations(
      arena: arena, transformer: transformer, plan: plan, memory: memory, pixels: images,
      whole: transformer.final == nil)
    let trained = tower.binding.trained
    let inputs = trained + (tower.pixelsTrained ? [pixels] : [])
    let saved = tower.binding.tensors + [images]
    return Variable.custom("encode_image", inputs: inputs, value: features, saved: saved) { gradient, needs in
      let gradient = try gradient.contiguous()
      let set = try GradientSet(like: trained, needs: needs)
      let dpixels = tower.pixelsTrained && (needs.last ?? false) ? try Tensor.zeros(kept.pixels.shape) : nil
      try tower.backward(
        kept, doutput: gradient.floatBase, gradients: tower.places.map { set.pointer($0) },
        dpixels: dpixels?.mutableFloatBase)
      withExtendedLifetime(gradient) {}
      return set.tensors + (tower.pixelsTrained ? [dpixels] : [])
    }
  }

  /// Features of images without a graph: one image per product, images spread over the threads. An image's bits
  /// do not depend on the images around it, so its features can be kept. In `imagePrecision`.
  /// - Shape: pixels [B, channels, image size, image size]; result [B, D]
  /// - Throws: E0205, E0405, E0406.
  public func encodeImageFrozen(_ pixels: Tensor) throws -> Tensor {
    let images = try checkPixels(pixels)
    let count = images.shape[0]
    let d = config.embedDim
    let features = try Tensor.zeros([count, d])
    guard count > 0 else { return features }
    if config.vision.isResNet { return try encodeResNet(images) }
    let tower = try VisionTower(
      towerCache.visionTransformer(of: self), config: config, pixelsTrained: false, frozen: true)
    let plan = try towerCache.visionPlan(images: 1, tokens: config.vision.tokens)
    var transformer = tower.transformer(plan, whole: false, single: true)
    if imagePrecision == .int8 {
      transformer.quantized = try towerCache.quantizedBlocks(
        towerCache.visionTransformer(of: self), tower.parameters, config.vision)
    }
    let head = tower.head(plan, single: true)
    let memories = try (0..<min(count, Lanes.count)).map { _ in try tower.lay(transformer, plan, keep: false)
    }
    let source = images.floatBase
    let target = features.mutableFloatBase
    let size = tower.patches.pixels
    let failure = FirstError()
    Lanes.run(count, lanes: memories.count) { lane, image in
      if failure.happened { return }
      do {
        try tower.run(
          transformer, head, plan, memories[lane].2, pixels: source + image * size, into: target + image * d)
      } catch { failure.note(error) }
    }
    withExtendedLifetime((images, memories)) {}
    try failure.rethrow()
    return features
  }

  func checkPixels(_ pixels: Tensor) throws -> Tensor {
    let vision = config.vision
    let shape = pixels.shape
    guard shape.count == 4, Array(shape[1...]) == [vision.channels, vision.imageSize, vision.imageSize],
      pixels.dtype == .float32
    else {
      throw Failure(
        "E0205",
        "images have shape \(Shape.text(shape)); the model expects [images, \(vision.channels), \(vision.imageSize), "
          + "\(vision.imageSize)]",
        help: "resize the images to \(vision.imageSize)×\(vision.imageSize) and check their channels")
    }
    return try pixels.contiguous()
  }
}
