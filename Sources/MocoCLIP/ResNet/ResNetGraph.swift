import MocoAutograd
import MocoBase
import MocoTensor

// Symbols in shapes: B images, S pixels along a side of a state, C its channels; states are [B · S · S, C].
// T tokens of the pooling, W their width.

/// The ModifiedResNet as recorded operations, for gradients of its weights and of the pixels.
///
/// Slower than `ResNetTower` and with all states in memory. The running means and variances of batch norms
/// are constants, as in `ResNetTower`.
struct ResNetGraph {
  let model: CLIPModel

  /// Features of a batch.
  ///
  /// - Shape: pixels [B, channels, S, S] → [B, D]
  func features(_ pixels: Variable) throws -> Variable {
    let vision = model.config.vision
    let count = pixels.value.shape.first ?? 0
    var side = vision.imageSize
    var x = try F.reshape(F.permute(pixels, [0, 2, 3, 1]), [count * side * side, vision.channels])
    for part in vision.stem {
      x = try F.relu(convolve(x, part, count, side: side))
      side /= part.stride
    }
    x = try average(x, count, side: side)
    side /= 2
    for block in vision.bottlenecks {
      try Cancellation.check()
      x = try run(block, x, count, side: side)
      side /= block.stride
    }
    return try pool(x, count)
  }

  private func run(_ block: BottleneckShape, _ input: Variable, _ count: Int, side: Int) throws -> Variable {
    let parts = block.convolutions
    let after = side / block.stride
    var x = try F.relu(convolve(input, parts[0], count, side: side))
    x = try F.relu(convolve(x, parts[1], count, side: side))
    if block.stride > 1 { x = try average(x, count, side: side) }
    x = try convolve(x, parts[2], count, side: after)
    var shortcut = input
    if let part = block.shortcut {
      if block.stride > 1 { shortcut = try average(shortcut, count, side: side) }
      shortcut = try convolve(shortcut, part, count, side: after)
    }
    return try F.relu(F.add(x, shortcut))
  }

  private func parameter(_ name: String) throws -> Variable { try model.parameter("visual." + name) }

  /// A convolution and its batch norm.
  private func convolve(
    _ x: Variable, _ shape: ConvolutionShape, _ count: Int, side: Int
  ) throws -> Variable {
    var rows = x
    if shape.size > 1 {
      let columns = side / shape.stride
      // One more row than pixels: the zeros around the image.
      let padded = try F.concat([x, Variable(Tensor.zeros([1, shape.inputs]))], axis: 0)
      let places = ResNetGraph.places(count, side: side, stride: shape.stride)
      rows = try F.reshape(F.gather(padded, places), [count * columns * columns, shape.taps])
    }
    let weight = try F.permute(parameter(shape.weight + ".weight"), [0, 2, 3, 1])
    let product = try F.matmul(rows, F.transpose(F.reshape(weight, [shape.outputs, shape.taps])))

    let mean = try parameter(shape.norm + ".running_mean").value.toFloats()
    let variance = try parameter(shape.norm + ".running_var").value.toFloats()
    try ResNetTower.requireVariance(variance, shape)
    let deviation = variance.map { 1 / ($0 + ResNetTower.normEps).squareRoot() }
    let centered = try F.sub(product, Variable(Tensor(mean, shape: [shape.outputs])))
    let unit = try F.mul(centered, Variable(Tensor(deviation, shape: [shape.outputs])))
    return try F.add(F.mul(unit, parameter(shape.norm + ".weight")), parameter(shape.norm + ".bias"))
  }

  /// The rows of pixels under the 3×3 kernel of each output pixel; the last row of all outside the image.
  private static func places(_ count: Int, side: Int, stride: Int) -> [Int] {
    let columns = side / stride
    let outside = count * side * side
    var places: [Int] = []
    places.reserveCapacity(count * columns * columns * 9)
    for image in 0..<count {
      for row in 0..<columns {
        for column in 0..<columns {
          for y in row * stride - 1...row * stride + 1 {
            for x in column * stride - 1...column * stride + 1 {
              let isInside = y >= 0 && y < side && x >= 0 && x < side
              places.append(isInside ? (image * side + y) * side + x : outside)
            }
          }
        }
      }
    }
    return places
  }

  /// Means of squares of 2×2 pixels.
  private func average(_ x: Variable, _ count: Int, side: Int) throws -> Variable {
    let channels = x.value.shape.last ?? 0
    let half = side / 2
    let squares = try F.reshape(x, [count, half, 2, half, 2, channels])
    return try F.reshape(F.mean(squares, axes: [2, 4]), [count * half * half, channels])
  }

  private func pool(_ x: Variable, _ count: Int) throws -> Variable {
    let vision = model.config.vision
    let width = vision.pooledWidth
    let pixels = try F.reshape(x, [count, vision.tokens - 1, width])
    let tokens = try F.add(
      F.concat([F.mean(pixels, axis: 1, keep: true), pixels], axis: 1),
      parameter("attnpool.positional_embedding"))
    let heads = vision.heads
    let size = width / heads
    /// [B, rows, W] → [B, heads, rows, size]
    func projected(_ x: Variable, _ name: String) throws -> Variable {
      let rows = x.value.shape[1]
      let y = try F.linear(x, parameter("attnpool.\(name).weight"), parameter("attnpool.\(name).bias"))
      return try F.permute(F.reshape(y, [count, rows, heads, size]), [0, 2, 1, 3])
    }
    let query = try projected(F.slice(tokens, axis: 1, from: 0, to: 1), "q_proj")
    let key = try projected(tokens, "k_proj")
    let value = try projected(tokens, "v_proj")
    let scores = try F.scale(F.matmul(query, F.transpose(key, 2, 3)), 1 / Float(size).squareRoot())
    let mixed = try F.matmul(F.softmax(scores, axis: -1), value)
    return try F.linear(
      F.reshape(mixed, [count, width]), parameter("attnpool.c_proj.weight"), parameter("attnpool.c_proj.bias")
    )
  }
}
