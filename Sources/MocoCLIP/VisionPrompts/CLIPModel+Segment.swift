import MocoAutograd
import MocoBase
import MocoTensor

// Symbols in shapes: B images, T rows of an image's state, n prompts, W width, Q deep rows.

extension CLIPModel {
  /// Some blocks of the vision transformer as one operation of the graph.
  ///
  /// A batch that needs more memory than the budget is trained in chunks of images: each runs forward again once the
  /// gradient is known, and the last keeps its activations. Without a graph every image runs on its own, so that its
  /// bits do not depend on the images around it.
  /// - Parameters:
  ///   - states: the rows that enter the first of the blocks; before the tower's first, without ln_pre.
  ///   - prompts: rows next to them.
  ///   - deep: the rows that replace the prompts, in one matrix.
  ///   - deepRows: for the blocks after the first, their rows of `deep`; nil leaves a block alone.
  ///   - deepTrainedFrom: the first place of `deepRows` whose rows are trained; nil if none are.
  ///   - whole: whether all rows are needed, not only the class row.
  /// - Shape: states [B, T, W], prompts [n, W] or [B, n, W], deep [Q, W]; result [B, T + n, W], or [B, W]
  /// - Throws: E0405, E0406, E0602.
  func visionSegment(
    _ range: Range<Int>, states: Variable, prompts: Variable?, deep: Variable?, deepRows: [ImageDeepRows?],
    deepTrainedFrom: Int? = nil, whole: Bool, memory: Int
  ) throws -> Variable {
    let frozen = !Autograd.isEnabled
    UnrecordedUses.note([states, prompts, deep])
    let source = try states.value.contiguous()
    let segment = try VisionSegment(
      towerCache.visionTransformer(of: self), config: config, range: range, states: states, prompts: prompts,
      deep: deep, deepRows: deepRows, deepTrainedFrom: deepTrainedFrom, whole: whole, frozen: frozen)
    let count = source.shape[0]
    let width = segment.width
    let out = try Tensor.zeros(whole ? [count, segment.rowsPerImage, width] : [count, width])
    guard count > 0 else { return Variable(out) }
    guard segment.needs.any else {
      try runAlone(segment, source, into: out)
      return Variable(out)
    }

    let sizeIn = segment.tokens * width
    let sizeOut = segment.rowsOut * width
    let chunks = CLIPModel.imageChunks(count, most: memory / max(segment.bytesPerImage, 1))
    let cache = towerCache
    let run = { (chunk: Range<Int>, target: Floats, keep: Bool) throws -> SegmentActivations in
      let plan = try cache.visionPlan(images: chunk.count, tokens: segment.rowsPerImage)
      let memory = try segment.lay(segment.transformer(plan, single: false), keep: keep)
      try segment.run(
        memory, from: chunk.lowerBound, states: source.floatBase + chunk.lowerBound * sizeIn,
        into: target + chunk.lowerBound * sizeOut)
      memory.scratch = nil
      return memory
    }
    let last = LastImages()
    for (index, chunk) in chunks.enumerated() {
      let keep = index == chunks.count - 1
      let state = try run(chunk, out.mutableFloatBase, keep)
      if keep { last.activations = state }
    }
    let trained = segment.binding.trained
    let others = [
      segment.statesTrained ? states : nil, segment.promptsTrained ? prompts : nil,
      segment.deepTrained ? deep : nil,
    ]
    let inputs = trained + others.compactMap { $0 }
    let saved = segment.binding.tensors + [source, segment.prompts, segment.deep].compactMap { $0 }
    let shapes = others.map { $0?.shape }
    return Variable.custom("encode_image", inputs: inputs, value: out, saved: saved) { gradient, needs in
      let gradient = try gradient.contiguous()
      let set = try GradientSet(like: trained, needs: needs)
      var place = trained.count
      let own = try shapes.map { shape -> Tensor? in
        guard let shape else { return nil }
        defer { place += 1 }
        return place < needs.count && needs[place] ? try Tensor.zeros(shape) : nil
      }
      let again = chunks.count > 1 ? try Tensor.zeros(out.shape) : nil
      for chunk in chunks.reversed() {
        var state = last.activations
        if !Autograd.keepsGraph || chunks.count > 1 { last.activations = nil }
        if state == nil, let again { state = try run(chunk, again.mutableFloatBase, true) }
        guard let state else { continue }
        try segment.backward(
          state, doutput: gradient.floatBase + chunk.lowerBound * sizeOut,
          VisionSegment.Gradients(
            blocks: segment.places.map { $0.map { set.pointer($0) } },
            preWeight: set.pointer(segment.preWeightPlace),
            preBias: set.pointer(segment.preBiasPlace),
            states: own[0].map { $0.mutableFloatBase + chunk.lowerBound * sizeIn },
            prompts: own[1]?.mutableFloatBase, deep: own[2]?.mutableFloatBase))
      }
      withExtendedLifetime((gradient, source, own)) {}
      return set.tensors + zip(shapes, own).filter { $0.0 != nil }.map(\.1)
    }
  }

  /// Keeps the data for the last chunk's backward pass until it has run.
  private final class LastImages {
    var activations: SegmentActivations?
  }

  /// Images cut into chunks of at most this many, at least one; the last is full.
  package static func imageChunks(_ count: Int, most: Int) -> [Range<Int>] {
    let most = max(1, most)
    var chunks: [Range<Int>] = []
    var end = count
    while end > 0 {
      chunks.append(max(0, end - most)..<end)
      end = max(0, end - most)
    }
    return chunks.reversed()
  }

  /// Every image on its own, spread over the threads.
  private func runAlone(_ segment: VisionSegment, _ source: Tensor, into out: Tensor) throws {
    let count = source.shape[0]
    let plan = try towerCache.visionPlan(images: 1, tokens: segment.rowsPerImage)
    let transformer = segment.transformer(plan, single: true)
    let memories = try (0..<min(count, Lanes.count)).map { _ in try segment.lay(transformer, keep: false) }
    let states = source.floatBase
    let target = out.mutableFloatBase
    let failure = FirstError()
    Lanes.run(count, lanes: memories.count) { lane, image in
      if failure.happened { return }
      do {
        try segment.run(
          memories[lane], from: image, states: states + image * segment.tokens * segment.width,
          into: target + image * segment.rowsOut * segment.width)
      } catch { failure.note(error) }
    }
    withExtendedLifetime((source, memories)) {}
    try failure.rethrow()
  }
}
