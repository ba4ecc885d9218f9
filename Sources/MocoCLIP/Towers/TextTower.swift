import CKernels
import MocoAutograd
import MocoTensor

// Symbols in shapes: S prompts, N nodes, E distinct end nodes, W width, D embedding.

/// The text tower on a plan's chunks, for one call.
///
/// - Safety: its rows are in memory that only this call uses; threads write disjoint parts of it, and the
///   call waits for them.
struct TextTower: @unchecked Sendable {
  let config: CLIPConfig
  let parameters: TextParameters<Values>
  let places: TextParameters<Int?>
  let binding: ParameterBinding
  /// Soft rows, [rows, W], and the tensor that holds them.
  let soft: Tensor?
  let softTrained: Bool
  /// The rows that replace soft rows in later blocks.
  let deep: DeepRows?
  let needs: TowerNeeds
  let lanes = Lanes.count

  /// - Throws: E0602 if a parameter was replaced by one with another shape.
  init(
    _ tower: TextParameters<TowerParameter>, config: CLIPConfig, soft: Tensor?, softTrained: Bool,
    deep: DeepRows? = nil, frozen: Bool
  )
    throws
  {
    let binding = ParameterBinding()
    self.config = config
    self.soft = soft
    self.softTrained = softTrained
    self.deep = deep
    self.binding = binding
    parameters = try tower.map { try binding.values($0) }
    places = tower.map { frozen ? nil : binding.place($0) }
    needs = TowerNeeds(
      blocks: places.blocks, head: places.head,
      input: softTrained || places.tokens != nil || places.positions != nil,
      overwritten: deep?.lowest)
  }

  var width: Int { config.text.width }

  func transformer(_ chunk: TextPlan.Chunk, whole: Bool) -> Transformer {
    let final = FinalRows(rows: chunk.final.rows, lists: chunk.final.lists)
    var transformer = Transformer(
      rows: chunk.trie.nodeCount, width: width, heads: config.text.heads, mlpWidth: config.text.mlpWidth,
      eps: config.textLayerNormEps, activation: config.textActivation, attention: .lists(chunk.lists),
      final: whole ? nil : final, blocks: parameters.blocks, cut: RowBlocks(rows: chunk.trie.nodeCount),
      finalCut: RowBlocks(rows: chunk.final.rows.count), lanes: lanes)
    if let deep { transformer.overwrites = deep.overwrites(of: chunk.trie, layers: transformer.layers) }
    return transformer
  }

  func head(_ chunk: TextPlan.Chunk) -> TowerHead {
    TowerHead(
      width: width, embedding: config.embedDim, eps: config.textLayerNormEps, parameters: parameters.head,
      cut: RowBlocks(rows: chunk.final.rows.count), lanes: lanes)
  }
}

/// The results of a chunk's forward pass that its backward pass needs.
///
/// - Safety: written by the forward pass, and read by one backward pass after it.
final class TextActivations: @unchecked Sendable {
  let arena: Arena
  let transformer: Transformer
  let layers: [LayerRows]
  /// Final rows before and after the last LayerNorm, [E, W], and its statistics [E, 2].
  let ended: Floats, normed: Floats, statistics: Floats
  let whole: Bool

  init(
    arena: Arena, transformer: Transformer, layers: [LayerRows], ended: Floats, normed: Floats,
    statistics: Floats,
    whole: Bool
  ) {
    self.arena = arena
    self.transformer = transformer
    self.layers = layers
    self.ended = ended
    self.normed = normed
    self.statistics = statistics
    self.whole = whole
  }
}

extension TextTower {
  /// One chunk's features.
  /// - Parameters:
  ///   - output: features of all prompts, [S, D]; those of the chunk are written.
  ///   - keep: whether a gradient will be requested.
  /// - Throws: E0405 if memory runs out, E0406 if interrupted.
  func forward(
    _ chunk: TextPlan.Chunk, into output: Floats, keep: Bool, taps: TextTapWriter?
  ) throws
    -> TextActivations
  {
    let transformer = transformer(chunk, whole: taps != nil)
    let head = head(chunk)
    let final = chunk.final.rows.count
    let keepFrom = keep ? needs.keepFrom : transformer.layers
    let (arena, kept) = try Arena.lay { arena in
      (
        transformer.layKept(arena, keepFrom: keepFrom, weights: needs.weights),
        ended: arena.floats(final * width),
        normed: arena.floats(final * width), statistics: arena.floats(final * 2)
      )
    }
    let (scratchArena, scratch) = try Arena.lay { arena in
      (
        transformer.layScratch(arena, keepFrom: keepFrom, input: kept.0.input),
        features: arena.floats(final * config.embedDim)
      )
    }
    defer { withExtendedLifetime(scratchArena) {} }

    embed(chunk, into: kept.0.input)
    try taps?.write(chunk, layer: 0, kept.0.input)
    let layers = scratch.0.layers + kept.0.layers
    let last = try transformer.forward(layers, scratch: scratch.0.lanes) { layer, rows in
      try taps?.write(chunk, layer: layer + 1, rows)
    }
    if transformer.final == nil {
      for (e, row) in chunk.final.rows.enumerated() {
        (kept.ended + e * width).update(from: last + Int(row) * width, count: width)
      }
    } else {
      kept.ended.update(from: last, count: final * width)
    }
    head.forward(kept.ended, into: scratch.features, statistics: kept.statistics, normed: kept.normed)
    for (prompt, e) in zip(chunk.prompts, chunk.promptRows) {
      (output + prompt * config.embedDim).update(
        from: scratch.features + Int(e) * config.embedDim, count: config.embedDim)
    }
    return TextActivations(
      arena: arena, transformer: transformer, layers: kept.0.layers, ended: kept.ended, normed: kept.normed,
      statistics: kept.statistics, whole: taps != nil)
  }

  /// Token or soft row of each node, plus its position.
  private func embed(_ chunk: TextPlan.Chunk, into rows: Floats) {
    let trie = chunk.trie
    let softBase = soft?.floatBase
    let cut = RowBlocks(rows: trie.nodeCount)
    Lanes.run(cut.count, lanes: lanes) { _, block in
      for node in cut.range(block) {
        var source: Values?
        switch trie.keys[node] {
        case .token(let id): source = parameters.tokens + id * width
        case .soft(let row): source = softBase.map { $0 + row * width }
        }
        moco_tower_add_bias(
          source, parameters.positions + Int(trie.depths[node]) * width, rows + node * width, 1, width)
      }
    }
  }

  /// Adds one chunk's gradients.
  /// - Parameters:
  ///   - doutput: gradient of all features, [S, D].
  ///   - dsoft: gradient of the soft rows, added to; nil if they are frozen.
  ///   - ddeep: gradient of the deep rows, also added to.
  func backward(
    _ chunk: TextPlan.Chunk, _ kept: TextActivations, doutput: Values, gradients: TextParameters<Floats?>,
    dsoft: Floats?, ddeep: Floats? = nil
  ) throws {
    let transformer = kept.transformer
    let head = head(chunk)
    let d = config.embedDim
    let final = chunk.final.rows.count
    let deep = needs.keepFrom < transformer.layers || needs.input
    let (arena, memory) = try Arena.lay { arena in
      (
        transformer.layBackward(arena, weights: needs.weights), features: arena.floats(final * d),
        ended: arena.floats(final * width), rows: arena.floats(kept.whole ? transformer.rows * width : 0),
        normed: arena.floats(final * width), sums: arena.floats(max(head.cut.count, 1) * 2 * width)
      )
    }
    defer { withExtendedLifetime(arena) {} }

    memory.features.update(repeating: 0, count: final * d)
    for (prompt, e) in zip(chunk.prompts, chunk.promptRows) {
      let target = memory.features + Int(e) * d
      let source = doutput + prompt * d
      for i in 0..<d { target[i] += source[i] }
    }
    head.backward(
      memory.features, kept.ended, statistics: kept.statistics, normed: kept.normed,
      gradients: gradients.head,
      drows: deep ? memory.ended : nil, scratch: memory.normed, sums: memory.sums)
    guard deep else { return }
    var incoming = memory.ended
    if kept.whole {
      memory.rows.update(repeating: 0, count: transformer.rows * width)
      for (e, row) in chunk.final.rows.enumerated() {
        (memory.rows + Int(row) * width).update(from: memory.ended + e * width, count: width)
      }
      incoming = memory.rows
    }
    let input = try transformer.backward(
      kept.layers, keepFrom: needs.keepFrom, outputGradient: incoming, gradients: gradients.blocks,
      inputNeeded: needs.inputOfKept, replaced: ddeep, memory: memory.0.0, scratch: memory.0.1)
    if needs.input, let input { embedBackward(chunk, input, gradients, dsoft) }
  }

  /// Adds each node's gradient to its position and its token or soft row, in the order of nodes; each task owns
  /// columns.
  private func embedBackward(
    _ chunk: TextPlan.Chunk, _ rows: Values, _ gradients: TextParameters<Floats?>, _ dsoft: Floats?
  ) {
    let trie = chunk.trie
    let columns = 64
    Lanes.run((width + columns - 1) / columns, lanes: lanes) { _, task in
      let first = task * columns
      let last = min(first + columns, width)
      for node in 0..<trie.nodeCount {
        let source = rows + node * width
        var target: Floats?
        switch trie.keys[node] {
        case .token(let id): target = gradients.tokens.map { $0 + id * width }
        case .soft(let row): target = dsoft.map { $0 + row * width }
        }
        if let target { for i in first..<last { target[i] += source[i] } }
        if let positions = gradients.positions {
          let target = positions + Int(trie.depths[node]) * width
          for i in first..<last { target[i] += source[i] }
        }
      }
    }
  }
}

/// Copies node states to the taps, laid out by prompt and position.
final class TextTapWriter {
  private let taps: TowerTaps
  private let width: Int
  private let longest: Int
  private let prompts: Int

  init(_ taps: TowerTaps, plan: TextPlan, width: Int) {
    self.taps = taps
    self.width = width
    prompts = plan.promptCount
    longest = plan.chunks.map(\.trie.height).max() ?? 0
    taps.hidden = []
  }

  func write(_ chunk: TextPlan.Chunk, layer: Int, _ rows: Values) throws {
    while taps.hidden.count <= layer { taps.hidden.append(try Tensor.zeros([prompts, longest, width])) }
    let target = taps.hidden[layer].mutableFloatBase
    for (index, prompt) in chunk.prompts.enumerated() {
      for (position, node) in chunk.trie.path(to: Int(chunk.trie.endNodes[index])).enumerated() {
        (target + (prompt * longest + position) * width).update(from: rows + node * width, count: width)
      }
    }
  }
}
