import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// B images, C classes, G experts, D embedding width.

/// Something a training run moves.
public struct Parameter: @unchecked Sendable {
  /// The name in checkpoints.
  public let name: String
  public let variable: Variable
  /// The learning rate's factor for this parameter.
  public let rateFactor: Double

  public init(_ name: String, _ variable: Variable, rateFactor: Double = 1) {
    self.name = name
    self.variable = variable
    self.rateFactor = rateFactor
  }
}

/// Images as the method takes them.
public enum ImageInput {
  /// Image features, normalized or not. Shape: [B, D].
  case features(Tensor)
  /// Pixels after the model's normalization. Shape: [B, channels, H, W].
  case pixels(Tensor)

  public var count: Int {
    switch self {
    case .features(let tensor), .pixels(let tensor): return tensor.shape.first ?? 0
    }
  }
}

/// Images with their labels.
public struct PromptBatch {
  public let images: ImageInput
  /// Indices into `classes`.
  public let labels: [Int]
  /// The names the labels count, nil for the classes the model trains on.
  public let classes: [String]?

  public init(images: ImageInput, labels: [Int], classes: [String]? = nil) {
    self.images = images
    self.labels = labels
    self.classes = classes
  }
}

/// A loss with its parts, before weighting.
public struct PromptLoss {
  /// What is differentiated. A scalar.
  public let total: Variable
  /// Unweighted: `class`, and for a mixture `text` and `gate`.
  public let parts: [(name: String, value: Variable)]
  /// Images of the batch whose largest logit is their label's.
  public let correct: Int
  public let count: Int
  /// Mixture: the share of each expert in the weights α. Sums to 1.
  public let gateLoad: [Float]?

  public func part(_ name: String) -> Variable? { parts.first { $0.name == name }?.value }
}

/// Which classes a question is about.
public enum ClassSelection: Hashable, Sendable {
  /// Every class of the model, in its order.
  case all
  /// The classes the class loss sees.
  case base
  /// The others.
  case new
  /// The model's classes at these places.
  case places([Int])
  /// Any names, also ones the model has never seen.
  case names([String])
}

/// What a model says about images.
public struct Answer {
  /// Shape: [B, number of selected classes].
  public let logits: Tensor
  /// Which expert saw which image, nil for models without experts.
  public let routing: Routing?
}

/// What `train` and `evaluate` work with: zero-shot, one soft prompt, a mixture.
public protocol PromptModel: AnyObject {
  /// One word for tables: "mixture", "coop", "zero_shot".
  var kind: String { get }
  var clip: CLIPModel { get }
  /// All classes, in the order of the data set.
  var classes: [String] { get }
  /// Indices into `classes` that the class loss sees.
  var trained: [Int] { get set }
  /// What is trained. Empty for zero-shot.
  var parameters: [Parameter] { get }
  /// Whether image features depend on trained parameters, so that nobody may keep them.
  var trainsVision: Bool { get }
  /// Whether a class has more than its name: something learned of its own.
  var hasPromptsOfClasses: Bool { get }
  /// One line of options for run records.
  var configuration: Json { get }
  /// Whether it can be asked about class names that it was not made with.
  var answersAnyNames: Bool { get }
  /// Parameters with a row, or more, for each of its classes, by name.
  var classRows: Set<String> { get }
  /// What to do for another one of its kind that has the data's classes.
  var remake: String { get }

  /// - Throws: E0705 when the batch does not fit; E0704 for a label's class the model does not train on.
  func loss(_ batch: PromptBatch) throws -> PromptLoss
  /// What the model says about images, without gradient.
  func answer(_ images: ImageInput, classes: ClassSelection) throws -> Answer
  /// Which expert sees which image, nil for models without experts.
  func routing(_ images: ImageInput) throws -> Routing?
  /// The same model as it stands, with parameters of its own; gradients are not taken along.
  ///
  /// - Throws: E0405 where there is no room for them.
  func copy() throws -> any PromptModel
}

/// A model whose prompts are encoded in chunks where memory is short.
///
/// How they are cut follows from the prompts and the budget alone, and shows in the last bits of the
/// gradients: a training goes on bit for bit only with the budget it began with, so checkpoints hold it.
public protocol ChunkedModel: PromptModel {
  /// Bytes that the text tower's activations may take in a step.
  var memory: Int { get set }
  /// What a step of so many images encodes at the most: keys of all prompts.
  func promptsOfStep(batch: Int) throws -> [[PromptKey]]
  /// The rows that the prompts' soft keys name. Shape: [R, W]
  func softRows() throws -> Variable?
  /// What is encoded once, before the first step.
  func costOnce() throws -> PromptCost
  /// Bytes of the losses' tensors in a step of so many images, with the way back.
  func lossBytes(batch: Int) -> Int
}

extension PromptModel {
  public var trainsVision: Bool { false }
  public var answersAnyNames: Bool { true }
  public var classRows: Set<String> { [] }
  public var remake: String { "make the \(kind) with classes: data.classes" }

  public var hasPromptsOfClasses: Bool { false }

  public func routing(_ images: ImageInput) throws -> Routing? { nil }

  /// Logits without gradient. Shape: [B, number of selected classes].
  public func logits(_ images: ImageInput, classes: ClassSelection = .all) throws -> Tensor {
    try answer(images, classes: classes).logits
  }

  /// The names of a selection, in order.
  public func names(_ selection: ClassSelection) -> [String] {
    switch selection {
    case .all: return classes
    case .names(let names): return names
    default: return (places(selection) ?? []).map { classes[$0] }
    }
  }

  /// Lets the class loss see these classes only; the others stay in the text loss.
  ///
  /// - Throws: E0704 for a name the model does not have; E0703 for an empty list.
  public func train(on names: [String]) throws { trained = try scope(of: names) }

  /// The places of the classes that a class loss over `names` sees. Changes nothing.
  ///
  /// - Throws: E0704 for a name the model does not have; E0703 for an empty list.
  public func scope(of names: [String]) throws -> [Int] {
    guard !names.isEmpty else { throw Failure("E0703", "training needs at least one class") }
    let places = try classIndices(of: names)
    guard Set(places).count == places.count else {
      throw Failure(
        "E0704", "two classes of the data are one class of this \(kind)",
        help: "make the \(kind) with the data's classes: classes: data.classes")
    }
    return places
  }

  /// Positions of `names` in `classes`.
  ///
  /// - Throws: E0704 for a name that is not there.
  func classIndices(of names: [String]) throws -> [Int] {
    if let places = ClassPlaces.find(names, in: classes) { return places }
    let known = Set(classes)
    for name in names {
      guard known.contains(name) else {
        throw Failure(
          "E0704", "the model has no class \"\(name)\"",
          help: Nearest.name(to: name, among: classes).map { "did you mean \"\($0)\"?" }
            ?? "its classes are \(classes.prefix(12).joined(separator: ", "))")
      }
    }
    let twin = names.first { name in classes.lazy.filter { $0 == name }.count > 1 } ?? names.first ?? ""
    throw Failure(
      "E0704", "the model has several classes \"\(twin)\", and it is not clear which of them is meant",
      help: "take all of its classes, or its base or new ones")
  }

  /// The places of a selection among the model's classes; nil for names that may be anybody's.
  func places(_ selection: ClassSelection) -> [Int]? {
    switch selection {
    case .all: return Array(classes.indices)
    case .base: return trained
    case .new:
      let base = Set(trained)
      return classes.indices.filter { !base.contains($0) }
    case .places(let places): return places.filter(classes.indices.contains)
    case .names: return nil
    }
  }

  /// The batch's labels as positions in `trained`.
  ///
  /// - Throws: E0705 when numbers do not fit; E0704.
  func targets(of batch: PromptBatch) throws -> [Int] {
    guard !batch.labels.isEmpty else { throw Failure("E0705", "the batch is empty") }
    guard batch.labels.count == batch.images.count else {
      throw Failure(
        "E0705", "the batch has \(batch.images.count) images but \(batch.labels.count) labels")
    }
    var positions: [Int]?
    if let names = batch.classes, names != self.names(.base) {
      var place: [Int: Int] = [:]
      for (position, index) in trained.enumerated() { place[index] = position }
      guard let found = ClassPlaces.find(names, in: classes) else {
        throw differentNames(names, "batch", offers: .nothing)
      }
      positions = found.map { place[$0] ?? -1 }
    }
    let count = positions?.count ?? trained.count
    return try batch.labels.map { label in
      guard label >= 0, label < count else {
        throw Failure(
          "E0705", "label \(label) is outside the \(count) classes of the batch",
          help: "give labels from 0 to \(count - 1)")
      }
      let position = positions?[label] ?? label
      guard position >= 0 else {
        throw Failure(
          "E0704", "class \"\(batch.classes?[label] ?? "")\" is not among the classes this model trains on",
          help: "create the model with it, or train on data cut to its base classes")
      }
      return position
    }
  }
}

/// Checks a class list.
///
/// Two classes may have one name, as some of ImageNet's do: their prompts are the same.
///
/// - Parameter least: a model tells names apart and takes two; a part of its classes may be one.
/// - Throws: E0703 for too few classes.
func checkClasses(_ classes: [String], least: Int = 1) throws {
  guard let first = classes.first else {
    throw Failure(
      "E0703", "the class list is empty", help: "give names: classes: data.classes", argument: "classes")
  }
  guard least < 2 || classes.contains(where: { $0 != first }) else {
    throw Failure(
      "E0703", "there is only one class, \"\(first)\"",
      help: "telling images apart takes two classes or more",
      argument: "classes")
  }
}
