import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// The towers once more, written plainly from autograd's functions: every prompt padded to the context under a
// causal mask, every row through every layer. Slow, and what the real ones must agree with.

struct DenseOracle {
  let model: CLIPModel

  var config: CLIPConfig { model.config }

  /// - Shape: [S, D]
  func text(_ prompts: [[PromptKey]], soft: Variable? = nil) throws -> Variable {
    let s = prompts.count
    let t = config.text.context
    let table =
      try soft.map { try F.concat([model.parameter("token_embedding.weight"), $0]) }
      ?? model.parameter("token_embedding.weight")
    let rows = prompts.flatMap { prompt in
      (0..<t).map { position -> Int in
        guard position < prompt.count else { return 0 }
        switch prompt[position] {
        case .token(let id): return id
        case .soft(let row): return config.text.vocabulary + row
        }
      }
    }
    let embedded = try F.reshape(F.gather(table, rows), [s, t, config.text.width])
    var x = try F.add(embedded, model.parameter("positional_embedding"))
    var mask = [Float](repeating: 0, count: t * t)
    for i in 0..<t { for j in 0..<t where j > i { mask[i * t + j] = -1e9 } }
    let causal = Variable(try Tensor(mask, shape: [t, t]))
    for layer in 0..<config.text.layers {
      x = try block(x, "transformer.resblocks.\(layer).", heads: config.text.heads, mask: causal)
    }
    x = try norm(x, "ln_final")
    let flat = try F.reshape(x, [s * t, config.text.width])
    let ends = try F.gather(flat, prompts.enumerated().map { $0 * t + $1.count - 1 })
    return try F.matmul(ends, model.parameter("text_projection"))
  }

  /// - Shape: pixels [B, channels, H, W]; result [B, D]
  func image(_ pixels: Variable) throws -> Variable {
    let v = config.vision
    let b = pixels.shape[0]
    let grid = v.grid
    let p = v.patchSize
    let cut = try F.reshape(pixels, [b, v.channels, grid, p, grid, p])
    let patches = try F.reshape(F.permute(cut, [0, 2, 4, 1, 3, 5]), [b, grid * grid, v.channels * p * p])
    let kernel = try F.reshape(model.parameter("visual.conv1.weight"), [v.width, v.channels * p * p])
    let first = try F.add(
      Variable(Tensor.zeros([b, 1, v.width])),
      F.reshape(model.parameter("visual.class_embedding"), [1, 1, v.width]))
    var x = try F.concat([first, F.linear(patches, kernel)], axis: 1)
    x = try norm(F.add(x, model.parameter("visual.positional_embedding")), "visual.ln_pre")
    for layer in 0..<v.layers {
      x = try block(x, "visual.transformer.resblocks.\(layer).", heads: v.heads, mask: nil)
    }
    let classRows = try F.reshape(F.slice(x, axis: 1, from: 0, to: 1), [b, v.width])
    return try F.matmul(norm(classRows, "visual.ln_post"), model.parameter("visual.proj"))
  }

  func norm(_ x: Variable, _ name: String) throws -> Variable {
    try F.layerNorm(
      x, weight: model.parameter(name + ".weight"), bias: model.parameter(name + ".bias"),
      eps: config.layerNormEps)
  }

  func block(_ x: Variable, _ name: String, heads: Int, mask: Variable?) throws -> Variable {
    let b = x.shape[0]
    let t = x.shape[1]
    let w = x.shape[2]
    let d = w / heads
    let qkv = try F.linear(
      norm(x, name + "ln_1"), model.parameter(name + "attn.in_proj_weight"),
      model.parameter(name + "attn.in_proj_bias"))
    func part(_ i: Int) throws -> Variable {
      try F.permute(
        F.reshape(F.slice(qkv, axis: 2, from: i * w, to: (i + 1) * w), [b, t, heads, d]), [0, 2, 1, 3])
    }
    var scores = try F.scale(F.matmul(part(0), F.permute(part(1), [0, 1, 3, 2])), 1 / Float(d).squareRoot())
    if let mask { scores = try F.add(scores, mask) }
    let mixed = try F.matmul(F.softmax(scores), part(2))
    let attended = try F.reshape(F.permute(mixed, [0, 2, 1, 3]), [b, t, w])
    let middle = try F.add(
      x,
      F.linear(
        attended, model.parameter(name + "attn.out_proj.weight"), model.parameter(name + "attn.out_proj.bias")
      ))
    let hidden = try F.linear(
      norm(middle, name + "ln_2"), model.parameter(name + "mlp.c_fc.weight"),
      model.parameter(name + "mlp.c_fc.bias"))
    let active = try config.activation == .quickGelu ? F.quickGelu(hidden) : F.gelu(hidden)
    return try F.add(
      middle,
      F.linear(active, model.parameter(name + "mlp.c_proj.weight"), model.parameter(name + "mlp.c_proj.bias"))
    )
  }
}

/// Small models with random numbers everywhere, so that every parameter matters.
enum TinyModel {
  static func make(
    textWidth: Int = 16, textHeads: Int = 2, textLayers: Int = 2, context: Int = 10, visionWidth: Int = 16,
    visionHeads: Int = 2, visionLayers: Int = 2, imageSize: Int = 8, patch: Int = 4, channels: Int = 3,
    embedding: Int = 6, activation: Activation = .quickGelu, seed: UInt64 = 1
  ) throws -> CLIPModel {
    let config = CLIPConfig(
      embedDim: embedding,
      vision: VisionConfig(
        imageSize: imageSize, patchSize: patch, width: visionWidth, layers: visionLayers, heads: visionHeads,
        channels: channels),
      text: TextConfig(
        context: context, vocabulary: 20, width: textWidth, layers: textLayers, heads: textHeads),
      activation: activation)
    var tensors: [String: Tensor] = [:]
    for (name, shape) in config.parameterShapes {
      var random = Philox(seed: seed, stream: name)
      let values = try Tensor.randn(shape, &random)
      let isNorm = name.contains("ln_") && name.hasSuffix("weight")
      let scale: Float = shape.count >= 2 ? 1 / Float(shape[shape.count - 1]).squareRoot() : 0.3
      tensors[name] = try Tensor(values.toFloats().map { $0 * scale + (isNorm ? 1 : 0) }, shape: shape)
    }
    return try CLIPModel(config: config, tensors: tensors)
  }

  static func random(_ shape: [Int], _ stream: String) throws -> Tensor {
    var random = Philox(seed: 3, stream: stream)
    return try Tensor.randn(shape, &random)
  }

  /// Takes the gradients of all parameters away from the model.
  static func takeGradients(_ model: CLIPModel) -> [String: Tensor] {
    var gradients: [String: Tensor] = [:]
    for (name, variable) in model.parameters {
      gradients[name] = variable.grad
      variable.grad = nil
    }
    return gradients
  }
}

/// The largest difference over the largest entry of `right`.
func relativeError(_ left: Tensor, _ right: Tensor) throws -> Float {
  guard left.shape == right.shape else { return .infinity }
  let a = try left.toFloats()
  let b = try right.toFloats()
  let largest = b.reduce(Float(1e-6)) { max($0, abs($1)) }
  let error = zip(a, b).reduce(Float(0)) { max($0, $1.0.isFinite ? abs($1.0 - $1.1) : .infinity) }
  return error / largest
}
