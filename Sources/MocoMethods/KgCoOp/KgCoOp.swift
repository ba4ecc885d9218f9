import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// B images, C classes of the loss, D embedding width.

/// The options of a soft prompt that is kept near a hand-written one.
public struct KgCoOpOptions: Sendable, Hashable {
  /// The distance.
  public enum Distance: String, Sendable, CaseIterable {
    /// 1 − cos, as in the authors' program; the published weight is for this distance.
    case cosine
    /// ‖t − t⁰‖² of unit vectors, as in the paper: twice the cosine distance.
    case squared
  }

  /// The initialisation and position of the soft prompt.
  public var context = ContextOptions()
  /// λ.
  public var weight: Float = 8
  /// The distance of the second loss.
  public var distance = Distance.cosine
  /// The sentence of t⁰.
  public var template = "a photo of a {}."

  /// The published settings, with a generic sentence.
  public init() {}
}

/// A soft prompt whose text features stay near those of a hand-written sentence (Yao, Zhang, Xu: Visual-language
/// prompt tuning with knowledge-guided context optimization, CVPR 2023, arXiv 2303.13283).
///
/// - t[c] = n(E_T([start] V, name of c, "." [end])), t⁰[c] = n(E_T(template with c)), frozen
/// - L = cross-entropy + λ · mean over c of (1 − ⟨t[c], t⁰[c]⟩), over the classes of the class loss
public final class KgCoOp: ContextModel {
  /// V, and its encoding.
  public let prompt: PromptContext
  /// Its options.
  public let options: KgCoOpOptions
  /// The classes that it was trained on; initially all.
  public private(set) var trained: TrainingScope
  private let template: Template
  /// t⁰ of all classes, computed with the first loss. Shape: [classes, D].
  private var teacher: Tensor?

  /// - Throws: E0701 for a template without {}; E0706 for a weight below 0 and for a context without tokens;
  ///   E0703 for an invalid class list; E0603 for a prompt that is too long.
  public init(clip: CLIPModel, classes: [String], options: KgCoOpOptions = .init()) throws {
    guard options.weight >= 0, options.weight.isFinite else {
      throw Failure(
        "E0706", "the weight of the knowledge loss is \(options.weight)", help: "use 0 or more",
        argument: "weight")
    }
    template = try Template(options.template)
    prompt = try PromptContext(clip: clip, classes: classes, options: options.context, owner: "kgcoop")
    self.options = options
    trained = .all(classes.count)
    _ = try sentences()
  }

  public func recordTraining(on scope: TrainingScope) { trained = scope }

  /// - Throws: E0603 for a sentence longer than the context.
  private func sentences() throws -> [[PromptKey]] {
    let reader = PromptText(clip: clip)
    return try classes.map { try reader.sentence(template.filled(with: $0)) }
  }

  /// t⁰ of some classes. Shape: [scope, D].
  package func teacherFeatures(_ scope: TrainingScope) throws -> Tensor {
    let all =
      try teacher ?? Tensor(clip.unitFeatures(of: sentences()), shape: [classes.count, clip.config.embedDim])
    teacher = all
    return scope.isAll(classes.count) ? all : try all.indexSelect(axis: 0, scope.places)
  }

  public func loss(_ batch: PromptBatch, scope: TrainingScope) throws -> PromptLoss {
    let targets = try self.targets(of: batch, scope)
    let v = try imageFeatures(batch.images)
    let t = try prompt.features(scope)
    let answers = try classLoss(logits(v, t), targets)
    guard options.weight > 0 else {
      let none = Variable(try Tensor([0], shape: []))
      return PromptLoss(
        total: answers.total, parts: answers.parts + [("knowledge", none)], correct: answers.correct,
        count: answers.count)
    }
    // Both are unit vectors: 1 − cos is half of the squared distance.
    let cosines = try F.sum(F.mul(t, Variable(teacherFeatures(scope))))
    let one = Variable(try Tensor([1], shape: []))
    var distance = try F.add(one, F.scale(cosines, -1 / Float(scope.count)))
    if options.distance == .squared { distance = try F.scale(distance, 2) }
    return PromptLoss(
      total: try F.add(answers.total, F.scale(distance, options.weight)),
      parts: answers.parts + [("knowledge", distance)], correct: answers.correct, count: answers.count)
  }

  /// The sentences of t⁰, unless they are already encoded or no loss uses them.
  public func costOnce() throws -> PromptCost {
    guard teacher == nil, options.weight > 0 else { return PromptCost() }
    return try clip.cost(of: sentences())
  }

  public func copy() throws -> any Classifier {
    let copy = try KgCoOp(clip: clip.below(), classes: classes, options: options)
    try giveParameters(to: copy)
    copy.memory = memory
    return copy
  }

  public var configuration: Json {
    var object = JsonObject([("kind", .string(kind)), ("tokens", .int(contextLength))])
    for (name, value) in options.context.configuration { object[name] = value }
    object["weight"] = .float(options.weight)
    object["distance"] = .string(options.distance.rawValue)
    object["template"] = .string(options.template)
    object["memory"] = .int(memory)
    return .object(object)
  }

  public var remarks: [MethodRemark] {
    [
      .line(
        "weight \(Setting.number(options.weight)), kept near \"\(options.template)\" (\(options.distance.rawValue))"
      )
    ]
  }

  public func field(_ name: String) -> MethodValue? {
    switch name {
    case "context": .tensor(context)
    case "weight": .number(Double(Setting.number(options.weight)) ?? Double(options.weight))
    case "template": .text(options.template)
    case "distance": .text(options.distance.rawValue)
    default: nil
    }
  }

  // MARK: The method

  public var method: MethodDescriptor { KgCoOp.descriptor }

  static let descriptor = MethodDescriptor(
    kind: "kgcoop", typeName: "KgCoOp",
    summary: "One soft prompt before the class name, kept near a hand-written sentence.",
    function: MethodFunction(
      "kgcoop",
      [.clip, .classes] + ContextOptions.options + [
        MethodOption(
          "weight", .number, "8.0", "`weight`: λ, the weight of the distance; 8 is the published value"),
        MethodOption(
          "template", .text, "\"a photo of a {}.\"",
          "`template`: the sentence to stay near, such as the one of the data set: `\"a photo of a {}, a type of pet.\"`"
        ),
        MethodOption(
          "distance", .word, "\"cosine\"",
          "`distance`: `\"cosine\"`, 1 − cos, is the loss of the authors' program, with the weight of that program;\n"
            + "  `\"squared\"`, the squared distance of the paper, is twice that"),
        .base, .seed,
      ],
      text: """
        A soft prompt as in `coop`, with text features that stay near those of a hand-written sentence (Yao, Zhang, Xu 2023):
        cross-entropy + weight · the mean distance over the training classes. Accuracy on new classes drops less.
        `e.knowledge` is the mean distance.
        """,
      example: """
        let near = kgcoop(clip, classes: data.classes, weight: 8, template: "a photo of a {}.")
        train near on data.train for 5 epochs
        """
    ) { arguments in
      var options = KgCoOpOptions()
      options.context = try ContextOptions(arguments)
      options.weight = Float(try arguments.number("weight"))
      options.template = try arguments.text("template")
      options.distance = try arguments.word("distance") ?? options.distance
      return try KgCoOp(clip: arguments.clip(), classes: arguments.classNames("classes"), options: options)
    },
    fields: [
      MethodField(
        "context", "Tensor",
        "The soft tokens [tokens, width], or [classes, tokens, width] with one context per class."),
      MethodField("weight", "Float", "The weight of the distance to the sentence."),
      MethodField("template", "String", "The sentence that the prompt is kept near."),
      MethodField("distance", "String", "The distance: cosine or squared."),
    ],
    storage: MethodStorage(
      answerOptions: ContextOptions.answerOptions, replaced: ContextOptions.replaced, isPlanned: true,
      derived: ["token_prefix", "token_middle", "token_suffix"], unread: ["bias_vectors"]
    ) { configuration, isComplete in
      _ = try options(configuration, isComplete)
      let reader = try ConfigurationReader(configuration, complete: isComplete)
      _ = try (reader.size("tokens"), reader.size("memory"))
    } make: { file in
      let model = try KgCoOp(
        clip: file.clip, classes: file.classes, options: options(file.configuration, file.isComplete))
      if let memory = file.trainingMemory { model.memory = memory }
      return model
    })

  /// The options of a configuration.
  ///
  /// - Throws: E0708 for a missing option and for a value of another type.
  private static func options(_ json: Json, _ isComplete: Bool) throws -> KgCoOpOptions {
    var options = KgCoOpOptions()
    options.context = try ContextOptions(json, complete: isComplete)
    let reader = try ConfigurationReader(json, complete: isComplete)
    options.weight = try reader.float("weight") ?? options.weight
    options.distance = try reader.word("distance") ?? options.distance
    options.template = try reader.text("template") ?? options.template
    return options
  }
}
