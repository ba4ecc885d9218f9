import CKernels
import MocoAutograd
import MocoTensor

// Symbols in shapes: B images, T rows of an image's state, n prompts, U = T + n, N = B U rows, W width, Q deep rows.

/// Where the rows of a block are among all deep rows.
struct ImageDeepRows {
  /// The first of them.
  let first: Int
  /// Distance to the rows of the next image; 0 if all images share them.
  let perImage: Int
}

/// Some blocks of the vision transformer, with prompts next to the rows that enter the first of them, for one call.
///
/// - Safety: its rows are in memory that only this call uses; threads write disjoint parts of it, and the
///   call waits for them.
struct VisionSegment: @unchecked Sendable {
  let config: CLIPConfig
  let blocks: [BlockParameters<Values>]
  let places: [BlockParameters<Int?>]
  /// ln_pre, where the first block is the tower's first.
  let preWeight, preBias: Values?
  let preWeightPlace, preBiasPlace: Int?
  let binding: ParameterBinding
  /// T.
  let tokens: Int
  /// [n, W], or [B, n, W]
  let prompts: Tensor?
  /// [Q, W], and which of its rows are for the blocks after the first; nil leaves a block alone.
  let deep: Tensor?
  let deepRows: [ImageDeepRows?]
  /// Whether all rows are needed after the last block, and not the class row alone.
  let whole: Bool
  let statesTrained, promptsTrained, deepTrained: Bool
  let needs: TowerNeeds

  /// - Parameters:
  ///   - range: the blocks.
  ///   - deepTrainedFrom: the first place of `deepRows` whose rows are trained; nil if none are.
  ///   - frozen: whether no gradient will be requested.
  /// - Throws: E0602 if a parameter was replaced by one with another shape, E0405.
  init(
    _ tower: VisionParameters<TowerParameter>, config: CLIPConfig, range: Range<Int>, states: Variable,
    prompts: Variable?, deep: Variable?, deepRows: [ImageDeepRows?], deepTrainedFrom: Int?, whole: Bool,
    frozen: Bool
  ) throws {
    let binding = ParameterBinding()
    func place(_ parameter: TowerParameter?) -> Int? {
      frozen ? nil : parameter.flatMap { binding.place($0) }
    }
    let own = tower.blocks[range]
    let isFirst = range.lowerBound == 0
    self.config = config
    self.binding = binding
    blocks = try own.map { try $0.map { try binding.values($0) } }
    places = own.map { $0.map { place($0) } }
    preWeight = try isFirst ? tower.preWeight.map { try binding.values($0) } : nil
    preBias = try isFirst ? tower.preBias.map { try binding.values($0) } : nil
    preWeightPlace = isFirst ? place(tower.preWeight) : nil
    preBiasPlace = isFirst ? place(tower.preBias) : nil
    tokens = states.shape[1]
    self.prompts = try prompts?.value.contiguous()
    self.deep = try deep?.value.contiguous()
    self.deepRows = deepRows
    self.whole = whole
    statesTrained = !frozen && states.requiresGrad
    promptsTrained = !frozen && (prompts?.requiresGrad ?? false)
    deepTrained = !frozen && (deep?.requiresGrad ?? false)
    needs = TowerNeeds(
      blocks: places, head: nil,
      input: statesTrained || promptsTrained || preWeightPlace != nil || preBiasPlace != nil,
      overwritten: deepTrained ? deepTrainedFrom.map { $0 + 1 } : nil)
  }

  var width: Int { config.vision.width }
  /// n.
  var promptCount: Int { prompts.map { $0.shape[$0.shape.count - 2] } ?? 0 }
  /// Distance to the prompts of the next image, in numbers; 0 if all images share them.
  private var promptStride: Int { prompts?.shape.count == 3 ? promptCount * width : 0 }
  /// U.
  var rowsPerImage: Int { tokens + promptCount }
  /// Rows of an image that leave the segment.
  var rowsOut: Int { whole ? rowsPerImage : 1 }
  private var hasPreNorm: Bool { preWeight != nil && preBias != nil }

  /// Bytes that an image keeps for the backward pass, and needs while it runs.
  var bytesPerImage: Int {
    let vision = config.vision
    let kept = blocks.count - min(needs.keepFrom, blocks.count)
    // The last block has keys and values of all rows, and the rest for one.
    let last = whole || kept == 0 ? 0 : 1
    let attended = rowsPerImage <= VisionPlan.longestList ? rowsPerImage : 1
    let block = (needs.weights ? 6 : 5) * width + vision.mlpWidth + vision.heads * attended + 4
    let passing = 8 * width + (needs.weights ? 2 * (width + vision.mlpWidth) : 0)
    let row = (kept - last) * block + last * (2 * width + 2) + passing
    return rowsPerImage * row * MemoryLayout<Float>.stride
  }

  /// - Parameter single: whether this is one image among many that run at once.
  func transformer(_ plan: VisionPlan, single: Bool) -> Transformer {
    let rows = plan.images * plan.tokens
    return Transformer(
      rows: rows, width: width, heads: config.vision.heads, mlpWidth: config.vision.mlpWidth,
      eps: config.layerNormEps, activation: config.activation,
      attention: plan.lists.map { .lists($0) } ?? .dense(groups: plan.images, length: plan.tokens),
      final: whole ? nil : plan.final, blocks: blocks,
      cut: single ? RowBlocks(single: rows) : RowBlocks(rows: rows),
      finalCut: single ? RowBlocks(single: plan.images) : RowBlocks(rows: plan.images),
      lanes: single ? 1 : Lanes.count)
  }

  /// The rows that replace the prompts of images.
  /// - Parameter start: the first of them in the batch.
  private func overwrites(images: Int, from start: Int) -> [LayerOverwrite?] {
    guard let deep else { return [] }
    let none: LayerOverwrite? = nil
    let rows = (0..<images).flatMap { image in
      (0..<promptCount).map { Int32(image * rowsPerImage + tokens + $0) }
    }
    return [none]
      + (1..<max(blocks.count, 1)).map { layer in
        guard layer - 1 < deepRows.count, let own = deepRows[layer - 1] else { return nil }
        let sources = (0..<images).flatMap { image in
          (0..<promptCount).map { Int32(own.first + (start + image) * own.perImage + $0) }
        }
        return LayerOverwrite(rows: rows, sources: sources, values: deep.floatBase, width: width)
      }
  }
}

/// The rows of a segment's forward pass.
///
/// - Safety: written by the forward pass, and read by one backward pass after it.
final class SegmentActivations: @unchecked Sendable {
  var transformer: Transformer
  /// The first of its images in the batch.
  var start = 0
  /// Memory that the backward pass reads.
  let arena: Arena
  let layers: [LayerRows]
  let input: Floats
  /// Rows before ln_pre, [N, W], and its statistics, [N, 2]; `input` itself without ln_pre.
  let embedded: Floats, statistics0: Floats
  /// Memory that it does not read.
  var scratch: (arena: Arena, layers: [LayerRows], lanes: [LaneRows])?

  init(
    _ transformer: Transformer, _ arena: Arena, layers: [LayerRows], input: Floats, embedded: Floats,
    statistics0: Floats, scratch: (Arena, [LayerRows], [LaneRows])
  ) {
    self.transformer = transformer
    self.arena = arena
    self.layers = layers
    self.input = input
    self.embedded = embedded
    self.statistics0 = statistics0
    self.scratch = scratch
  }
}

extension VisionSegment {
  /// Memory of a forward pass.
  func lay(_ transformer: Transformer, keep: Bool) throws -> SegmentActivations {
    let rows = transformer.rows
    let keepFrom = keep ? needs.keepFrom : transformer.layers
    let keepsInput = keep && needs.input && hasPreNorm
    let (arena, kept) = try Arena.lay { arena in
      (
        transformer.layKept(arena, keepFrom: keepFrom, weights: needs.weights),
        embedded: arena.floats(keepsInput ? rows * width : 0),
        statistics0: arena.floats(keepsInput ? rows * 2 : 0)
      )
    }
    let (scratchArena, scratch) = try Arena.lay { arena in
      (
        transformer.layScratch(arena, keepFrom: keepFrom, input: kept.0.input),
        embedded: arena.floats(hasPreNorm && !keepsInput ? rows * width : 0),
        statistics0: arena.floats(rows * 2)
      )
    }
    let embedded = keepsInput ? kept.embedded : hasPreNorm ? scratch.embedded : kept.0.input
    return SegmentActivations(
      transformer, arena, layers: kept.0.layers, input: kept.0.input, embedded: embedded,
      statistics0: keepsInput ? kept.statistics0 : scratch.statistics0,
      scratch: (scratchArena, scratch.0.layers, scratch.0.lanes))
  }

  /// The rows that leave the segment, from states.
  /// - Parameter start: the first of the images in the batch.
  /// - Shape: states [B, T, W], output [B, U, W] or [B, W]
  /// - Throws: E0406 if interrupted.
  func run(_ memory: SegmentActivations, from start: Int, states: Values, into output: Floats) throws {
    guard let scratch = memory.scratch else { return }
    let u = rowsPerImage
    let images = memory.transformer.rows / max(u, 1)
    memory.start = start
    memory.transformer.overwrites = overwrites(images: images, from: start)
    let transformer = memory.transformer
    Lanes.run(images, lanes: transformer.lanes) { _, image in
      let rows = memory.embedded + image * u * width
      rows.update(from: states + image * tokens * width, count: tokens * width)
      if let prompts {
        (rows + tokens * width).update(
          from: prompts.floatBase + (start + image) * promptStride, count: promptCount * width)
      }
      if let preWeight, let preBias {
        moco_tower_norm(
          rows, preWeight, preBias, config.layerNormEps, memory.input + image * u * width,
          memory.statistics0 + image * u * 2, u, width)
      }
    }
    let last = try transformer.forward(scratch.layers + memory.layers, scratch: scratch.lanes)
    output.update(from: last, count: images * rowsOut * width)
    withExtendedLifetime(scratch) {}
  }

  /// The gradients of one call; nil if not needed. All are added to.
  struct Gradients {
    var blocks: [BlockParameters<Floats?>]
    var preWeight, preBias: Floats?
    /// [B, T, W] of the chunk; those of the whole batch: [n, W] or [B, n, W]; [Q, W]
    var states, prompts, deep: Floats?
  }

  /// Adds the gradients of a chunk.
  /// - Parameter doutput: gradient of the rows that leave the segment.
  func backward(_ kept: SegmentActivations, doutput: Values, _ gradients: Gradients) throws {
    let transformer = kept.transformer
    let u = rowsPerImage
    let images = transformer.rows / max(u, 1)
    let (arena, memory) = try Arena.lay { arena in
      (
        transformer.layBackward(arena, weights: needs.weights),
        rows: arena.floats(needs.input && hasPreNorm ? transformer.rows * width : 0),
        sums: arena.floats(images * 2 * width)
      )
    }
    defer { withExtendedLifetime((arena, kept)) {} }
    let input = try transformer.backward(
      kept.layers, keepFrom: needs.keepFrom, outputGradient: doutput, gradients: gradients.blocks,
      inputNeeded: needs.inputOfKept, replaced: gradients.deep, memory: memory.0.0, scratch: memory.0.1)
    guard needs.input, let input else { return }
    var rows = input
    if let preWeight, hasPreNorm {
      let wantsNorm = gradients.preWeight != nil || gradients.preBias != nil
      Lanes.run(images, lanes: transformer.lanes) { _, image in
        let own = memory.sums + image * 2 * width
        own.update(repeating: 0, count: 2 * width)
        moco_tower_norm_backward(
          input + image * u * width, kept.embedded + image * u * width, preWeight,
          kept.statistics0 + image * u * 2, nil, memory.rows + image * u * width, wantsNorm ? own : nil, u,
          width)
      }
      if wantsNorm {
        reduceNormSums(memory.sums, blocks: images, width: width, gradients.preWeight, gradients.preBias)
      }
      rows = Values(memory.rows)
    }
    for image in 0..<images {
      let own = rows + image * u * width
      if let states = gradients.states {
        (states + image * tokens * width).update(from: own, count: tokens * width)
      }
      guard let all = gradients.prompts else { continue }
      let prompts = all + (kept.start + image) * promptStride
      let source = own + tokens * width
      for i in 0..<(promptCount * width) { prompts[i] += source[i] }
    }
  }
}
