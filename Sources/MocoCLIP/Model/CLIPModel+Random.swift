import Glibc
import MocoBase
import MocoTensor

extension CLIPModel {
  /// CLIP's initial logit_scale.
  static let initialScale = Float(log(1 / 0.07))

  /// A new model with random weights, the same for a seed on every machine.
  ///
  /// Normal distributions around 0 with CLIP's standard deviations (OpenAI, 2021). W: a tower's width, L its layers.
  ///
  /// | parameter | standard deviation |
  /// |---|---|
  /// | token table · text positions | 0.02 · 0.01 |
  /// | attention's in_proj | W^-½ |
  /// | what adds to the residual stream: attention's out_proj, mlp.c_proj | W^-½ (2 L)^-½ |
  /// | mlp.c_fc | (2 W)^-½ |
  /// | conv1, class row, image positions, both projections | W^-½ |
  ///
  /// | a ModifiedResNet's convolutions of n inputs per pixel · pooling, W its width | (2 / n)^½ · W^-½ |
  ///
  /// LayerNorms and batch norms start as the identity, biases at 0, logit_scale at ln(1 / 0.07).
  /// - Throws: E0605 for a bad configuration, E0405 if memory runs out.
  public static func random(
    config: CLIPConfig, seed: UInt64, tokenizerDirectory: String? = nil
  ) throws -> CLIPModel {
    try config.validate()
    var tensors: [String: Tensor] = [:]
    for (name, shape) in config.parameterShapes {
      tensors[name] = try randomParameter(name, shape: shape, config: config, seed: seed)
    }
    return try CLIPModel(config: config, tensors: tensors, tokenizerDirectory: tokenizerDirectory)
  }

  private static func randomParameter(
    _ name: String, shape: [Int], config: CLIPConfig, seed: UInt64
  ) throws -> Tensor {
    if name == "logit_scale" { return try Tensor([CLIPModel.initialScale], shape: shape) }
    if name.contains("ln_") {
      return name.hasSuffix("weight") ? try Tensor.full(shape, 1) : try Tensor.zeros(shape)
    }
    if config.vision.isResNet, name.hasPrefix("visual.") {
      return try randomResNetParameter(name, shape: shape, seed: seed)
    }
    guard let deviation = deviation(name, config: config) else { return try Tensor.zeros(shape) }
    return try normal(name, shape: shape, deviation: deviation, seed: seed)
  }

  private static func randomResNetParameter(_ name: String, shape: [Int], seed: UInt64) throws -> Tensor {
    if shape.count == 1 {
      let isOne = name.hasSuffix("running_var") || name.hasSuffix(".weight")
      return isOne ? try Tensor.full(shape, 1) : try Tensor.zeros(shape)
    }
    let inputs = shape.dropFirst().reduce(1, *)
    let deviation = ((shape.count == 4 ? 2 : 1) / Float(max(inputs, 1))).squareRoot()
    return try normal(name, shape: shape, deviation: deviation, seed: seed)
  }

  private static func normal(_ name: String, shape: [Int], deviation: Float, seed: UInt64) throws -> Tensor {
    let tensor = try Tensor.zeros(shape)
    // One stream per parameter: its values depend only on the seed and its own name and index.
    var generator = Philox(seed: seed, stream: "clip/" + name)
    try tensor.withMutableFloats { floats in
      for index in floats.indices { floats[index] = generator.nextNormal() * deviation }
    }
    return tensor
  }

  /// nil for parameters that start at 0.
  private static func deviation(_ name: String, config: CLIPConfig) -> Float? {
    let isVision = name.hasPrefix("visual.")
    let width = Float(isVision ? config.vision.width : config.text.width)
    let layers = Float(isVision ? config.vision.layers : config.text.layers)
    let base = 1 / width.squareRoot()
    switch name {
    case "token_embedding.weight": return 0.02
    case "positional_embedding": return 0.01
    case _ where name.hasSuffix("bias"): return nil
    case _ where name.hasSuffix("attn.out_proj.weight") || name.hasSuffix("mlp.c_proj.weight"):
      return base / (2 * layers).squareRoot()
    case _ where name.hasSuffix("mlp.c_fc.weight"): return 1 / (2 * width).squareRoot()
    default: return base
    }
  }
}
