import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// B images, C classes, G experts, K chosen per image, M templates in all, D embedding width.

/// A mixture of soft prompts with a router (Du, Niu, Zhao: Mixture of prompts learning for vision-language
/// models, Frontiers in Artificial Intelligence 8, 2025, 10.3389/frai.2025.1580973).
///
/// - v = n(E_I(image))
/// - t[g,c] = n(E_T([start] P_g, name of c, Q_g [end]) + w)
/// - h, S, α: the router's scores, choice and weights
/// - logits[b,c] = exp(logit_scale) · Σ_{g∈S} α_g ⟨v_b, t[g,c]⟩
///
/// n(x) = x/‖x‖. Trained: P, Q, the router, w, and optionally the vision tower's LayerNorms.
public final class Mixture: Classifier {
  /// The frozen model; with trained LayerNorms, a model with its own ones.
  public let clip: CLIPModel
  /// The sentences that initialise the experts and keep them near.
  public let templates: TemplateSet
  /// All classes, in the order of the data set.
  public let classes: [String]
  /// Its options.
  public let options: MixtureOptions
  /// P and Q of the G experts.
  public let prompts: SoftPrompts
  /// Selects K experts for an image.
  public let router: Router
  /// w: a learned bias that is added to text features before normalization, like the residual of TaskRes, but shared
  /// by all classes. Shape: [D]. Initially zero.
  public let correction: Variable
  /// The classes that it was trained on; initially all.
  public private(set) var trained: TrainingScope
  /// Memory limit for the text tower's activations in a step, in bytes.
  public var memory: Int { didSet { keysOfStep = nil } }

  let text: TextFeatureCache
  var frozen: HardFeatures?
  var keysOfStep: StepKeys?

  /// - Throws: E0701–E0706 for invalid options; E0603, E0604 for an invalid class name.
  public init(
    clip: CLIPModel, templates: TemplateSet, classes: [String], options: MixtureOptions = .init()
  ) throws {
    try checkClasses(classes, least: 2)
    try options.loss.check()
    guard options.visionRateFactor >= 0, options.visionRateFactor.isFinite else {
      throw Failure(
        "E0706", "the vision rate factor is \(options.visionRateFactor)", help: "use 0 or more")
    }
    guard !options.trainVisionLayerNorms || !clip.visionLayerNorms().isEmpty else {
      throw Failure(
        "E0706", "the image tower of \(clip.config.name) has no LayerNorms to train",
        help: "leave out vision_layernorm, or use a model with a vision transformer")
    }
    let own = try options.trainVisionLayerNorms ? clip.withOwnVisionLayerNorms() : clip
    let prompts = try SoftPrompts(
      clip: own, groups: templates.groups, start: options.start, seed: options.seed)
    self.clip = own
    self.templates = templates
    self.classes = classes
    self.options = options
    memory = options.memory
    self.prompts = prompts
    router = try Router(
      width: own.config.embedDim, experts: prompts.count, options: options.router, seed: options.seed)
    correction = Variable(try Tensor.zeros([own.config.embedDim]), requiresGrad: true)
    trained = .all(classes.count)
    text = TextFeatureCache()
    // Every name is tokenized once here, so that an invalid one is an error now, not in training.
    _ = try prompts.keys(experts: Array(prompts.experts.indices), names: classes, fullStop: true)
  }

  public func recordTraining(on scope: TrainingScope) { trained = scope }

  public var trainsVision: Bool { options.trainVisionLayerNorms }

  /// P and Q of every expert, the router, w, then the vision LayerNorms.
  public var parameters: [Parameter] {
    var list = prompts.parameters + router.parameters + [Parameter("w", correction)]
    if options.trainVisionLayerNorms {
      list += clip.visionLayerNorms().map {
        Parameter($0.name, $0.variable, rateFactor: options.visionRateFactor)
      }
    }
    return list
  }

  public func answer(_ images: ImageInput, classes selection: ClassSelection) throws -> Answer {
    try Autograd.noGrad {
      let v = try imageFeatures(images)
      let names = self.names(selection)
      let features = try textFeatures(names)
      let (alpha, routing) = try router.weights(router.scores(v))
      return Answer(logits: try mixed(v, features, alpha, classes: names.count).value, routing: routing)
    }
  }

  /// t, normalized, cached until a parameter changes. Shape: [G, C, D], flat [G·C, D].
  package func textFeatures(_ names: [String]) throws -> Variable {
    try checkClasses(names)
    let known = prompts.parameters.map(\.variable.value) + [correction.value]
    let all = Array(prompts.experts.indices)
    let kept = try text.features(for: names, parameters: known, keeping: !clip.trainsText) {
      let keys = try prompts.keys(experts: all, names: names, fullStop: false)
      let plan = try clip.planText(keys, memory: memory)
      return try Autograd.noGrad { try self.encoded(plan).value }
    }
    return Variable(kept)
  }

  /// n(E_T(prompts) + w). Shape: [N, D].
  ///
  /// - Parameter trained: the experts with a gradient; nil: all.
  func encoded(_ plan: TextPlan, trained: [Int]? = nil) throws -> Variable {
    try F.normalize(F.add(clip.encodeText(plan, soft: prompts.rows(trained: trained)), correction))
  }

  /// s · Σ_g α[b,g] ⟨v_b, t[g,c]⟩.
  ///
  /// - Shape: v [B, D], t [G·C, D], alpha [B, G] → [B, C]
  func mixed(_ v: Variable, _ t: Variable, _ alpha: Variable, classes count: Int) throws -> Variable {
    let rows = v.value.shape[0]
    let experts = alpha.value.shape[1]
    let scores = try F.reshape(F.matmul(v, F.permute(t, [1, 0])), [rows, experts, count])
    let weighted = try F.mul(scores, F.reshape(alpha, [rows, experts, 1]))
    return try F.scale(F.sum(weighted, axis: 1), clip.logitScale())
  }
}
