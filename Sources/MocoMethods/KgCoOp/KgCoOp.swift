import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// B images, C classes of the loss, D embedding width.

/// How a soft prompt that is kept near a hand-written one is set up.
public struct KgCoOpOptions: Sendable, Hashable {
  /// What "near" means.
  public enum Distance: String, Sendable, CaseIterable {
    /// 1 − cos, as the authors' program has it; the published weight goes with it.
    case cosine
    /// ‖t − t⁰‖² of unit vectors, as the paper writes it: twice as much.
    case squared
  }

  /// How the soft prompt begins, and where it stands.
  public var context = ContextOptions()
  /// λ.
  public var weight: Float = 8
  /// What the second loss measures.
  public var distance = Distance.cosine
  /// The sentence of t⁰.
  public var template = "a photo of a {}."

  /// The published settings, with a sentence for any data.
  public init() {}
}

/// A soft prompt whose text features stay near those of a hand-written sentence (Yao, Zhang, Xu: Visual-language
/// prompt tuning with knowledge-guided context optimization, CVPR 2023, arXiv 2303.13283).
///
/// - t[c] = n(E_T([start] V, name of c, "." [end])), t⁰[c] = n(E_T(template with c)), frozen
/// - L = cross-entropy + λ · mean over c of (1 − ⟨t[c], t⁰[c]⟩), over the classes that the class loss sees
public final class KgCoOp: ContextModel {
  /// V, and what is encoded with it.
  public let prompt: PromptContext
  /// How it was set up.
  public let options: KgCoOpOptions
  /// The classes that it was trained on; all at first.
  public private(set) var trained: TrainingScope
  private let template: Template
  /// t⁰ of all classes, made with the first loss. Shape: [classes, D].
  private var teacher: Tensor?

  /// - Throws: E0701 for a template without a hole; E0706 for a weight below 0 and for a context without a token;
  ///   E0703 for a bad class list; E0603 for a prompt too long.
  public init(clip: CLIPModel, classes: [String], options: KgCoOpOptions = .init()) throws {
    guard options.weight >= 0, options.weight.isFinite else {
      throw Failure(
        "E0706", "the weight of the knowledge loss is \(options.weight)", help: "give 0 or more",
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

  /// The sentences of t⁰, unless they are encoded already or no loss reads them.
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
          "weight", .number, "8.0", "`weight`: λ, how much nearness counts; 8 is the published one"),
        MethodOption(
          "template", .text, "\"a photo of a {}.\"",
          "`template`: the sentence to stay near, such as the data set's own: `\"a photo of a {}, a type of pet.\"`"
        ),
        MethodOption(
          "distance", .word, "\"cosine\"",
          "`distance`: `\"cosine\"`, 1 − cos, is what the authors' program minimizes, and the weight is that of the program;\n"
            + "  `\"squared\"`, the squared distance of the paper, is twice that"),
        .base, .seed,
      ],
      text: """
        A soft prompt as `coop`'s, whose text features are kept near those of a hand-written sentence (Yao, Zhang, Xu 2023):
        cross-entropy + weight · the mean distance over the classes that are trained on. It forgets less about new classes.
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
      MethodField("context", "Tensor", "The soft tokens [tokens, width], or one such for each class."),
      MethodField("weight", "Float", "How much nearness to the sentence counts."),
      MethodField("template", "String", "The sentence that it is kept near."),
      MethodField("distance", "String", "What nearness means: cosine or squared."),
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

  /// The options that a configuration names.
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
