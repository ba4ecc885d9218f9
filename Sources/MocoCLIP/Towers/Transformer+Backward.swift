import CKernels
import MocoBase
import MocoTensor

/// What a layer's backward pass must compute: nothing below the lowest trained parameter, and of each part
/// only what leads to one.
struct BackwardNeeds {
  let input, norm1, projected, attended, middle, norm2, hidden: Bool

  /// - Parameter input: whether the gradient of the layer's input is needed.
  init(_ g: BlockParameters<Floats?>, input: Bool) {
    self.input = input
    norm1 = input || g.norm1Weight != nil || g.norm1Bias != nil
    projected = norm1 || g.inWeight != nil || g.inBias != nil
    attended = projected
    middle = attended || g.outWeight != nil || g.outBias != nil
    norm2 = middle || g.norm2Weight != nil || g.norm2Bias != nil
    hidden = norm2 || g.fcWeight != nil || g.fcBias != nil || g.projWeight != nil
  }
}

/// Memory of a backward pass, shared by all layers.
struct BackwardRows {
  /// Gradient of the rows between layers, [N, W], and of the rows between attention and MLP.
  let stream, middle: Floats
  /// Gradient of what attention returned, [R, W].
  let attended: Floats
  /// Gradient of queries, keys and values, [N, 3W] ([N, 2W] where pruned).
  let projected: Floats
  /// For the pruned last layer, [E, W]: gradients of the final rows between attention and MLP, of their
  /// queries and of their LayerNorm 1; and that LayerNorm again.
  let finalMiddle, finalQueries, finalNormed, finalInputs: Floats
  /// Recomputed inputs of the products, for the gradients of their weights; nil if all weights are frozen.
  /// - Shape: [N, W], [N, W], [N, M], and the gradient of the hidden rows [N, M]
  let normed1, normed2, active, hidden: Floats?
  /// Sums for the LayerNorms' gradients, per block of rows: [blocks, 2, W] each.
  let sums1, sums2: Floats
  /// Gradients of one layer's overwritten rows, [K, W].
  let replaced: Floats
}

extension Transformer {
  /// - Parameter weights: whether any weight matrix or bias of a block is trained.
  func layBackward(_ arena: Arena, weights: Bool) -> (BackwardRows, [LaneRows]) {
    let final = self.final == nil ? 0 : finalCount * width
    let sums = max(cut.count, finalCut.count) * 2 * width
    return (
      BackwardRows(
        stream: arena.floats(rows * width), middle: arena.floats(rows * width),
        attended: arena.floats(rows * width),
        projected: arena.floats(rows * width * 3), finalMiddle: arena.floats(final),
        finalQueries: arena.floats(final), finalNormed: arena.floats(final), finalInputs: arena.floats(final),
        normed1: weights ? arena.floats(rows * width) : nil,
        normed2: weights ? arena.floats(rows * width) : nil,
        active: weights ? arena.floats(rows * mlpWidth) : nil,
        hidden: weights ? arena.floats(rows * mlpWidth) : nil,
        sums1: arena.floats(sums), sums2: arena.floats(sums),
        replaced: arena.floats((overwrites.lazy.compactMap { $0?.rows.count }.max() ?? 0) * width)),
      layLanes(arena)
    )
  }

  /// Runs the kept layers backwards.
  /// - Parameters:
  ///   - state: layers `keepFrom...`, as the forward pass left them.
  ///   - outputGradient: gradient of the last layer's output rows, [R, W].
  ///   - gradients: per layer of the whole stack, where to write each parameter's gradient.
  ///   - inputNeeded: whether the gradient of the input of layer `keepFrom` is needed.
  ///   - replaced: gradient of the learned rows that replaced others, [Q, W], added to.
  /// - Returns: that gradient, [N, W] (inside `memory`), if needed. Replaced rows have none.
  /// - Throws: E0406 if interrupted.
  func backward(
    _ state: [LayerRows], keepFrom: Int, outputGradient: Values, gradients: [BlockParameters<Floats?>],
    inputNeeded: Bool, replaced: Floats? = nil, memory: BackwardRows, scratch: [LaneRows]
  ) throws -> Values? {
    guard keepFrom < layers else { return inputNeeded ? outputGradient : nil }
    func needs(_ layer: Int) -> BackwardNeeds {
      BackwardNeeds(gradients[layer], input: layer > keepFrom || inputNeeded)
    }
    let products = WeightProducts(lanes: lanes)
    var incoming = outputGradient
    let top = layers - 1
    Lanes.run(outputCut(top).count, lanes: lanes) { lane, block in
      mlpBackward(
        top, state[top - keepFrom], incoming, block, gradients[top], needs(top), memory, scratch[lane])
    }
    for layer in stride(from: top, through: keepFrom, by: -1) {
      try Cancellation.check()
      let current = state[layer - keepFrom]
      let need = needs(layer)
      let g = gradients[layer]
      addMLPProducts(products, layer, current, incoming, g, memory)
      products.run()
      if g.norm2Weight != nil || g.norm2Bias != nil {
        reduceNormSums(
          memory.sums2, blocks: outputCut(layer).count, width: width, g.norm2Weight, g.norm2Bias)
      }
      guard need.projected else { break }

      attentionBackward(layer, current, memory, scratch)
      if isPruned(layer) { finalQueriesBackward(layer, current, g, need, memory, scratch) }
      let below = layer > keepFrom ? layer - 1 : nil
      let belowNeeds = below.map(needs)
      let overwrite = need.input ? self.overwrite(layer) : nil
      Lanes.run(cut.count, lanes: lanes) { lane, block in
        inputsBackward(layer, current, block, g, need, memory, scratch[lane])
        overwrite?.take(
          from: memory.stream, cut.range(block), into: replaced == nil ? nil : memory.replaced)
        if let below, let belowNeeds {
          mlpBackward(
            below, state[below - keepFrom], Values(memory.stream), block, gradients[below], belowNeeds,
            memory,
            scratch[lane])
        }
      }
      addInputProducts(products, layer, g, memory)
      if g.norm1Weight != nil || g.norm1Bias != nil {
        reduceNormSums(memory.sums1, blocks: cut.count, width: width, g.norm1Weight, g.norm1Bias)
      }
      if let overwrite, let replaced { overwrite.add(memory.replaced, to: replaced) }
      incoming = Values(memory.stream)
    }
    products.run()
    return inputNeeded ? incoming : nil
  }

  /// From the gradient of a block's output to that of the attended rows, for one block of its output rows.
  private func mlpBackward(
    _ layer: Int, _ state: LayerRows, _ incoming: Values, _ block: Int, _ g: BlockParameters<Floats?>,
    _ need: BackwardNeeds, _ memory: BackwardRows, _ lane: LaneRows
  ) {
    guard need.hidden, let hidden = state.hidden, let statistics = state.statistics2 else { return }
    let p = blocks[layer]
    let range = outputCut(layer).range(block)
    let at = range.lowerBound
    let n = range.count
    let dy = incoming + at * width
    let wantsHidden = g.fcWeight != nil || g.fcBias != nil
    let dhidden = wantsHidden ? memory.hidden.map { $0 + at * mlpWidth } ?? lane.hidden : lane.hidden
    projectBack(dy, p.projWeight, dhidden, rows: n, from: mlpWidth, to: width)
    let active = g.projWeight == nil ? nil : memory.active.map { $0 + at * mlpWidth }
    moco_tower_activation_backward(hidden + at * mlpWidth, dhidden, active, activation.kernel, n * mlpWidth)
    let middle = Values(state.middle + at * width)
    if g.fcWeight != nil, let normed2 = memory.normed2 {
      moco_tower_norm_again(
        middle, p.norm2Weight, p.norm2Bias, statistics + at * 2, normed2 + at * width, n, width)
    }
    guard need.norm2 else { return }

    projectBack(dhidden, p.fcWeight, lane.normed, rows: n, from: width, to: mlpWidth)
    let dmiddle = need.middle ? middleGradient(layer, memory) + at * width : nil
    moco_tower_norm_backward(
      lane.normed, middle, p.norm2Weight, statistics + at * 2, dy, dmiddle,
      clearedSums(memory.sums2, block, g.norm2Weight, g.norm2Bias), n, width)
    guard need.attended, let dmiddle else { return }
    projectBack(dmiddle, p.outWeight, memory.attended + at * width, rows: n, from: width, to: width)
  }

  /// Separate for the pruned layer: its rows differ from those of the layer below, which a task may
  /// already have reached.
  func middleGradient(_ layer: Int, _ memory: BackwardRows) -> Floats {
    isPruned(layer) ? memory.finalMiddle : memory.middle
  }

  private func attentionBackward(
    _ layer: Int, _ state: LayerRows, _ memory: BackwardRows, _ scratch: [LaneRows]
  ) {
    if let lists = lists(layer) {
      let pruned = isPruned(layer)
      listsBackward(
        lists, layer, state, dout: memory.attended, dq: pruned ? memory.finalQueries : memory.projected,
        dqStride: pruned ? width : 3 * width, dkv: pruned ? memory.projected : memory.projected + width,
        dkvStride: pruned ? 2 * width : 3 * width, scratch)
    } else if case .dense(let groups, let length) = attention {
      denseBackward(
        state, groups: groups, length: length, dout: memory.attended, dprojected: memory.projected, scratch)
    }
  }

  /// The final rows' queries back to their LayerNorm 1, which the rows' keys and values share.
  private func finalQueriesBackward(
    _ layer: Int, _ state: LayerRows, _ g: BlockParameters<Floats?>, _ need: BackwardNeeds,
    _ memory: BackwardRows,
    _ scratch: [LaneRows]
  ) {
    let p = blocks[layer]
    Lanes.run(finalCut.count, lanes: lanes) { lane, block in
      let range = finalCut.range(block)
      let at = range.lowerBound
      let n = range.count
      if need.norm1 {
        projectBack(
          memory.finalQueries + at * width, p.inWeight, memory.finalNormed + at * width, rows: n, from: width,
          to: width)
      }
      if g.inWeight != nil {
        gatherFinal(state.input, range, into: scratch[lane].gathered)
        moco_tower_norm(
          scratch[lane].gathered, p.norm1Weight, p.norm1Bias, eps, memory.finalInputs + at * width, nil, n,
          width)
      }
    }
  }

  /// From the gradient of queries, keys and values to that of the block's input, for one block of all rows.
  private func inputsBackward(
    _ layer: Int, _ state: LayerRows, _ block: Int, _ g: BlockParameters<Floats?>, _ need: BackwardNeeds,
    _ memory: BackwardRows, _ lane: LaneRows
  ) {
    guard let statistics = state.statistics1 else { return }
    let p = blocks[layer]
    let range = cut.range(block)
    let at = range.lowerBound
    let n = range.count
    let pruned = isPruned(layer)
    let outputs = (pruned ? 2 : 3) * width
    let input = Values(state.input + at * width)
    if g.inWeight != nil, let normed1 = memory.normed1 {
      moco_tower_norm_again(
        input, p.norm1Weight, p.norm1Bias, statistics + at * 2, normed1 + at * width, n, width)
    }
    guard need.norm1 else { return }
    projectBack(
      memory.projected + at * outputs, p.inWeight + (pruned ? width * width : 0), lane.normed, rows: n,
      from: width,
      to: outputs)
    let target = need.input ? memory.stream + at * width : nil
    var residual = Values(memory.middle + at * width)
    if let final, pruned {
      // Only final rows have a residual from above, and queries with a gradient.
      residual = Values(lane.gathered)
      lane.gathered.update(repeating: 0, count: n * width)
      var e = final.rows.partitioningIndex { Int($0) >= range.lowerBound }
      while e < final.rows.count, Int(final.rows[e]) < range.upperBound {
        let slot = (Int(final.rows[e]) - at) * width
        (lane.gathered + slot).update(from: memory.finalMiddle + e * width, count: width)
        let extra = memory.finalNormed + e * width
        for i in 0..<width { lane.normed[slot + i] += extra[i] }
        e += 1
      }
    }
    moco_tower_norm_backward(
      lane.normed, input, p.norm1Weight, statistics + at * 2, residual, target,
      clearedSums(memory.sums1, block, g.norm1Weight, g.norm1Bias), n, width)
  }

  private func clearedSums(_ sums: Floats, _ block: Int, _ weight: Floats?, _ bias: Floats?) -> Floats? {
    guard weight != nil || bias != nil else { return nil }
    let own = sums + block * 2 * width
    own.update(repeating: 0, count: 2 * width)
    return own
  }
}

extension Array {
  /// The first index whose element satisfies a predicate that, once true, stays true.
  func partitioningIndex(_ predicate: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
