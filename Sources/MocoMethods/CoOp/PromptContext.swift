import MocoAutograd
import MocoBase
import MocoCLIP
import MocoFormats
import MocoTensor

// C classes, n context tokens, W text width, D embedding width.

/// The initialisation and position of a learned context.
public struct ContextOptions: Sendable, Hashable {
  /// The initial context.
  public enum Start: Sendable, Hashable {
    /// The token embeddings of these words.
    case phrase(String)
    /// This number of random rows with standard deviation 0.02.
    case random(Int)
  }

  /// The position of the class name.
  public enum Position: String, Sendable, CaseIterable {
    /// [start] context name . [end]
    case end
    /// [start] half of the context, name, other half . [end]
    case middle
    /// [start] name context . [end]
    case front
  }

  /// The initial context.
  public var start = Start.phrase("a photo of a")
  /// One context for all classes, or one for each.
  public var shared = true
  /// The position of the class name.
  public var position = Position.end
  /// The seed of a random start.
  public var seed: UInt64 = 0

  /// CoOp's published options: "a photo of a", shared, at the end.
  public init() {}
}

/// A learned context next to the class name, V: what CoOp and its successors train.
///
/// t[c] = n(E_T([start] V, name of c, "." [end])), or with the name elsewhere.
public final class PromptContext {
  /// The model whose text tower encodes the prompts.
  public let clip: CLIPModel
  /// The classes that it was created with, in order; with one context per class, the classes of the contexts.
  public let classes: [String]
  /// Its options.
  public let options: ContextOptions
  /// n.
  public let length: Int
  /// V. Shape: [n, W], or [C, n, W] with a context for each class.
  public let context: Variable
  /// Memory limit for the text tower's activations in a step, in bytes.
  public var memory = TextPlan.defaultMemory { didSet { planOfStep = nil } }
  /// The name of the model in messages: "coop".
  private let owner: String
  private let text = TextFeatureCache()
  private var planOfStep: (scope: TrainingScope, plan: TextPlan)?

  /// - Throws: E0703 for an invalid class list, E0706 for a context without tokens, E0603 for one that is too long.
  public init(clip: CLIPModel, classes: [String], options: ContextOptions, owner: String) throws {
    try checkClasses(classes, least: 2)
    let reader = PromptText(clip: clip)
    let table = try TokenTable(clip)
    var row: [Float] = []
    let copies = options.shared ? 1 : classes.count
    switch options.start {
    case .phrase(let phrase):
      let ids = try reader.tokens(phrase)
      for _ in 0..<copies { for id in ids { row += try table.row(id) } }
      length = ids.count
    case .random(let count):
      guard count >= 1, count <= clip.config.text.context - 3 else {
        throw Failure(
          "E0706", "\(owner) cannot have \(count) context tokens",
          help:
            "use fewer: the model accepts \(clip.config.text.context) tokens, including [start], the class name and [end]"
        )
      }
      var random = Philox(seed: options.seed, stream: "coop context")
      row.reserveCapacity(copies * count * table.width)
      for _ in 0..<(copies * count * table.width) { row.append(0.02 * random.nextNormal()) }
      length = count
    }
    guard length > 0 else {
      throw Failure(
        "E0706", "\(owner)'s phrase has no words", help: "use a phrase such as \"a photo of a\"")
    }
    self.clip = clip
    self.classes = classes
    self.options = options
    self.owner = owner
    let shape = options.shared ? [length, table.width] : [classes.count, length, table.width]
    context = Variable(try Tensor(row, shape: shape), requiresGrad: true)
    // Every name is tokenized once here, so that an invalid one is an error now, not in training.
    _ = try keys(classes, places: Array(classes.indices))
  }

  /// The keys of the classes' prompts.
  ///
  /// - Parameter places: the classes of the contexts for the names, if each class has its own.
  /// - Throws: E0603, E0604 with the class.
  func keys(_ names: [String], places: [Int]?) throws -> [[PromptKey]] {
    let reader = PromptText(clip: clip)
    let alone = try names.map { try reader.name($0) }
    var before = ""
    if case .phrase(let phrase) = options.start { before = phrase + " " }
    let split: Int
    switch options.position {
    case .end: split = length
    case .middle: split = length / 2
    case .front: split = 0
    }
    func frame(_ place: Int) -> PromptText.Frame {
      let start = place * length
      return PromptText.Frame(
        before: before, after: ".", beforeRows: start..<(start + split),
        afterRows: (start + split)..<(start + length), replaced: 0, owner: owner)
    }
    var rows: [String: [[Int]]] = [:]
    guard !options.shared, let places else {
      return try reader.prompts(names, alone: alone, in: frame(0), rows: &rows)
    }
    return try names.indices.flatMap { index in
      var own: [String: [[Int]]] = [:]
      return try reader.prompts(
        [names[index]], alone: [alone[index]], in: frame(places[index]), rows: &own)
    }
  }

  private func encoded(_ plan: TextPlan) throws -> Variable {
    try F.normalize(clip.encodeText(plan, soft: rows()))
  }

  /// V as a matrix, one context after the other. Shape: [n, W] or [C·n, W].
  func rows() throws -> Variable {
    let width = context.value.shape.last ?? 0
    return options.shared ? context : try F.reshape(context, [classes.count * length, width])
  }

  /// t of the classes of a class loss, with gradient. Shape: [scope, D].
  func features(_ scope: TrainingScope) throws -> Variable {
    if let known = planOfStep, known.scope == scope { return try encoded(known.plan) }
    let plan = try clip.planText(keys(of: scope), memory: memory)
    planOfStep = (scope, plan)
    return try encoded(plan)
  }

  /// The keys of a step.
  func keys(of scope: TrainingScope) throws -> [[PromptKey]] {
    try keys(scope.places.map { classes[$0] }, places: scope.places)
  }

  /// t for any classes, without gradient, cached until the context changes. Shape: [names, D].
  ///
  /// - Parameter places: the indices of the names in the classes; nil for arbitrary names.
  /// - Throws: E0704 for a class without a context, if each class has its own.
  func features(_ names: [String], places: [Int]?) throws -> Tensor {
    try checkClasses(names)
    let places = options.shared ? nil : try places ?? ownPlaces(of: names)
    return try text.features(
      for: names, places: places, parameters: [context.value], keeping: !clip.trainsText
    ) {
      try Autograd.noGrad { try encoded(clip.planText(keys(names, places: places), memory: memory)).value }
    }
  }

  /// t for any classes, with gradient. Shape: [names, D].
  ///
  /// - Throws: as `features(_:places:)`.
  func features(recorded names: [String], places: [Int]?) throws -> Variable {
    try checkClasses(names)
    let places = options.shared ? nil : try places ?? ownPlaces(of: names)
    return try encoded(clip.planText(keys(names, places: places), memory: memory))
  }

  /// The classes of the contexts for these names.
  ///
  /// - Throws: E0704 for a name that the model does not have.
  private func ownPlaces(of names: [String]) throws -> [Int] {
    let known = Set(classes)
    if let name = names.first(where: { !known.contains($0) }) {
      throw Failure(
        "E0704", "this \(owner) learned one context per class, and has none for \"\(name)\"",
        help: "create it with shared: true to use it with new classes; its own classes are "
          + ClassPlaces.list(classes, first: { _ in true }))
    }
    return try ClassPlaces.all(names, in: classes)
  }

  /// The nearest words of every context token; with a context for each class, class after class.
  func nearestWords(count: Int) throws -> [NearWords] {
    let shape = context.value.shape
    let flat = try context.value.reshaped([shape.dropLast().reduce(1, *), shape.last ?? 0])
    var began: [String?] = [String?](repeating: nil, count: length)
    if case .phrase(let phrase) = options.start {
      began = try clip.tokenizer.encode(phrase).map { try clip.word($0) }
    }
    let near = try MocoMethods.nearestWords(flat, clip: clip, count: count)
    return near.enumerated().map { row, candidates in
      let place = options.shared ? "ctx[\(row)]" : "ctx[\(row / length)][\(row % length)]"
      let word = began.indices.contains(row % length) ? began[row % length] : nil
      return NearWords(place: place, began: word, candidates: candidates)
    }
  }
}

// MARK: Models with a learned context

/// A model that classifies by the text features of one learned context.
///
/// A method of this kind adds its name, its loss and its options; this protocol has everything else.
public protocol ContextModel: Planned, Worded, Copied, DifferentiableAnswers {
  var prompt: PromptContext { get }
}

extension ContextModel {
  /// The model whose text tower encodes the prompts.
  public var clip: CLIPModel { prompt.clip }
  /// The classes that it was created with, in order.
  public var classes: [String] { prompt.classes }
  /// V. Shape: [n, W], or [C, n, W] with a context for each class.
  public var context: Variable { prompt.context }
  /// n.
  public var contextLength: Int { prompt.length }
  /// Memory limit for the text tower's activations in a step, in bytes.
  public var memory: Int {
    get { prompt.memory }
    set { prompt.memory = newValue }
  }
  public var answersAnyNames: Bool { prompt.options.shared }
  public var hasPromptsOfClasses: Bool { !prompt.options.shared }
  /// V, with the name from CoOp's program.
  public var parameters: [Parameter] { [Parameter("ctx", prompt.context)] }

  /// t for any classes (with a context for each class: its own). Shape: [names, D].
  ///
  /// - Throws: E0704 for a class without a context, if each class has its own.
  public func textFeatures(_ names: [String]) throws -> Tensor { try prompt.features(names, places: nil) }

  public func answer(_ images: ImageInput, classes selection: ClassSelection) throws -> Answer {
    try Autograd.noGrad {
      let v = try imageFeatures(images)
      let t = Variable(try prompt.features(names(selection), places: places(selection)))
      return Answer(logits: try F.scale(F.matmul(v, F.permute(t, [1, 0])), clip.logitScale()).value)
    }
  }

  /// Logits of a step. Shape: v [B, D], t [scope, D] → [B, scope].
  func logits(_ v: Variable, _ t: Variable) throws -> Variable {
    try F.scale(F.matmul(v, F.permute(t, [1, 0])), clip.logitScale())
  }

  // MARK: Planned

  public func promptsOfStep(batch: Int, scope: TrainingScope) throws -> [[PromptKey]] {
    try prompt.keys(of: scope)
  }
  public func softRows() throws -> Variable? { try prompt.rows() }
  public func costOnce() throws -> PromptCost { PromptCost() }
  public func lossBytes(batch: Int) -> Int {
    (6 * clip.config.embedDim + 4 * batch) * classes.count * MemoryLayout<Float>.stride
  }

  // MARK: Stored, Shown, Worded

  public var classRows: Set<String> { prompt.options.shared ? [] : ["ctx"] }
  public var classRowsName: String { "context" }

  public func advice(saved shape: [Int]) -> String? {
    guard let tokens = shape.dropLast().last else { return nil }
    return shape.count == 3
      ? "it has one context of \(tokens) tokens for each of \(shape[0]) classes: "
        + "\(kind)(…, tokens: \(tokens), shared: false)"
      : "it has one context of \(tokens) tokens for all classes: \(kind)(…, tokens: \(tokens))"
  }

  /// A shared context matches any classes, so the number of classes is only known from other tensors in the file.
  public func classCount(ofForeign tensors: [TensorDescription]) -> Int? {
    guard prompt.options.shared else { return nil }
    return tensors.first {
      $0.name.split(separator: ".").last == "token_prefix" && $0.shape.count == 3
    }?.shape.first
  }

  public var headline: String? { "\(contextLength) tokens" }
  public var partCount: Int? { nil }
  public func nearestWords(part: Int?, count: Int) throws -> [NearWords] {
    try prompt.nearestWords(count: count)
  }
}

extension ContextOptions {
  /// All options except the seed, for `init(_:)`.
  var configuration: JsonObject {
    var object = JsonObject()
    switch start {
    case .phrase(let phrase): object["phrase"] = .string(phrase)
    case .random(let count): object["tokens"] = .int(count)
    }
    object["shared"] = .bool(shared)
    object["position"] = .string(position.rawValue)
    return object
  }

  /// The options of a configuration.
  ///
  /// - Parameter complete: whether every option is required; otherwise a missing one keeps its default.
  /// - Throws: E0708 for a missing option and for a value of another type.
  public init(_ json: Json, complete: Bool = false) throws {
    self.init()
    let reader = try ConfigurationReader(json, complete: complete)
    if reader.has("phrase") {
      if let phrase = try reader.text("phrase") { start = .phrase(phrase) }
    } else if let count = try reader.int("tokens") {
      start = .random(count)
    }
    shared = try reader.bool("shared") ?? shared
    position = try reader.word("position") ?? position
  }

  /// `init`, `tokens`, `shared`, `position` and `seed` from a program.
  init(_ arguments: any MethodArguments) throws {
    self.init()
    if arguments.hasValue("tokens") {
      start = .random(try arguments.integer("tokens"))
    } else {
      start = .phrase(try arguments.text("init"))
    }
    shared = try arguments.flag("shared")
    position = try arguments.word("position") ?? position
    seed = try arguments.seed()
  }

  /// The options that `init(_:)` reads.
  static let options: [MethodOption] = [
    MethodOption("init", .text, "\"a photo of a\"", "`init`: the words that initialise the context"),
    MethodOption("tokens", .integer, "nil", "`tokens: n`: initialises with n random rows instead"),
    MethodOption("shared", .flag, "true", "`shared: false`: a separate context for each class"),
    MethodOption(
      "position", .word, "\"end\"",
      "`position`: where the class name is inserted, `\"end\"`, `\"middle\"` or `\"front\"`"),
  ]

  /// Members of a configuration that a restored context replaces.
  static let replaced: Set<String> = ["phrase", "tokens", "memory"]
  static let answerOptions: Set<String> = ["position", "shared"]
}

extension MethodStorage.Contents {
  /// The budget of a model that was trained.
  var trainingMemory: Int? {
    (configuration["memory"]?.intValue ?? memory).flatMap { $0 > 0 ? $0 : nil }
  }
}
