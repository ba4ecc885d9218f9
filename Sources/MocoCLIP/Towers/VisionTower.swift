import CKernels
import MocoAutograd
import MocoTensor

// Symbols in shapes: B images, T tokens per image, N = B T rows, W width, D embedding, P numbers of a patch.

/// Attention patterns of a batch of images.
final class VisionPlan: Sendable {
  let images: Int
  let tokens: Int
  /// Lists of all rows; nil if images are large enough for matrix products.
  let lists: AttentionLists?
  /// The class rows' lists.
  let final: FinalRows

  /// Up to this length an image's rows attend by lists: their small loops cost less than many small products.
  static let longestList = 80

  init(images: Int, tokens: Int) throws {
    self.images = images
    self.tokens = tokens
    lists =
      tokens <= VisionPlan.longestList ? try .dense(groups: images, length: tokens, firstOnly: false) : nil
    final = FinalRows(
      rows: (0..<images).map { Int32($0 * tokens) },
      lists: try .dense(groups: images, length: tokens, firstOnly: true))
  }
}

/// The vision transformer on a batch, for one call.
///
/// - Safety: its rows are in memory that only this call uses; threads write disjoint parts of it, and the
///   call waits for them.
struct VisionTower: @unchecked Sendable {
  let config: CLIPConfig
  let parameters: VisionParameters<Values>
  let places: VisionParameters<Int?>
  let binding: ParameterBinding
  let patches: Patches
  let pixelsTrained: Bool
  let needs: TowerNeeds

  /// - Throws: E0602 if a parameter was replaced by one with another shape.
  init(
    _ tower: VisionParameters<TowerParameter>, config: CLIPConfig, pixelsTrained: Bool, frozen: Bool
  ) throws {
    let binding = ParameterBinding()
    self.config = config
    self.pixelsTrained = pixelsTrained
    self.binding = binding
    parameters = try tower.map { try binding.values($0) }
    places = tower.map { frozen ? nil : binding.place($0) }
    let vision = config.vision
    patches = Patches(
      channels: vision.channels, height: vision.imageSize, width: vision.imageSize, size: vision.patchSize)
    let embedding = [
      places.patches, places.classRow, places.positions, places.preWeight ?? nil, places.preBias ?? nil,
    ]
    needs = TowerNeeds(
      blocks: places.blocks, head: places.head, input: pixelsTrained || embedding.contains { $0 != nil })
  }

  var width: Int { config.vision.width }
  /// Whether the feature is the mean of the patches instead of the class row.
  var averages: Bool { config.vision.pool == .average }
  /// Whether the last LayerNorm is applied to all rows. The projection is linear, so the mean of projected rows is the
  /// projected mean.
  var normsAllRows: Bool { averages && !config.vision.normsAfterPool }

  /// Input rows of the head.
  func headRows(_ plan: VisionPlan) -> Int { normsAllRows ? plan.images * plan.tokens : plan.images }

  /// - Parameter single: whether this call is one image among many that run at the same time.
  func transformer(_ plan: VisionPlan, whole: Bool, single: Bool) -> Transformer {
    let rows = plan.images * plan.tokens
    return Transformer(
      rows: rows, width: width, heads: config.vision.heads, mlpWidth: config.vision.mlpWidth,
      eps: config.layerNormEps, activation: config.activation,
      attention: plan.lists.map { .lists($0) } ?? .dense(groups: plan.images, length: plan.tokens),
      final: whole || averages ? nil : plan.final, blocks: parameters.blocks,
      cut: single ? RowBlocks(single: rows) : RowBlocks(rows: rows),
      finalCut: single ? RowBlocks(single: plan.images) : RowBlocks(rows: plan.images),
      lanes: single ? 1 : Lanes.count)
  }

  func head(_ plan: VisionPlan, single: Bool) -> TowerHead {
    TowerHead(
      width: width, embedding: config.embedDim, eps: config.layerNormEps, parameters: parameters.head,
      cut: single ? RowBlocks(single: headRows(plan)) : RowBlocks(rows: headRows(plan)),
      lanes: single ? 1 : Lanes.count)
  }
}

/// Memory of a forward pass over a batch.
struct VisionMemory {
  /// Patch numbers, [N, P].
  let unfolded: Floats
  /// Rows before ln_pre, [N, W], and its statistics, [N, 2].
  let embedded: Floats, statistics0: Floats
  let input: Floats
  let layers: [LayerRows]
  let lanes: [LaneRows]
  /// The head's rows before and after ln_post, [E, W], and its statistics, [E, 2]: one per image, or all rows.
  let ended: Floats, normed: Floats, statistics: Floats
  /// The head's rows projected, [E, D], where they are not the features yet.
  let projected: Floats
}

/// The results of a forward pass that the backward pass needs.
///
/// - Safety: written by the forward pass, and read by one backward pass after it.
final class VisionActivations: @unchecked Sendable {
  let arena: Arena
  let transformer: Transformer
  let plan: VisionPlan
  let memory: VisionMemory
  let pixels: Tensor
  let whole: Bool

  init(
    arena: Arena, transformer: Transformer, plan: VisionPlan, memory: VisionMemory, pixels: Tensor,
    whole: Bool
  ) {
    self.arena = arena
    self.transformer = transformer
    self.plan = plan
    self.memory = memory
    self.pixels = pixels
    self.whole = whole
  }
}

extension VisionTower {
  /// Lays out what a forward pass needs: what it keeps, and its scratch in its own arena.
  func lay(
    _ transformer: Transformer, _ plan: VisionPlan, keep: Bool
  ) throws -> (
    kept: Arena, scratch: Arena, VisionMemory
  ) {
    let rows = transformer.rows
    let keepFrom = keep ? needs.keepFrom : transformer.layers
    let keepInput = keep && needs.input
    let (keptArena, kept) = try Arena.lay { arena in
      (
        transformer.layKept(arena, keepFrom: keepFrom, weights: needs.weights),
        embedded: arena.floats(keepInput ? rows * width : 0),
        statistics0: arena.floats(keepInput ? rows * 2 : 0), ended: arena.floats(headRows(plan) * width),
        normed: arena.floats(headRows(plan) * width), statistics: arena.floats(headRows(plan) * 2)
      )
    }
    let input = kept.0.input
    let (scratchArena, scratch) = try Arena.lay { arena in
      (
        transformer.layScratch(arena, keepFrom: keepFrom, input: input),
        unfolded: arena.floats(rows * patches.numbers), statistics0: arena.floats(rows * 2),
        projected: arena.floats(normsAllRows ? rows * config.embedDim : 0)
      )
    }
    let memory = VisionMemory(
      unfolded: scratch.unfolded, embedded: keepInput ? kept.embedded : input,
      statistics0: keepInput ? kept.statistics0 : scratch.statistics0, input: input,
      layers: scratch.0.layers + kept.0.layers, lanes: scratch.0.lanes, ended: kept.ended,
      normed: kept.normed,
      statistics: kept.statistics, projected: scratch.projected)
    return (keptArena, scratchArena, memory)
  }

  /// Features of a batch, [B, D], from pixels [B, channels, H, W].
  func run(
    _ transformer: Transformer, _ head: TowerHead, _ plan: VisionPlan, _ memory: VisionMemory, pixels: Values,
    into output: Floats, tap: ((Int, Values) throws -> Void)? = nil
  ) throws {
    embed(plan, transformer, pixels, memory)
    try tap?(0, memory.input)
    let last = try transformer.forward(memory.layers, scratch: memory.lanes) { try tap?($0 + 1, $1) }
    if normsAllRows {
      memory.ended.update(from: last, count: transformer.rows * width)
      head.forward(memory.ended, into: memory.projected, statistics: memory.statistics, normed: memory.normed)
      averagePatches(plan, memory.projected, width: config.embedDim, into: output)
      return
    }
    if averages {
      averagePatches(plan, last, width: width, into: memory.ended)
    } else {
      let step = transformer.final == nil ? plan.tokens * width : width
      for image in 0..<plan.images {
        (memory.ended + image * width).update(from: last + image * step, count: width)
      }
    }
    head.forward(memory.ended, into: output, statistics: memory.statistics, normed: memory.normed)
  }

  /// The mean of each image's patch rows, [B, T, C] to [B, C]; the class row is left out.
  private func averagePatches(_ plan: VisionPlan, _ rows: Values, width: Int, into output: Floats) {
    let share = 1 / Float(plan.tokens - 1)
    for image in 0..<plan.images {
      let target = output + image * width
      target.update(repeating: 0, count: width)
      for token in 1..<plan.tokens {
        let row = rows + (image * plan.tokens + token) * width
        for i in 0..<width { target[i] += row[i] }
      }
      for i in 0..<width { target[i] *= share }
    }
  }

  /// The gradient of `averagePatches`, [B, C] to [B, T, C].
  private func spreadToPatches(_ plan: VisionPlan, _ gradient: Values, width: Int, into rows: Floats) {
    let share = 1 / Float(plan.tokens - 1)
    rows.update(repeating: 0, count: plan.images * plan.tokens * width)
    for image in 0..<plan.images {
      let source = gradient + image * width
      for token in 1..<plan.tokens {
        let row = rows + (image * plan.tokens + token) * width
        for i in 0..<width { row[i] = source[i] * share }
      }
    }
  }

  /// Patch products, class row, positions and ln_pre.
  private func embed(_ plan: VisionPlan, _ transformer: Transformer, _ pixels: Values, _ memory: VisionMemory)
  {
    let tokens = plan.tokens
    let numbers = patches.numbers
    Lanes.run(plan.images, lanes: transformer.lanes) { _, image in
      let first = image * tokens
      let unfolded = memory.unfolded + first * numbers
      let rows = memory.embedded + first * width
      patches.unfold(pixels + image * patches.pixels, into: unfolded)
      rows.update(from: parameters.positions, count: tokens * width)
      moco_tower_add_bias(rows, parameters.classRow, rows, 1, width)
      // The class row's patch is zero, so the product does not change it.
      Gemm.runSingle(
        false, true, m: tokens, n: width, k: numbers, alpha: 1, a: unfolded, lda: numbers,
        b: parameters.patches,
        ldb: numbers, beta: 1, c: rows, ldc: width)
      let input = memory.input + first * width
      if let weight = parameters.preWeight, let bias = parameters.preBias {
        moco_tower_norm(
          rows, weight, bias, config.layerNormEps, input, memory.statistics0 + first * 2, tokens, width)
      } else if input != rows {
        input.update(from: rows, count: tokens * width)
      }
    }
  }

  /// Writes the gradients of the trained parameters, and of the pixels.
  /// - Parameter dpixels: [B, channels, H, W], zero; nil if the pixels are given.
  func backward(
    _ kept: VisionActivations, doutput: Values, gradients: VisionParameters<Floats?>, dpixels: Floats?
  ) throws {
    let transformer = kept.transformer
    let plan = kept.plan
    let head = head(plan, single: false)
    let deep = needs.keepFrom < transformer.layers || needs.input
    let wantsPatches = needs.input && gradients.patches != nil
    let (arena, memory) = try Arena.lay { arena in
      (
        transformer.layBackward(arena, weights: needs.weights), ended: arena.floats(headRows(plan) * width),
        rows: arena.floats(kept.whole && !normsAllRows ? transformer.rows * width : 0),
        normed: arena.floats(headRows(plan) * width),
        projected: arena.floats(normsAllRows ? transformer.rows * config.embedDim : 0),
        sums: arena.floats(max(head.cut.count, plan.images) * 2 * width),
        unfolded: arena.floats(wantsPatches || dpixels != nil ? transformer.rows * patches.numbers : 0)
      )
    }
    defer { withExtendedLifetime(arena) {} }

    var doutput = doutput
    if normsAllRows {
      spreadToPatches(plan, doutput, width: config.embedDim, into: memory.projected)
      doutput = Values(memory.projected)
    }
    head.backward(
      doutput, kept.memory.ended, statistics: kept.memory.statistics, normed: kept.memory.normed,
      gradients: gradients.head, drows: deep ? memory.ended : nil, scratch: memory.normed, sums: memory.sums)
    guard deep else { return }
    var incoming = memory.ended
    if averages, !normsAllRows {
      spreadToPatches(plan, memory.ended, width: width, into: memory.rows)
      incoming = memory.rows
    } else if kept.whole, !averages {
      memory.rows.update(repeating: 0, count: transformer.rows * width)
      for image in 0..<plan.images {
        (memory.rows + image * plan.tokens * width).update(from: memory.ended + image * width, count: width)
      }
      incoming = memory.rows
    }
    let layers = Array(kept.memory.layers.suffix(transformer.layers - needs.keepFrom))
    let input = try transformer.backward(
      layers, keepFrom: needs.keepFrom, outputGradient: incoming, gradients: gradients.blocks,
      inputNeeded: needs.input, memory: memory.0.0, scratch: memory.0.1)
    guard let input else { return }
    embedBackward(
      kept, input, gradients, dpixels, rows: memory.0.0.middle, unfolded: memory.unfolded, sums: memory.sums)
  }

  private func embedBackward(
    _ kept: VisionActivations, _ input: Values, _ gradients: VisionParameters<Floats?>, _ dpixels: Floats?,
    rows: Floats, unfolded: Floats, sums: Floats
  ) {
    let plan = kept.plan
    let tokens = plan.tokens
    let numbers = patches.numbers
    let lanes = kept.transformer.lanes
    let preWeight = gradients.preWeight ?? nil
    let preBias = gradients.preBias ?? nil
    let wantsNorm = preWeight != nil || preBias != nil
    let pixels = kept.pixels.floatBase
    Lanes.run(plan.images, lanes: lanes) { _, image in
      let first = image * tokens
      let own = sums + image * 2 * width
      own.update(repeating: 0, count: 2 * width)
      if let weight = parameters.preWeight {
        moco_tower_norm_backward(
          input + first * width, kept.memory.embedded + first * width, weight,
          kept.memory.statistics0 + first * 2, nil, rows + first * width, wantsNorm ? own : nil, tokens, width
        )
      } else {
        (rows + first * width).update(from: input + first * width, count: tokens * width)
      }
      let patchRows = unfolded + first * numbers
      if let dpixels {
        Gemm.runSingle(
          false, false, m: tokens, n: numbers, k: width, alpha: 1, a: rows + first * width, lda: width,
          b: parameters.patches, ldb: numbers, beta: 0, c: patchRows, ldc: numbers)
        patches.fold(patchRows, into: dpixels + image * patches.pixels)
      }
      if gradients.patches != nil { patches.unfold(pixels + image * patches.pixels, into: patchRows) }
    }
    if wantsNorm {
      reduceNormSums(sums, blocks: plan.images, width: width, preWeight, preBias)
    }
    if let classRow = gradients.classRow {
      for image in 0..<plan.images {
        let source = rows + image * tokens * width
        for i in 0..<width { classRow[i] += source[i] }
      }
    }
    let products = WeightProducts(lanes: lanes)
    // Positions: the sum over images of [T * W] columns.
    products.add(
      sum: gradients.positions, dy: rows, dyStride: tokens * width, outputs: tokens * width, rows: plan.images
    )
    products.add(
      gradients.patches, dy: rows, dyStride: width, outputs: width, x: unfolded, inputs: numbers,
      rows: plan.images * tokens)
    products.run()
  }
}
