import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// B images, C classes.

/// Something a training run moves.
///
/// - Safety: the variable is changed by the thread that trains alone; others read it between steps.
public struct Parameter: @unchecked Sendable {
  /// The name in checkpoints.
  public let name: String
  /// Its value, and the gradient that a loss leaves there.
  public let variable: Variable
  /// The learning rate's factor for this parameter.
  public let rateFactor: Double
  /// The factor of weight decay for this parameter; nil for the optimizer's.
  public let decay: Double?

  /// A parameter that learns at the optimizer's rate, or at a factor of it.
  public init(_ name: String, _ variable: Variable, rateFactor: Double = 1, decay: Double? = nil) {
    self.name = name
    self.variable = variable
    self.rateFactor = rateFactor
    self.decay = decay
  }
}

/// Which of a model's classes a class loss sees.
public struct TrainingScope: Sendable, Hashable {
  /// Places among the model's classes, in the order in which the loss counts them.
  public let places: [Int]

  /// Different places among the model's classes.
  public init(_ places: [Int]) { self.places = places }

  /// Every one of so many classes.
  public static func all(_ count: Int) -> TrainingScope { TrainingScope(Array(0..<count)) }

  /// How many classes the loss sees.
  public var count: Int { places.count }

  /// Whether it is every one of so many classes, in their order.
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
  /// The names the labels count, nil for the classes of the loss's scope.
  public let classes: [String]?
  /// Where the images stand in their split; nil for images of none.
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
  /// What is differentiated. A scalar.
  public let total: Variable
  /// Unweighted: `class`, and what the method adds, such as a mixture's `text` and `gate`.
  public let parts: [(name: String, value: Variable)]
  /// Images of the batch whose largest logit is their label's.
  public let correct: Int
  /// Images of the batch.
  public let count: Int
  /// Of a model with experts: the share of each in the weights α. Sums to 1.
  public let gateLoad: [Float]?
  /// Numbers that are not part of the loss and are told with it.
  public let logged: [(name: String, value: Double)]

  /// A loss that has been computed, with its gradient's way back.
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

  /// A part of the loss by its name; nil for one that it does not have.
  public func part(_ name: String) -> Variable? { parts.first { $0.name == name }?.value }
}

/// A model with parameters that a loss moves.
///
/// Which classes the loss sees is said by whoever trains, each time; the model keeps no mode for it.
public protocol Trainable: Classifier {
  /// What is trained, always in the same order.
  var parameters: [Parameter] { get }

  /// The loss of a batch, from which the gradient reaches every parameter.
  ///
  /// - Parameter scope: the classes that the class loss sees.
  /// - Throws: E0705 when the batch does not fit; E0704 for a label's class outside the scope.
  func loss(_ batch: PromptBatch, scope: TrainingScope) throws -> PromptLoss
  /// Looks whether the first loss of a training has left its gradients where they belong.
  ///
  /// - Throws: an error for a parameter that the loss does not reach, where that is a fault.
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
  /// - Throws: E0705 when numbers do not fit; E0704.
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

/// Rows whose largest entry, the first of equals, is the target.
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
