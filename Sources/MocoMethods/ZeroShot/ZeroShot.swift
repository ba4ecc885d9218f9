import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// B images, C classes, D embedding width.

/// CLIP without training: one sentence per class, or the mean over several.
///
/// t[c] = n(Σ_m n(E_T(template m with c))), logits[b,c] = exp(logit_scale) · ⟨v_b, t[c]⟩.
public final class ZeroShot: Classifier, Copied {
  /// The CLIP model.
  public let clip: CLIPModel
  /// The classes that it was created with, in order.
  public let classes: [String]
  /// The sentences with averaged features.
  public let templates: [Template]
  /// The base classes; initially all.
  public private(set) var trained: TrainingScope
  private let text = TextFeatureCache()

  /// - Throws: E0703 for an empty class list or one with duplicates, or without a template.
  public init(clip: CLIPModel, classes: [String], templates: [Template]) throws {
    try checkClasses(classes, least: 2)
    guard !templates.isEmpty else {
      throw Failure("E0703", "zero_shot needs a template", help: "use one such as \"a photo of a {}.\"")
    }
    self.clip = clip
    self.classes = classes
    self.templates = templates
    trained = .all(classes.count)
    let reader = PromptText(clip: clip)
    for name in classes { _ = try reader.name(name) }
  }

  public func recordTraining(on scope: TrainingScope) { trained = scope }

  /// Template after template, a sentence for each class.
  private func sentences(_ names: [String]) throws -> [[PromptKey]] {
    let reader = PromptText(clip: clip)
    return try templates.flatMap { template in
      try names.map { try reader.sentence(template.filled(with: $0)) }
    }
  }

  /// The cost of the text features of some classes.
  ///
  /// - Throws: E0603, E0604 for invalid names.
  public func cost(_ names: [String]) throws -> PromptCost { try clip.cost(of: sentences(names)) }

  /// t for any classes. Shape: [C, D].
  ///
  /// - Throws: E0703 for an empty list; E0603, E0604 for invalid names.
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
      return Answer(logits: try F.scale(F.matmul(v, F.permute(t, [1, 0])), clip.logitScale()).value)
    }
  }

  public func copy() throws -> any Classifier {
    let copy = try ZeroShot(clip: clip.below(), classes: classes, templates: templates)
    copy.trained = trained
    return copy
  }

  public var configuration: Json {
    ["kind": .string(kind), "templates": .array(templates.map { .string($0.text) })]
  }

  public var headline: String? {
    templates.count == 1 ? "\"\(templates[0].text)\"" : "\(templates.count) templates"
  }

  // MARK: The method

  public var method: MethodDescriptor { ZeroShot.descriptor }

  static let descriptor = MethodDescriptor(
    kind: "zero_shot", typeName: "ZeroShot",
    summary: "CLIP without training: the class with the most similar sentence.",
    function: MethodFunction(
      "zero_shot",
      [
        .clip, .classes, MethodOption("template", .templates, "nil"),
        MethodOption("templates", .templates, "nil"),
      ],
      text: """
        CLIP without training: the class with the sentence most similar to the image. With several templates, the mean of
        their features is used. The default template is "a photo of a {}."
        """,
      example: """
        let zero = zero_shot(clip, classes: data.classes, template: "a photo of a {}.")
        let many = zero_shot(clip, classes: data.classes, templates: ways)
        """
    ) { arguments in
      guard !(arguments.isGiven("template") && arguments.isGiven("templates")) else {
        throw Failure(
          "E0305", "zero_shot accepts template or templates, not both", argument: "templates")
      }
      var list = [try Template("a photo of a {}.")]
      for name in ["template", "templates"] where arguments.hasValue(name) {
        list = try arguments.templates(name).templates
      }
      return try ZeroShot(clip: arguments.clip(), classes: arguments.classNames("classes"), templates: list)
    },
    storage: MethodStorage(answerOptions: ["templates"], replaced: []) { configuration, isComplete in
      _ = try ConfigurationReader(configuration, complete: isComplete).texts("templates")
    } make: { file in
      let texts = file.configuration["templates"]?.arrayValue?.compactMap(\.stringValue) ?? []
      return try ZeroShot(clip: file.clip, classes: file.classes, templates: texts.map { try Template($0) })
    })
}
