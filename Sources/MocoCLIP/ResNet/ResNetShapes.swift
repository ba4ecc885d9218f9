// Symbols in shapes: W width of the stem, the pooled rows are 32 W wide.

/// A convolution without bias and the batch norm that follows it.
struct ConvolutionShape {
  /// The names below `visual.`: `<weight>.weight`, `<norm>.weight`, `<norm>.running_mean`, …
  let weight: String
  let norm: String
  let inputs: Int
  let outputs: Int
  /// Pixels along a side of the kernel: 1, or 3 with a border of zeros.
  let size: Int
  let stride: Int

  /// Number of weights of a kernel per output.
  var taps: Int { size * size * inputs }

  static let normParts = ["weight", "bias", "running_mean", "running_var"]

  var parameterShapes: [(String, [Int])] {
    [("visual.\(weight).weight", [outputs, inputs, size, size])]
      + ConvolutionShape.normParts.map { ("visual.\(norm).\($0)", [outputs]) }
  }
}

/// 1×1 down, 3×3, 1×1 up, around a shortcut. Strides are averages over squares of pixels before the last
/// convolution and before that of the shortcut.
struct BottleneckShape {
  let convolutions: [ConvolutionShape]
  let shortcut: ConvolutionShape?
  let stride: Int
}

extension VisionConfig {
  /// The three convolutions before the first average.
  var stem: [ConvolutionShape] {
    func stem(_ number: Int, _ inputs: Int, _ outputs: Int, _ stride: Int) -> ConvolutionShape {
      ConvolutionShape(
        weight: "conv\(number)", norm: "bn\(number)", inputs: inputs, outputs: outputs, size: 3,
        stride: stride)
    }
    return [stem(1, channels, width / 2, 2), stem(2, width / 2, width / 2, 1), stem(3, width / 2, width, 1)]
  }

  /// All blocks of all stages in order.
  var bottlenecks: [BottleneckShape] {
    var blocks: [BottleneckShape] = []
    var inputs = width
    for (stage, count) in stages.enumerated() {
      let planes = width << stage
      for block in 0..<count {
        let name = "layer\(stage + 1).\(block)."
        let stride = block == 0 && stage > 0 ? 2 : 1
        func part(_ number: Int, _ inputs: Int, _ outputs: Int, _ size: Int) -> ConvolutionShape {
          ConvolutionShape(
            weight: "\(name)conv\(number)", norm: "\(name)bn\(number)", inputs: inputs, outputs: outputs,
            size: size,
            stride: 1)
        }
        let shortcut = ConvolutionShape(
          weight: "\(name)downsample.0", norm: "\(name)downsample.1", inputs: inputs, outputs: 4 * planes,
          size: 1,
          stride: 1)
        blocks.append(
          BottleneckShape(
            convolutions: [
              part(1, inputs, planes, 1), part(2, planes, planes, 3), part(3, planes, 4 * planes, 1),
            ],
            shortcut: stride > 1 || inputs != 4 * planes ? shortcut : nil, stride: stride))
        inputs = 4 * planes
      }
    }
    return blocks
  }

  /// Width of the rows that the attention pools.
  var pooledWidth: Int { 32 * width }

  /// A ModifiedResNet's parameters below `visual.`.
  func resnetShapes(embedDim: Int) -> [(name: String, shape: [Int])] {
    var shapes = stem.flatMap(\.parameterShapes)
    for block in bottlenecks {
      shapes += block.convolutions.flatMap(\.parameterShapes) + (block.shortcut?.parameterShapes ?? [])
    }
    shapes.append(("visual.attnpool.positional_embedding", [tokens, pooledWidth]))
    for (part, outputs) in [
      ("q_proj", pooledWidth), ("k_proj", pooledWidth), ("v_proj", pooledWidth), ("c_proj", embedDim),
    ] {
      shapes.append(("visual.attnpool.\(part).weight", [outputs, pooledWidth]))
      shapes.append(("visual.attnpool.\(part).bias", [outputs]))
    }
    return shapes
  }
}
