import MocoAutograd
import MocoBase
import MocoTensor

// The parameters of the towers by role. `Element` is a named parameter, a pointer to its values, a pointer to
// its gradient (or nil if none is needed), or its place in a list: one walk, `map`, serves all of them.

/// One residual attention block.
package struct BlockParameters<Element> {
  /// LayerNorm before the attention: γ and β, each [width].
  package var norm1Weight, norm1Bias: Element
  /// [3 * width, width]: queries, keys, values; and [3 * width].
  package var inWeight, inBias: Element
  /// Projection after the attention: [width, width] and [width].
  package var outWeight, outBias: Element
  /// LayerNorm before the MLP: γ and β, each [width].
  package var norm2Weight, norm2Bias: Element
  /// First layer of the MLP: [mlpWidth, width] and [mlpWidth].
  package var fcWeight, fcBias: Element
  /// Second layer of the MLP: [width, mlpWidth] and [width].
  package var projWeight, projBias: Element

  /// The same roles with each element transformed, in the order of the properties.
  package func map<T>(_ transform: (Element) throws -> T) rethrows -> BlockParameters<T> {
    BlockParameters<T>(
      norm1Weight: try transform(norm1Weight), norm1Bias: try transform(norm1Bias),
      inWeight: try transform(inWeight), inBias: try transform(inBias),
      outWeight: try transform(outWeight), outBias: try transform(outBias),
      norm2Weight: try transform(norm2Weight), norm2Bias: try transform(norm2Bias),
      fcWeight: try transform(fcWeight), fcBias: try transform(fcBias),
      projWeight: try transform(projWeight), projBias: try transform(projBias))
  }
}

/// LayerNorm and projection at the end of a tower.
package struct HeadParameters<Element> {
  /// LayerNorm: γ and β, each [width].
  package var normWeight, normBias: Element
  /// [width, D]
  package var projection: Element

  /// The same roles with each element transformed, in the order of the properties.
  package func map<T>(_ transform: (Element) throws -> T) rethrows -> HeadParameters<T> {
    HeadParameters<T>(
      normWeight: try transform(normWeight), normBias: try transform(normBias),
      projection: try transform(projection))
  }
}

/// The parameters of a text transformer.
package struct TextParameters<Element> {
  /// [vocabulary, width]
  package var tokens: Element
  /// [context, width]
  package var positions: Element
  /// The blocks, from the tokens to the head.
  package var blocks: [BlockParameters<Element>]
  /// LayerNorm of the pooled row, and the text projection to D.
  package var head: HeadParameters<Element>

  /// The same roles with each element transformed, in the order of the properties.
  package func map<T>(_ transform: (Element) throws -> T) rethrows -> TextParameters<T> {
    TextParameters<T>(
      tokens: try transform(tokens), positions: try transform(positions),
      blocks: try blocks.map { try $0.map(transform) }, head: try head.map(transform))
  }
}

/// The parameters of a vision transformer.
package struct VisionParameters<Element> {
  /// [width, channels, patch, patch]
  package var patches: Element
  /// The row before the patches; its state becomes the feature: [width].
  package var classRow: Element
  /// [tokens, width]
  package var positions: Element
  /// nil if there is no LayerNorm before the first block.
  package var preWeight, preBias: Element?
  /// The blocks, from the patches to the head.
  package var blocks: [BlockParameters<Element>]
  /// LayerNorm at the end of the tower, and the image projection to D.
  package var head: HeadParameters<Element>

  /// The same roles with each element transformed, in the order of the properties.
  package func map<T>(_ transform: (Element) throws -> T) rethrows -> VisionParameters<T> {
    VisionParameters<T>(
      patches: try transform(patches), classRow: try transform(classRow), positions: try transform(positions),
      preWeight: try preWeight.map(transform), preBias: try preBias.map(transform),
      blocks: try blocks.map { try $0.map(transform) }, head: try head.map(transform))
  }
}

extension Tensor {
  /// The first of the floats, for a contiguous tensor that the caller keeps alive.
  var floatBase: Values { Values(floats) }
  var mutableFloatBase: Floats { floats }
}

/// A parameter of the model as the towers use it.
package struct TowerParameter {
  /// OpenAI's name: `visual.ln_post.weight`.
  package let name: String
  /// The variable of the model; its value may be replaced between calls.
  package let variable: Variable
  /// The shape from the configuration, which a replaced value must have.
  package let shape: [Int]
}

/// All parameters of a model by role, looked up once.
package final class TowerSet {
  /// nil if there is no text tower.
  package let text: TextParameters<TowerParameter>?
  /// nil if the image tower is a ModifiedResNet, which looks up its own parameters.
  package let vision: VisionParameters<TowerParameter>?

  /// - Throws: E0602 if the model lacks a parameter.
  package init(_ model: CLIPModel) throws {
    let shapes = Dictionary(model.config.parameterShapes.map { ($0.name, $0.shape) }) { first, _ in first }
    func find(_ name: String) throws -> TowerParameter {
      TowerParameter(name: name, variable: try model.parameter(name), shape: shapes[name] ?? [])
    }
    func block(_ prefix: String) throws -> BlockParameters<TowerParameter> {
      try BlockParameters(
        norm1Weight: "ln_1.weight", norm1Bias: "ln_1.bias", inWeight: "attn.in_proj_weight",
        inBias: "attn.in_proj_bias", outWeight: "attn.out_proj.weight", outBias: "attn.out_proj.bias",
        norm2Weight: "ln_2.weight", norm2Bias: "ln_2.bias", fcWeight: "mlp.c_fc.weight",
        fcBias: "mlp.c_fc.bias",
        projWeight: "mlp.c_proj.weight", projBias: "mlp.c_proj.bias"
      ).map { try find(prefix + $0) }
    }
    let hasText = model.config.withoutText == nil
    text =
      !hasText
      ? nil
      : TextParameters(
        tokens: try find("token_embedding.weight"), positions: try find("positional_embedding"),
        blocks: try (0..<model.config.text.layers).map { try block("transformer.resblocks.\($0).") },
        head: try HeadParameters(
          normWeight: "ln_final.weight", normBias: "ln_final.bias", projection: "text_projection"
        ).map(find))
    guard !model.config.vision.isResNet else {
      vision = nil
      return
    }
    let hasPreNorm = model.config.vision.hasPreNorm
    vision = VisionParameters(
      patches: try find("visual.conv1.weight"), classRow: try find("visual.class_embedding"),
      positions: try find("visual.positional_embedding"),
      preWeight: try hasPreNorm ? find("visual.ln_pre.weight") : nil,
      preBias: try hasPreNorm ? find("visual.ln_pre.bias") : nil,
      blocks: try (0..<model.config.vision.layers).map { try block("visual.transformer.resblocks.\($0).") },
      head: try HeadParameters(
        normWeight: "visual.ln_post.weight", normBias: "visual.ln_post.bias", projection: "visual.proj"
      ).map(find))
  }
}

/// Floats that a kernel reads. The owner of the pointer keeps the tensor alive.
package typealias Values = UnsafePointer<Float>
/// Floats that a kernel writes. The owner of the pointer keeps the tensor alive.
package typealias Floats = UnsafeMutablePointer<Float>

/// The values of a tower's parameters during one call, and which of them are trained.
///
/// Keeps the tensors of these pointers alive, also for the backward pass.
final class ParameterBinding {
  private(set) var tensors: [Tensor] = []
  /// The trained parameters, in the order of the walk.
  private(set) var trained: [Variable] = []

  /// - Throws: E0602 if a value was replaced by one of another shape.
  func values(_ parameter: TowerParameter) throws -> Values {
    let value = parameter.variable.value
    guard value.shape == parameter.shape, value.dtype == .float32 else {
      throw Failure.shapeMismatch(
        name: parameter.name, found: value.shape, expected: parameter.shape, path: nil)
    }
    let tensor = try value.contiguous()
    tensors.append(tensor)
    return tensor.floatBase
  }

  /// The place of a trained parameter in `trained`, nil for a frozen one.
  func place(_ parameter: TowerParameter) -> Int? {
    guard parameter.variable.requiresGrad else { return nil }
    trained.append(parameter.variable)
    return trained.count - 1
  }
}

/// Gradients of the trained parameters, zero at the start of a backward pass; every part adds to them.
struct GradientSet {
  private(set) var tensors: [Tensor?]

  init(like variables: [Variable], needs: [Bool]) throws {
    tensors = []
    for (i, variable) in variables.enumerated() {
      tensors.append(i < needs.count && needs[i] ? try Tensor.zeros(variable.value.shape) : nil)
    }
  }

  func pointer(_ place: Int?) -> Floats? {
    guard let place, let tensor = tensors[place] else { return nil }
    return tensor.mutableFloatBase
  }
}

/// Caches of a model's towers between calls: parameters by role, attention patterns of recent batch
/// sizes, plans of recent prompts, and states of images.
package final class TowerCache {
  private var set: TowerSet?
  private var plans: [VisionPlan] = []
  private var quantized: QuantizedTower?
  private var textPlans: [(prompts: [[PromptKey]], memory: Int, plan: TextPlan)] = []
  /// States of images below prompted blocks.
  let visionStates = VisionStateCache()
  /// Ids of earlier texts.
  let segments = SegmentMemory()

  /// An empty cache; it is filled by the first call.
  package init() {}

  func parameters(of model: CLIPModel) throws -> TowerSet {
    if let set { return set }
    let made = try TowerSet(model)
    set = made
    return made
  }

  /// - Throws: E0607 if there is no text tower.
  func textTransformer(of model: CLIPModel) throws -> TextParameters<TowerParameter> {
    try model.config.requireText()
    guard let text = try parameters(of: model).text else {
      throw Failure("E0607", "the model \(model.config.name) has no text tower")
    }
    return text
  }

  /// - Throws: E0605 if the image tower is not a transformer.
  func visionTransformer(of model: CLIPModel) throws -> VisionParameters<TowerParameter> {
    guard let vision = try parameters(of: model).vision else {
      throw Failure("E0605", "the image tower of \(model.config.name) is not a transformer")
    }
    return vision
  }

  /// The blocks of the image tower in 8-bit integers, computed again if the weights have changed.
  ///
  /// - Throws: E0405 if memory runs out, E0406 if interrupted.
  func quantizedBlocks(
    _ tower: VisionParameters<TowerParameter>, _ values: VisionParameters<Values>, _ vision: VisionConfig
  ) throws -> [QuantizedBlock] {
    if let quantized, quantized.isOf(tower) { return quantized.blocks }
    let made = try QuantizedTower(tower, values, vision)
    quantized = made
    return made.blocks
  }

  /// The plan of these prompts; recent plans are cached.
  func textPlan(_ prompts: [[PromptKey]], memory: Int, make: () throws -> TextPlan) throws -> TextPlan {
    if let known = textPlans.first(where: { $0.memory == memory && $0.prompts == prompts }) {
      return known.plan
    }
    let plan = try make()
    // Large plans are worth caching.
    guard plan.nodeCount <= 1 << 17 else { return plan }
    textPlans.append((prompts, memory, plan))
    if textPlans.count > 2 { textPlans.removeFirst() }
    return plan
  }

  func visionPlan(images: Int, tokens: Int) throws -> VisionPlan {
    if let known = plans.first(where: { $0.images == images && $0.tokens == tokens }) { return known }
    let plan = try VisionPlan(images: images, tokens: tokens)
    plans.append(plan)
    if plans.count > 4 { plans.removeFirst() }
    return plan
  }
}
