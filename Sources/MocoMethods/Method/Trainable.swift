import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// B images, C classes.

/// A trainable parameter.
///
/// - Safety: only the training thread changes the variable; others read it between steps.
public struct Parameter: @unchecked Sendable {
  /// The name in checkpoints.
  public let name: String
  /// Its value, and the gradient of a loss.
  public let variable: Variable
  /// The factor on the learning rate for this parameter.
  public let rateFactor: Double
  /// The weight decay of this parameter; nil for the optimizer's.
  public let decay: Double?

  /// A parameter with the optimizer's learning rate, or a factor of it.
  public init(_ name: String, _ variable: Variable, rateFactor: Double = 1, decay: Double? = nil) {
    self.name = name
    self.variable = variable
    self.rateFactor = rateFactor
    self.decay = decay
  }
}

/// The classes of a model that a class loss uses.
public struct TrainingScope: Sendable, Hashable {
  /// Indices of the model's classes, in the order of the loss.
  public let places: [Int]

  /// Distinct indices of the model's classes.
  public init(_ places: [Int]) { self.places = places }

  /// All of this many classes.
  public static func all(_ count: Int) -> TrainingScope { TrainingScope(Array(0..<count)) }

  /// The number of classes of the loss.
  public var count: Int { places.count }

  /// Whether it is all of this many classes, in order.
  public func isAll(_ count: Int) -> Bool {
    places.count == count && places.indices.allSatisfy { places[$0] == $0 }
  }
}

/// Images with their labels.
public struct PromptBatch {
  /// The images of a step. B of them.
  public let images: ImageInput
  /// Indices into `classes`.
  public let labels: [Int]
  /// The class names of the labels, nil for the classes of the loss's scope.
  public let classes: [String]?
  /// The indices of the images in their split; nil for other images.
  public let indices: [Int]?

  /// A label for each image.
  public init(images: ImageInput, labels: [Int], classes: [String]? = nil, indices: [Int]? = nil) {
    self.images = images
    self.labels = labels
    self.classes = classes
    self.indices = indices
  }
}

/// A loss with its parts, before weighting.
public struct PromptLoss {
  /// The differentiated loss. A scalar.
  public let total: Variable
  /// Unweighted: `class`, and parts of the method, such as a mixture's `text` and `gate`.
  public let parts: [(name: String, value: Variable)]
  /// The number of correctly classified images of the batch.
  public let correct: Int
  /// Images of the batch.
  public let count: Int
  /// For a model with experts: the share of each in the weights α. Sums to 1.
  public let gateLoad: [Float]?
  /// Numbers that are reported with the loss but are not part of it.
  public let logged: [(name: String, value: Double)]

  /// A computed loss that can be differentiated.
  public init(
    total: Variable, parts: [(name: String, value: Variable)], correct: Int, count: Int,
    gateLoad: [Float]? = nil, logged: [(name: String, value: Double)] = []
  ) {
    self.logged = logged
    self.total = total
    self.parts = parts
    self.correct = correct
    self.count = count
    self.gateLoad = gateLoad
  }

  /// A part of the loss by its name; nil if missing.
  public func part(_ name: String) -> Variable? { parts.first { $0.name == name }?.value }
}

/// A model with trainable parameters.
///
/// The caller passes the classes of the loss each time; the model keeps no mode for them.
public protocol Trainable: Classifier {
  /// The trainable parameters, always in the same order.
  var parameters: [Parameter] { get }

  /// The loss of a batch, from which the gradient reaches every parameter.
  ///
  /// - Parameter scope: the classes of the class loss.
  /// - Throws: E0705 if the batch does not match; E0704 for a label outside the scope.
  func loss(_ batch: PromptBatch, scope: TrainingScope) throws -> PromptLoss
  /// Checks that the first loss of a training has reached every parameter.
  ///
  /// - Throws: an error for a parameter that the loss does not reach, if that is not allowed.
  func checkReached() throws
}

extension Trainable {
  public func checkReached() throws {}
}

extension Classifier {
  /// The loss of a batch over all classes of the model.
  ///
  /// - Throws: as `loss(_:scope:)`.
  public func loss(_ batch: PromptBatch) throws -> PromptLoss {
    try anyLoss(batch, scope: .all(classes.count))
  }

  /// The loss of a batch; for a model without parameters its cross-entropy, which has no gradient.
  ///
  /// - Throws: as `loss(_:scope:)`.
  public func anyLoss(_ batch: PromptBatch, scope: TrainingScope) throws -> PromptLoss {
    if let trainable = self as? any Trainable { return try trainable.loss(batch, scope: scope) }
    let targets = try self.targets(of: batch, scope)
    return try classLoss(Variable(logits(batch.images, classes: .places(scope.places))), targets)
  }

  /// The cross-entropy as a loss of one part.
  ///
  /// - Shape: logits [B, classes of the scope]; targets are columns.
  func classLoss(_ logits: Variable, _ targets: [Int]) throws -> PromptLoss {
    let value = try F.crossEntropy(logits, targets: targets)
    return PromptLoss(
      total: value, parts: [("class", value)], correct: try correctCount(logits.value, targets),
      count: targets.count)
  }

  /// The batch's labels as positions in the scope.
  ///
  /// - Throws: E0705 if numbers do not match; E0704.
  package func targets(of batch: PromptBatch, _ scope: TrainingScope) throws -> [Int] {
    guard !batch.labels.isEmpty else { throw Failure("E0705", "the batch is empty") }
    guard batch.labels.count == batch.images.count else {
      throw Failure(
        "E0705", "the batch has \(batch.images.count) images but \(batch.labels.count) labels")
    }
    var positions: [Int]?
    if let names = batch.classes, names != self.names(scope) {
      var place: [Int: Int] = [:]
      for (position, index) in scope.places.enumerated() { place[index] = position }
      guard let found = ClassPlaces.find(names, in: classes) else {
        throw differentNames(names, "batch", offers: .nothing)
      }
      positions = found.map { place[$0] ?? -1 }
    }
    let count = positions?.count ?? scope.count
    return try batch.labels.map { label in
      guard label >= 0, label < count else {
        throw Failure(
          "E0705", "label \(label) is out of range: the batch has \(count) classes",
          help: "use labels from 0 to \(count - 1)")
      }
      let position = positions?[label] ?? label
      guard position >= 0 else {
        throw Failure(
          "E0704",
          "class \"\(batch.classes?[label] ?? "")\" is not one of the training classes of this model",
          help: "create the model with it, or train on data cut to its base classes")
      }
      return position
    }
  }
}

/// The number of rows in which the largest entry, the first in case of a tie, is the target.
///
/// - Shape: logits [B, C]
package func correctCount(_ logits: Tensor, _ targets: [Int]) throws -> Int {
  let columns = logits.shape.last ?? 0
  guard columns > 0 else { return 0 }
  return try logits.contiguous().withFloats { values in
    var correct = 0
    for (b, target) in targets.enumerated() {
      var best = 0
      for c in 1..<max(1, columns) where values[b * columns + c] > values[b * columns + best] { best = c }
      if best == target { correct += 1 }
    }
    return correct
  }
}
