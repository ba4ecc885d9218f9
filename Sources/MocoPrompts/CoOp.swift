import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// B images, C classes, n context tokens, W text width, D embedding width.

/// How a single soft prompt is set up.
public struct CoOpOptions: Sendable, Hashable {
  /// Where the context begins.
  public enum Start: Sendable, Hashable {
    /// The token embeddings of these words.
    case phrase(String)
    /// This many rows of normal numbers of deviation 0.02.
    case random(Int)
  }

  /// Where the class name stands.
  public enum Position: String, Sendable, CaseIterable {
    /// [start] context name . [end]
    case end
    /// [start] half of the context, name, other half . [end]
    case middle
    /// [start] name context . [end]
    case front
  }

  public var start = Start.phrase("a photo of a")
  /// One context for all classes, or one for each.
  public var shared = true
  public var position = Position.end
  public var seed: UInt64 = 0

  public init() {}
}

/// One soft prompt before the class name (Zhou, Yang, Loy, Liu: Learning to prompt for vision-language
/// models, IJCV 2022, arXiv 2109.01134): t[c] = n(E_T([start] V, name of c, "." [end])), trained by
/// cross-entropy alone.
public final class CoOp: ChunkedModel {
  public let clip: CLIPModel
  public let classes: [String]
  public let options: CoOpOptions
  public let contextLength: Int
  /// V. Shape: [n, W], or [C, n, W] with a context for each class.
  public let context: Variable
  public var trained: [Int] { didSet { planOfStep = nil } }
  public var memory = TextPlan.defaultMemory { didSet { planOfStep = nil } }
  private let text = TextFeatureCache()
  private var planOfStep: TextPlan?

  /// - Throws: E0703 for a bad class list, E0706 for a context without a token, E0603 for one too long.
  public init(clip: CLIPModel, classes: [String], options: CoOpOptions = .init()) throws {
    try checkClasses(classes, least: 2)
    let reader = PromptText(clip: clip)
    let table = try TokenTable(clip)
    var row: [Float] = []
    let copies = options.shared ? 1 : classes.count
    switch options.start {
    case .phrase(let phrase):
      let ids = try reader.tokens(phrase)
      for _ in 0..<copies { for id in ids { row += try table.row(id) } }
      contextLength = ids.count
    case .random(let count):
      guard count >= 1, count <= clip.config.text.context - 3 else {
        throw Failure(
          "E0706", "coop cannot have \(count) context tokens",
          help: "the model reads \(clip.config.text.context) tokens with [start], the name and [end]")
      }
      var random = Philox(seed: options.seed, stream: "coop context")
      row.reserveCapacity(copies * count * table.width)
      for _ in 0..<(copies * count * table.width) { row.append(0.02 * random.nextNormal()) }
      contextLength = count
    }
    guard contextLength > 0 else {
      throw Failure("E0706", "coop's phrase has no word", help: "for example phrase: \"a photo of a\"")
    }
    self.clip = clip
    self.classes = classes
    self.options = options
    let shape = options.shared ? [contextLength, table.width] : [classes.count, contextLength, table.width]
    context = Variable(try Tensor(row, shape: shape), requiresGrad: true)
    trained = Array(classes.indices)
    _ = try keys(classes, places: Array(classes.indices))
  }

  public var kind: String { "coop" }
  public var answersAnyNames: Bool { options.shared }
  public var classRows: Set<String> { options.shared ? [] : ["ctx"] }
  public var hasPromptsOfClasses: Bool { !options.shared }
  public var parameters: [Parameter] { [Parameter("ctx", context)] }

  /// - Parameter places: whose contexts the names meet where each class has its own.
  func keys(_ names: [String], places: [Int]?) throws -> [[PromptKey]] {
    let reader = PromptText(clip: clip)
    let alone = try names.map { try reader.name($0) }
    var before = ""
    if case .phrase(let phrase) = options.start { before = phrase + " " }
    let split: Int
    switch options.position {
    case .end: split = contextLength
    case .middle: split = contextLength / 2
    case .front: split = 0
    }
    func frame(_ place: Int) -> PromptText.Frame {
      let start = place * contextLength
      return PromptText.Frame(
        before: before, after: ".", beforeRows: start..<(start + split),
        afterRows: (start + split)..<(start + contextLength), replaced: 0, owner: "coop")
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

  /// V as a matrix, one context after the other.
  func rows() throws -> Variable {
    let width = context.value.shape.last ?? 0
    return options.shared ? context : try F.reshape(context, [classes.count * contextLength, width])
  }

  /// t for any classes (with a context for each class: its own). Shape: [C, D].
  ///
  /// - Throws: E0704 with a context for each class and a class that has none.
  public func textFeatures(_ names: [String]) throws -> Tensor { try textFeatures(.names(names)) }

  func textFeatures(_ selection: ClassSelection) throws -> Tensor {
    let names = self.names(selection)
    try checkClasses(names)
    let places = options.shared ? nil : try self.places(selection) ?? ownPlaces(of: names)
    return try text.features(
      for: names, places: places, parameters: [context.value], keeping: !clip.trainsText
    ) {
      try Autograd.noGrad { try encoded(clip.planText(keys(names, places: places), memory: memory)).value }
    }
  }

  /// The classes whose contexts these names have.
  ///
  /// - Throws: E0704 for a name that the model was not made with.
  private func ownPlaces(of names: [String]) throws -> [Int] {
    let known = Set(classes)
    if let name = names.first(where: { !known.contains($0) }) {
      throw Failure(
        "E0704", "this coop learned a context for each of its classes, and has none for \"\(name)\"",
        help: "make it with shared: true for classes that it has not seen; its own are "
          + ClassPlaces.list(classes, first: { _ in true }))
    }
    return try classIndices(of: names)
  }

  public func answer(_ images: ImageInput, classes selection: ClassSelection) throws -> Answer {
    try Autograd.noGrad {
      let v = try imageFeatures(images)
      let t = Variable(try textFeatures(selection))
      let logits = try F.scale(F.matmul(v, F.permute(t, [1, 0])), clip.logitScale()).value
      return Answer(logits: logits, routing: nil)
    }
  }

  public func loss(_ batch: PromptBatch) throws -> PromptLoss {
    let targets = try self.targets(of: batch)
    let v = try imageFeatures(batch.images)
    let plan = try planOfStep ?? clip.planText(keys(names(.base), places: trained), memory: memory)
    planOfStep = plan
    let logits = try F.scale(F.matmul(v, F.permute(encoded(plan), [1, 0])), clip.logitScale())
    let value = try F.crossEntropy(logits, targets: targets)
    return PromptLoss(
      total: value, parts: [("class", value)], correct: try correctCount(logits.value, targets),
      count: targets.count, gateLoad: nil)
  }
}
