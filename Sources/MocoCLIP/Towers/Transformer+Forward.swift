import CKernels
import MocoBase
import MocoTensor

extension Transformer {
  /// Runs all layers. One parallel loop per layer: a task takes a block of rows through attention and MLP and
  /// on through the next layer's LayerNorm and projections, which need no other rows.
  /// - Parameters:
  ///   - state: where each layer's rows are; the first layer's input is filled.
  ///   - tap: called after each layer with its output rows.
  /// - Returns: the output rows of the last layer, [R, W].
  /// - Throws: E0406 if interrupted.
  func forward(
    _ state: [LayerRows], scratch: [LaneRows], tap: ((_ layer: Int, _ rows: Values) throws -> Void)? = nil
  ) throws -> Floats {
    Lanes.run(cut.count, lanes: lanes) { lane, block in
      projectInputs(0, state[0], cut.range(block), scratch[lane])
    }
    for layer in 0..<layers {
      try Cancellation.check()
      let current = state[layer]
      if case .dense(let groups, let length) = attention, !isPruned(layer) {
        denseForward(current, groups: groups, length: length, scratch)
      }
      let outputs = outputCut(layer)
      Lanes.run(outputs.count, lanes: lanes) { lane, block in
        let range = outputs.range(block)
        finishBlock(layer, current, range, scratch[lane])
        if layer + 1 < layers {
          overwrite(layer + 1)?.write(into: state[layer + 1].input, range)
          projectInputs(layer + 1, state[layer + 1], range, scratch[lane])
        }
      }
      try tap?(layer, Values(current.output))
    }
    return state[layers - 1].output
  }

  /// LayerNorm 1 and the joint projection to queries, keys and values (keys and values only where pruned).
  private func projectInputs(_ layer: Int, _ state: LayerRows, _ range: Range<Int>, _ lane: LaneRows) {
    let p = blocks[layer]
    let at = range.lowerBound
    let n = range.count
    moco_tower_norm(
      state.input + at * width, p.norm1Weight, p.norm1Bias, eps, lane.normed,
      state.statistics1.map { $0 + at * 2 }, n, width)
    let skip = isPruned(layer) ? width : 0
    let outputs = 3 * width - skip
    let y = state.projected + at * outputs
    if quantized.isEmpty {
      project(
        lane.normed, p.inWeight + skip * width, bias: p.inBias + skip, y, rows: n, from: width, to: outputs)
    } else {
      let block = quantized[layer]
      if skip == 0 {
        block.query.project(
          lane.normed, bias: p.inBias, residual: nil, y, rows: n, stride: outputs, room: lane.bytes)
      }
      block.keyValue.project(
        lane.normed, bias: p.inBias + width, residual: nil, y + width - skip, rows: n, stride: outputs,
        room: lane.bytes)
    }
  }

  /// From attention to the block's output, for some of its output rows.
  private func finishBlock(_ layer: Int, _ state: LayerRows, _ range: Range<Int>, _ lane: LaneRows) {
    let p = blocks[layer]
    let at = range.lowerBound
    let n = range.count
    var residual = Values(state.input + at * width)
    if isPruned(layer) {
      gatherFinal(state.input, range, into: lane.gathered)
      residual = Values(lane.gathered)
      let q = (state.finalQueries ?? lane.attended) + at * width
      moco_tower_norm(residual, p.norm1Weight, p.norm1Bias, eps, lane.normed, nil, n, width)
      if quantized.isEmpty {
        project(lane.normed, p.inWeight, bias: p.inBias, q, rows: n, from: width, to: width)
      } else {
        quantized[layer].query.project(
          lane.normed, bias: p.inBias, residual: nil, q, rows: n, stride: width, room: lane.bytes)
      }
    }
    let attended = state.attended.map { $0 + at * width } ?? lane.attended
    if let lists = lists(layer) { listsForward(lists, layer, state, range, into: attended, lane) }

    let middle = state.middle + at * width
    if quantized.isEmpty {
      project(
        attended, p.outWeight, bias: p.outBias, residual: residual, middle, rows: n, from: width, to: width)
    } else {
      quantized[layer].out.project(
        attended, bias: p.outBias, residual: residual, middle, rows: n, stride: width, room: lane.bytes)
    }

    let hidden = state.hidden.map { $0 + at * mlpWidth } ?? lane.hidden
    let active = state.hidden == nil ? hidden : lane.active
    moco_tower_norm(
      middle, p.norm2Weight, p.norm2Bias, eps, lane.normed, state.statistics2.map { $0 + at * 2 }, n, width)
    if quantized.isEmpty {
      project(lane.normed, p.fcWeight, bias: nil, hidden, rows: n, from: width, to: mlpWidth)
    } else {
      quantized[layer].fc.project(
        lane.normed, bias: nil, residual: nil, hidden, rows: n, stride: mlpWidth, room: lane.bytes)
    }
    moco_tower_activation(hidden, p.fcBias, active, activation.kernel, n, mlpWidth)
    let output = state.output + at * width
    if quantized.isEmpty {
      project(
        active, p.projWeight, bias: p.projBias, residual: Values(middle), output, rows: n, from: mlpWidth,
        to: width)
    } else {
      quantized[layer].proj.project(
        active, bias: p.projBias, residual: Values(middle), output, rows: n, stride: width, room: lane.bytes)
    }
  }

  /// rows[range] of the final rows, gathered from [N, W].
  func gatherFinal(_ source: Values, _ range: Range<Int>, into target: Floats) {
    guard let final else { return }
    for (slot, e) in range.enumerated() {
      (target + slot * width).update(from: source + Int(final.rows[e]) * width, count: width)
    }
  }
}
