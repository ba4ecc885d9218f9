import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// B images, C classes, D embedding width.

/// A selection of classes.
public enum ClassSelection: Hashable, Sendable {
  /// Every class of the model, in order.
  case all
  /// The classes that it was trained on.
  case base
  /// The other classes.
  case new
  /// The model's classes with these indices.
  case places([Int])
  /// Arbitrary names, also unknown to the model.
  case names([String])
}

/// The predictions of a model for images: logits, and the routing.
public struct Answer {
  /// Shape: [B, number of selected classes].
  public let logits: Tensor
  /// The routing of the images, nil for models without experts.
  public let routing: Routing?

  /// A prediction, with the routing of the images.
  public init(logits: Tensor, routing: Routing? = nil) {
    self.logits = logits
    self.routing = routing
  }
}

/// A model of a method: it predicts the class of an image.
///
/// The protocols `Trainable`, `Planned`, `Routed`, `Worded` and `Copied` add capabilities. `MethodDescriptor` has
/// the properties of its kind.
public protocol Classifier: Stored, Shown {
  /// The method of the model.
  var method: MethodDescriptor { get }
  /// One word for tables, files and messages: "mixture", "coop", "zero_shot". The name of the method, unless the model
  /// has its own.
  var kind: String { get }
  /// The CLIP model that it uses.
  var clip: CLIPModel { get }
  /// All classes, in the order of the data set.
  var classes: [String] { get }
  /// The classes that it was trained on, or created to be trained on; all by default. Base and
  /// new classes refer to these; no loss uses them.
  var trained: TrainingScope { get }
  /// Whether image features depend on trained parameters, so that they must not be cached.
  var trainsVision: Bool { get }
  /// Whether it requests features or pixels of each image on demand, so that nothing is computed without need.
  var asksForImages: Bool { get }
  /// Whether classes have their own learned parameters, not only names.
  var hasPromptsOfClasses: Bool { get }
  /// Whether it supports class names that it was not created with.
  var answersAnyNames: Bool { get }
  /// The remedy: how to create a model of this kind with the data's classes.
  var remake: String { get }

  /// Records the classes that it has been trained on.
  func recordTraining(on scope: TrainingScope)
  /// The predictions of the model for images, without gradient.
  ///
  /// - Throws: E0705 for images that do not match, E0704 for unsupported classes.
  func answer(_ images: ImageInput, classes: ClassSelection) throws -> Answer
}

extension Classifier {
  public var kind: String { method.kind }
  public var trainsVision: Bool { false }
  public var asksForImages: Bool { false }
  public var answersAnyNames: Bool { true }
  public var hasPromptsOfClasses: Bool { false }
  public var remake: String { "create the \(kind) with classes: data.classes" }

  /// The trainable parameters; empty for a model without any.
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

  /// The names of the classes of a class loss, in its order.
  public func names(_ scope: TrainingScope) -> [String] { names(.places(scope.places)) }

  /// The classes of a class loss over `names`. Does not change the model.
  ///
  /// - Throws: E0704 for an unknown name; E0703 for an empty list.
  public func scope(of names: [String]) throws -> TrainingScope {
    guard !names.isEmpty else { throw Failure("E0703", "training needs at least one class") }
    let places = try classIndices(of: names)
    guard Set(places).count == places.count else {
      throw Failure(
        "E0704", "two classes of the data map to one class of this \(kind)",
        help: "create the \(kind) with the classes of the data: classes: data.classes")
    }
    return TrainingScope(places)
  }

  /// Positions of `names` in `classes`.
  ///
  /// - Throws: E0704 for an unknown name.
  func classIndices(of names: [String]) throws -> [Int] { try ClassPlaces.all(names, in: classes) }

  /// The indices of a selection in the model's classes; nil for arbitrary names.
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
/// Two classes may have the same name, as in ImageNet: their prompts are the same.
///
/// - Parameter least: the minimum number of classes: two for a model; a selection of its classes may be one.
/// - Throws: E0703 for too few classes.
package func checkClasses(_ classes: [String], least: Int = 1) throws {
  guard let first = classes.first else {
    throw Failure(
      "E0703", "the class list is empty", help: "pass class names: classes: data.classes", argument: "classes"
    )
  }
  guard least < 2 || classes.contains(where: { $0 != first }) else {
    throw Failure(
      "E0703", "there is only one class, \"\(first)\"",
      help: "use at least two classes",
      argument: "classes")
  }
}
