import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// B images, C classes, D embedding width.

/// CLIP without training: one sentence a class, or the mean over several.
///
/// t[c] = n(Σ_m n(E_T(template m with c))), logits[b,c] = exp(logit_scale) · ⟨v_b, t[c]⟩.
public final class ZeroShot: PromptModel {
  public let clip: CLIPModel
  public let classes: [String]
  public let templates: [Template]
  public var trained: [Int]
  private let text = TextFeatureCache()

  /// - Throws: E0703 for an empty or repeated class list, or without a template.
  public init(clip: CLIPModel, classes: [String], templates: [Template]) throws {
    try checkClasses(classes, least: 2)
    guard !templates.isEmpty else {
      throw Failure("E0703", "zero_shot needs a template", help: "for example \"a photo of a {}.\"")
    }
    self.clip = clip
    self.classes = classes
    self.templates = templates
    trained = Array(classes.indices)
    let reader = PromptText(clip: clip)
    for name in classes { _ = try reader.name(name) }
  }

  public var kind: String { "zero_shot" }
  public var parameters: [Parameter] { [] }
  public var configuration: Json {
    ["kind": "zero_shot", "templates": .array(templates.map { .string($0.text) })]
  }

  /// Template after template, a sentence for each class.
  func sentences(_ names: [String]) throws -> [[PromptKey]] {
    let reader = PromptText(clip: clip)
    return try templates.flatMap { template in
      try names.map { try reader.sentence(template.filled(with: $0)) }
    }
  }

  /// t for any classes. Shape: [C, D].
  public func textFeatures(_ names: [String]) throws -> Tensor {
    try checkClasses(names)
    return try text.features(for: names, parameters: [], keeping: !clip.trainsText) {
      let width = clip.config.embedDim
      let features = try clip.unitFeatures(of: sentences(names))
      guard templates.count > 1 else { return try Tensor(features, shape: [names.count, width]) }
      var sums = [Float](repeating: 0, count: names.count * width)
      for m in templates.indices {
        for i in sums.indices { sums[i] += features[m * sums.count + i] }
      }
      for c in names.indices { normalize(&sums, (c * width)..<((c + 1) * width)) }
      return try Tensor(sums, shape: [names.count, width])
    }
  }

  public func answer(_ images: ImageInput, classes selection: ClassSelection) throws -> Answer {
    try Autograd.noGrad {
      let v = try imageFeatures(images)
      let t = Variable(try textFeatures(names(selection)))
      let logits = try F.scale(F.matmul(v, F.permute(t, [1, 0])), clip.logitScale()).value
      return Answer(logits: logits, routing: nil)
    }
  }

  /// The cross-entropy. It has no gradient: nothing is trained.
  public func loss(_ batch: PromptBatch) throws -> PromptLoss {
    let targets = try self.targets(of: batch)
    let logits = try self.logits(batch.images, classes: .base)
    let value = try F.crossEntropy(Variable(logits), targets: targets)
    return PromptLoss(
      total: value, parts: [("class", value)], correct: try correctCount(logits, targets),
      count: targets.count,
      gateLoad: nil)
  }
}
