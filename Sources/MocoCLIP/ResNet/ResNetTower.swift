import CKernels
import MocoBase
import MocoTensor

// Symbols in shapes: H, W pixels of a state, C its channels; states are [H, W, C]. T tokens of the pooling.

/// The ModifiedResNet of CLIP (Radford et al. 2021, section 2.4), without gradients: three convolutions
/// before the first average instead of one, strides by averages, attention instead of the last average.
///
/// Batch norms are folded into the convolutions before them; a convolution is a product of unfolded pixels,
/// in blocks of rows that depend on the shape alone. An image is one task for one thread, so its bits do not
/// depend on the images around it or on the number of threads.
///
/// - Safety: its weights are set before it is shared, and only read afterwards.
struct ResNetTower: @unchecked Sendable {
  /// A convolution with its batch norm: weights [outputs, size, size, inputs], bias [outputs].
  struct Convolution {
    let shape: ConvolutionShape
    let weight: Floats
    let bias: Floats
  }

  struct Bottleneck {
    let convolutions: [Convolution]
    let shortcut: Convolution?
    let stride: Int
  }

  /// Rows times weight plus bias.
  struct Linear {
    let weight: Values
    let bias: Values
  }

  struct Pooling {
    let positions: Values
    let query: Linear, key: Linear, value: Linear, output: Linear
  }

  let vision: VisionConfig
  let embedDim: Int
  let stem: [Convolution]
  let blocks: [Bottleneck]
  let pooling: Pooling
  private let binding: ParameterBinding
  private let arena: Arena

  static let normEps: Float = 1e-5

  /// - Throws: E0602 if a parameter was replaced by one with another shape, E0606 for a variance below zero,
  ///   E0405.
  init(_ model: CLIPModel) throws {
    let binding = ParameterBinding()
    let vision = model.config.vision
    let named = vision.resnetShapes(embedDim: model.config.embedDim).map { ($0.name, $0.shape) }
    let shapes = Dictionary(named) { first, _ in first }
    func values(_ name: String) throws -> Values {
      let name = "visual." + name
      return try binding.values(
        TowerParameter(name: name, variable: model.parameter(name), shape: shapes[name] ?? []))
    }
    func linear(_ name: String) throws -> Linear {
      Linear(weight: try values("attnpool.\(name).weight"), bias: try values("attnpool.\(name).bias"))
    }
    pooling = Pooling(
      positions: try values("attnpool.positional_embedding"), query: try linear("q_proj"),
      key: try linear("k_proj"), value: try linear("v_proj"), output: try linear("c_proj"))

    let (arena, parts) = try Arena.lay { arena in
      func place(_ shape: ConvolutionShape) -> Convolution {
        Convolution(
          shape: shape, weight: arena.floats(shape.outputs * shape.taps), bias: arena.floats(shape.outputs))
      }
      return (
        stem: vision.stem.map(place),
        blocks: vision.bottlenecks.map {
          Bottleneck(
            convolutions: $0.convolutions.map(place), shortcut: $0.shortcut.map(place), stride: $0.stride)
        }
      )
    }
    let all = parts.stem + parts.blocks.flatMap { $0.convolutions + ($0.shortcut.map { [$0] } ?? []) }
    // weight, and of the norm weight, bias, mean, variance.
    let sources = try all.map { part in
      try [values(part.shape.weight + ".weight")]
        + ConvolutionShape.normParts.map { try values("\(part.shape.norm).\($0)") }
    }
    for (part, source) in zip(all, sources) {
      try ResNetTower.requireVariance(
        Array(UnsafeBufferPointer(start: source[4], count: part.shape.outputs)), part.shape)
    }
    Lanes.run(all.count, lanes: Lanes.count) { _, index in ResNetTower.fold(all[index], sources[index]) }
    self.vision = vision
    self.binding = binding
    self.arena = arena
    embedDim = model.config.embedDim
    stem = parts.stem
    blocks = parts.blocks
  }

  /// - Throws: E0606 for a variance below zero, which has no standard deviation.
  static func requireVariance(_ variance: [Float], _ shape: ConvolutionShape) throws {
    guard let wrong = variance.first(where: { !($0 >= 0) }) else { return }
    throw Failure(
      "E0606", "visual.\(shape.norm).running_var contains \(wrong)",
      help: "a variance cannot be negative: the file is corrupted")
  }

  /// γ (w x − mean) / √(var + ε) + β as one product and one sum, with the kernel's pixels before its
  /// channels.
  private static func fold(_ part: Convolution, _ source: [Values]) {
    let shape = part.shape
    let area = shape.size * shape.size
    for output in 0..<shape.outputs {
      let factor = source[1][output] / (source[4][output] + normEps).squareRoot()
      part.bias[output] = source[2][output] - source[3][output] * factor
      let from = source[0] + output * shape.taps
      let to = part.weight + output * shape.taps
      for channel in 0..<shape.inputs {
        for tap in 0..<area { to[tap * shape.inputs + channel] = from[channel * area + tap] * factor }
      }
    }
  }

  // MARK: Memory

  /// Memory for one image at a time.
  struct Memory {
    let arena: Arena
    /// States: what enters a block, what is between its convolutions, the shortcut.
    let state: Floats, first: Floats, second: Floats, shortcut: Floats
    /// Unfolded pixels of one block of rows.
    let unfolded: Floats
    let rows: Floats, query: Floats, keys: Floats, values: Floats, mixed: Floats, scores: Floats
  }

  func lay() throws -> Memory {
    let side = vision.imageSize
    let pooled = vision.pooledWidth
    let tokens = vision.tokens
    // The stem's last convolution, and the first stage, are the largest states; or else the image itself.
    let most = max(side / 2 * (side / 2) * vision.width, side * side * vision.channels)
    let taps = max(9 * vision.channels, 9 * vision.width * 8)
    let (arena, p) = try Arena.lay { arena in
      (
        (0..<4).map { _ in arena.floats(most) }, arena.floats(RowBlocks.limit * taps),
        (arena.floats(tokens * pooled), arena.floats(pooled), arena.floats(tokens * pooled)),
        (arena.floats(tokens * pooled), arena.floats(pooled), arena.floats(tokens))
      )
    }
    return Memory(
      arena: arena, state: p.0[0], first: p.0[1], second: p.0[2], shortcut: p.0[3], unfolded: p.1,
      rows: p.2.0,
      query: p.2.1, keys: p.2.2, values: p.3.0, mixed: p.3.1, scores: p.3.2)
  }

  // MARK: Forward

  /// The feature of one image, [D], from its pixels [channels, H, W].
  ///
  /// - Throws: E0406 if interrupted.
  func run(_ memory: Memory, pixels: Values, into output: Floats) throws {
    var side = vision.imageSize
    let channels = vision.channels
    let area = side * side
    for pixel in 0..<area {
      for channel in 0..<channels {
        memory.first[pixel * channels + channel] = pixels[channel * area + pixel]
      }
    }
    convolve(stem[0], memory.first, side: side, into: memory.second, memory, after: .relu)
    side /= 2
    convolve(stem[1], memory.second, side: side, into: memory.first, memory, after: .relu)
    convolve(stem[2], memory.first, side: side, into: memory.second, memory, after: .relu)
    average(memory.second, side: side, channels: vision.width, into: memory.state)
    side /= 2
    for block in blocks {
      try Cancellation.check()
      side = run(block, side: side, memory)
    }
    pool(memory, into: output)
  }

  /// A block, from and to `memory.state`. Returns the side length of the new state.
  private func run(_ block: Bottleneck, side: Int, _ memory: Memory) -> Int {
    let parts = block.convolutions
    let after = side / block.stride
    convolve(parts[0], memory.state, side: side, into: memory.first, memory, after: .relu)
    convolve(parts[1], memory.first, side: side, into: memory.second, memory, after: .relu)
    var middle = memory.second
    if block.stride > 1 {
      average(memory.second, side: side, channels: parts[1].shape.outputs, into: memory.first)
      middle = memory.first
    }
    var shortcut = memory.state
    if let part = block.shortcut {
      var source = memory.state
      if block.stride > 1 {
        // The output of the 3×3 convolution is free again.
        average(memory.state, side: side, channels: part.shape.inputs, into: memory.second)
        source = memory.second
      }
      convolve(part, source, side: after, into: memory.shortcut, memory, after: .nothing)
      shortcut = memory.shortcut
    }
    convolve(parts[2], middle, side: after, into: memory.state, memory, after: .addAndRelu(shortcut))
    return after
  }

  /// What follows a convolution.
  private enum After {
    case nothing, relu
    case addAndRelu(Values)
  }

  private func convolve(
    _ part: Convolution, _ input: Values, side: Int, into output: Floats, _ memory: Memory, after: After
  ) {
    let shape = part.shape
    let outputs = shape.outputs
    let columns = side / shape.stride
    let cut = RowBlocks(rows: columns * columns)
    for block in 0..<cut.count {
      let range = cut.range(block)
      var rows = input + range.lowerBound * shape.inputs
      if shape.size > 1 {
        unfold(shape, input, side: side, columns: columns, range, into: memory.unfolded)
        rows = Values(memory.unfolded)
      }
      let target = output + range.lowerBound * outputs
      // In place if the output replaces the shortcut: it is added first.
      if case .addAndRelu(let shortcut) = after {
        let source = shortcut + range.lowerBound * outputs
        for row in 0..<range.count {
          for i in 0..<outputs { target[row * outputs + i] = source[row * outputs + i] + part.bias[i] }
        }
      } else {
        for row in 0..<range.count { (target + row * outputs).update(from: part.bias, count: outputs) }
      }
      Gemm.runSingle(
        false, true, m: range.count, n: outputs, k: shape.taps, alpha: 1, a: rows, lda: shape.taps,
        b: part.weight,
        ldb: shape.taps, beta: 1, c: target, ldc: outputs)
      if case .nothing = after { continue }
      // Written so that NaN is preserved.
      for i in 0..<range.count * outputs { target[i] = target[i] < 0 ? 0 : target[i] }
    }
  }

  /// The pixels under the 3×3 kernel of each row in `range`, as [rows, 3, 3, inputs]; zero outside the image.
  private func unfold(
    _ shape: ConvolutionShape, _ input: Values, side: Int, columns: Int, _ range: Range<Int>,
    into rows: Floats
  ) {
    let inputs = shape.inputs
    for (index, place) in range.enumerated() {
      let top = place / columns * shape.stride - 1
      let left = place % columns * shape.stride - 1
      for line in 0..<3 {
        let target = rows + index * shape.taps + line * 3 * inputs
        let y = top + line
        guard y >= 0, y < side else {
          target.update(repeating: 0, count: 3 * inputs)
          continue
        }
        let first = max(left, 0)
        let last = min(left + 3, side)
        if first > left { target.update(repeating: 0, count: inputs) }
        if last < left + 3 { (target + 2 * inputs).update(repeating: 0, count: inputs) }
        (target + (first - left) * inputs).update(
          from: input + (y * side + first) * inputs, count: (last - first) * inputs)
      }
    }
  }

  /// Means of squares of 2×2 pixels.
  private func average(_ input: Values, side: Int, channels: Int, into output: Floats) {
    let columns = side / 2
    for y in 0..<columns {
      for x in 0..<columns {
        let a = input + (2 * y * side + 2 * x) * channels
        let b = a + side * channels
        let target = output + (y * columns + x) * channels
        for i in 0..<channels { target[i] = 0.25 * ((a[i] + a[channels + i]) + (b[i] + b[channels + i])) }
      }
    }
  }

  /// Attention of the mean of all pixels to itself and to them, in heads of pooled width / 64.
  private func pool(_ memory: Memory, into output: Floats) {
    let width = vision.pooledWidth
    let tokens = vision.tokens
    let pixels = tokens - 1
    let rows = memory.rows
    (rows + width).update(from: memory.state, count: pixels * width)
    rows.update(repeating: 0, count: width)
    for pixel in 1..<tokens { for i in 0..<width { rows[i] += rows[pixel * width + i] } }
    for i in 0..<width { rows[i] /= Float(pixels) }
    for i in 0..<tokens * width { rows[i] += pooling.positions[i] }

    project(rows, pooling.query, 1, to: width, into: memory.query)
    project(rows, pooling.key, tokens, to: width, into: memory.keys)
    project(rows, pooling.value, tokens, to: width, into: memory.values)
    let heads = vision.heads
    let size = width / heads
    let scale = 1 / Float(size).squareRoot()
    for head in 0..<heads {
      let at = head * size
      Gemm.runSingle(
        false, true, m: 1, n: tokens, k: size, alpha: scale, a: memory.query + at, lda: width,
        b: memory.keys + at,
        ldb: width, beta: 0, c: memory.scores, ldc: tokens)
      moco_softmax(memory.scores, memory.scores, 1, tokens)
      Gemm.runSingle(
        false, false, m: 1, n: size, k: tokens, alpha: 1, a: memory.scores, lda: tokens,
        b: memory.values + at,
        ldb: width, beta: 0, c: memory.mixed + at, ldc: width)
    }
    project(memory.mixed, pooling.output, 1, to: embedDim, into: output)
  }

  private func project(_ x: Values, _ linear: Linear, _ rows: Int, to outputs: Int, into y: Floats) {
    let width = vision.pooledWidth
    for row in 0..<rows { (y + row * outputs).update(from: linear.bias, count: outputs) }
    Gemm.runSingle(
      false, true, m: rows, n: outputs, k: width, alpha: 1, a: x, lda: width, b: linear.weight, ldb: width,
      beta: 1,
      c: y, ldc: outputs)
  }
}
