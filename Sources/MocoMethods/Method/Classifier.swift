import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// B images, C classes, D embedding width.

/// Which classes a question is about.
public enum ClassSelection: Hashable, Sendable {
  /// Every class of the model, in its order.
  case all
  /// The classes that it was trained on.
  case base
  /// The others.
  case new
  /// The model's classes at these places.
  case places([Int])
  /// Any names, also ones the model has never seen.
  case names([String])
}

/// What a model predicts for images: logits, and how they were routed.
public struct Answer {
  /// Shape: [B, number of selected classes].
  public let logits: Tensor
  /// Which expert saw which image, nil for models without experts.
  public let routing: Routing?

  /// An answer, with which expert saw which image.
  public init(logits: Tensor, routing: Routing? = nil) {
    self.logits = logits
    self.routing = routing
  }
}

/// A model of a method: something that says which class an image shows.
///
/// What more it can do, the protocols `Trainable`, `Planned`, `Routed`, `Worded` and `Copied` say, and what may be
/// said of its kind as a whole, its `MethodDescriptor`.
public protocol Classifier: Stored, Shown {
  /// The method that it is a model of.
  var method: MethodDescriptor { get }
  /// One word for tables, files and messages: "mixture", "coop", "zero_shot". The name of the method, unless the model
  /// has one of its own.
  var kind: String { get }
  /// The CLIP model that it stands on.
  var clip: CLIPModel { get }
  /// All classes, in the order of the data set.
  var classes: [String] { get }
  /// The classes that it was trained on, or made to be trained on; all where nobody said. Questions about base and
  /// new classes mean these; no loss reads them.
  var trained: TrainingScope { get }
  /// Whether image features depend on trained parameters, so that nobody may keep them.
  var trainsVision: Bool { get }
  /// Whether it asks of each image what it reads, features or pixels, so that nothing is made that nobody reads.
  var asksForImages: Bool { get }
  /// Whether a class has more than its name: something learned of its own.
  var hasPromptsOfClasses: Bool { get }
  /// Whether it can be asked about class names that it was not made with.
  var answersAnyNames: Bool { get }
  /// What to do for another one of its kind that has the data's classes.
  var remake: String { get }

  /// Notes the classes that it has been trained on.
  func recordTraining(on scope: TrainingScope)
  /// What the model says about images, without gradient.
  ///
  /// - Throws: E0705 for images that do not fit, E0704 for classes that it cannot be asked about.
  func answer(_ images: ImageInput, classes: ClassSelection) throws -> Answer
}

extension Classifier {
  public var kind: String { method.kind }
  public var trainsVision: Bool { false }
  public var asksForImages: Bool { false }
  public var answersAnyNames: Bool { true }
  public var hasPromptsOfClasses: Bool { false }
  public var remake: String { "make the \(kind) with classes: data.classes" }

  /// What a training moves; empty for a model that has nothing to train.
  public var trainableParameters: [Parameter] { (self as? any Trainable)?.parameters ?? [] }

  /// Logits without gradient. Shape: [B, number of selected classes].
  ///
  /// - Throws: as `answer`.
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

  /// The names of the classes that a class loss sees, in its order.
  public func names(_ scope: TrainingScope) -> [String] { names(.places(scope.places)) }

  /// The classes that a class loss over `names` sees. Changes nothing.
  ///
  /// - Throws: E0704 for a name the model does not have; E0703 for an empty list.
  public func scope(of names: [String]) throws -> TrainingScope {
    guard !names.isEmpty else { throw Failure("E0703", "training needs at least one class") }
    let places = try classIndices(of: names)
    guard Set(places).count == places.count else {
      throw Failure(
        "E0704", "two classes of the data are one class of this \(kind)",
        help: "make the \(kind) with the data's classes: classes: data.classes")
    }
    return TrainingScope(places)
  }

  /// Positions of `names` in `classes`.
  ///
  /// - Throws: E0704 for a name that is not there.
  func classIndices(of names: [String]) throws -> [Int] { try ClassPlaces.all(names, in: classes) }

  /// The places of a selection among the model's classes; nil for names that may be anybody's.
  package func places(_ selection: ClassSelection) -> [Int]? {
    switch selection {
    case .all: return Array(classes.indices)
    case .base: return trained.places
    case .new:
      let base = Set(trained.places)
      return classes.indices.filter { !base.contains($0) }
    case .places(let places): return places.filter(classes.indices.contains)
    case .names: return nil
    }
  }
}

/// Checks a class list.
///
/// Two classes may have one name, as some of ImageNet's do: their prompts are the same.
///
/// - Parameter least: a model tells names apart and takes two; a part of its classes may be one.
/// - Throws: E0703 for too few classes.
package func checkClasses(_ classes: [String], least: Int = 1) throws {
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
