import MocoBase
import MocoCLIP
import MocoFormats

/// A model that can be stored in a checkpoint.
public protocol Stored: AnyObject {
  /// Kind and options as a record, from which `MethodStorage.make` creates the model again. Without seeds: the values
  /// that they drew are replaced by the checkpoint's parameters.
  var configuration: Json { get }
  /// Parameters with one or more rows per class, by name.
  var classRows: Set<String> { get }
  /// The name in messages of the parameters of a class: "context".
  var classRowsName: String { get }
  /// Whether it depends on the order of its classes in a way that cannot be reordered.
  var needsClassOrder: Bool { get }
  /// The template groups of the model's parts, matched by name; none for other models.
  var groups: [TemplateGroup] { get }

  /// The location of a parameter in a file with another order of groups.
  ///
  /// - Parameter groups: the index of each group of the model in the file, nil if missing.
  func place(of parameter: String, groups: [Int?]) -> StoredPlace
  /// The remedy if a parameter in the file has another shape; nil if unknown.
  func advice(saved shape: [Int]) -> String?
  /// The number of classes of a file from another program, if its tensors tell and its parameters are
  /// still valid for any number.
  func classCount(ofForeign tensors: [TensorDescription]) -> Int?
}

/// The location of a parameter in a file.
public enum StoredPlace {
  /// The usual location: it belongs to no group.
  case same
  /// With this name, possibly with rows in another order.
  case other(name: String, rows: [Int?]?)
  /// Nowhere.
  case nowhere
}

extension Stored {
  public var classRows: Set<String> { [] }
  public var classRowsName: String { "rows" }
  public var needsClassOrder: Bool { false }
  public var groups: [TemplateGroup] { [] }
  public func place(of parameter: String, groups: [Int?]) -> StoredPlace { .same }
  public func advice(saved shape: [Int]) -> String? { nil }
  public func classCount(ofForeign tensors: [TensorDescription]) -> Int? { nil }
}

/// How checkpoints store the models of a method.
public struct MethodStorage: Sendable {
  /// The contents of a checkpoint of a model.
  public struct Contents {
    /// The CLIP model for it.
    public let clip: CLIPModel
    /// Its classes, in order.
    public let classes: [String]
    /// The value of `Stored.configuration`.
    public let configuration: Json
    /// Whether every option is required: files of version 1 have fewer.
    public let isComplete: Bool
    /// The memory limit of a training in version 1, outside the configuration.
    public let memory: Int?

    /// The contents of a checkpoint, by part.
    public init(clip: CLIPModel, classes: [String], configuration: Json, isComplete: Bool, memory: Int?) {
      self.clip = clip
      self.classes = classes
      self.configuration = configuration
      self.isComplete = isComplete
      self.memory = memory
    }
  }

  /// Options that affect the predictions of restored parameters, by dotted names; the others are for training.
  public let answerOptions: Set<String>
  /// Members of the configuration that a restore replaces, or that have their own checks.
  public let replaced: Set<String>
  /// The defaults for options that are missing in a file.
  public let unsaid: [String: Json]
  /// Whether its models are `Planned`, so that a training's checkpoint has a memory limit.
  public let isPlanned: Bool
  /// Tensors in other programs' files that are computed from class names and the frozen model: the prefixes of
  /// their names.
  public let derived: [String]
  /// Unused tensors in files of the method's authors: the prefixes of their names.
  public let unread: [String]
  /// Whether a different option matters, by its dotted name, given the options of the file.
  public let counts: @Sendable (_ option: String, _ saved: Json) -> Bool
  /// - Throws: E0708 for a corrupted configuration.
  public let check: @Sendable (_ configuration: Json, _ isComplete: Bool) throws -> Void
  /// - Throws: E0708 for a corrupted configuration; the errors of creating the model.
  public let make: @Sendable (Contents) throws -> any Classifier

  /// Every closure may be called on any thread.
  public init(
    answerOptions: Set<String>, replaced: Set<String>, unsaid: [String: Json] = [:], isPlanned: Bool = false,
    derived: [String] = [], unread: [String] = [],
    counts: @escaping @Sendable (String, Json) -> Bool = { _, _ in true },
    check: @escaping @Sendable (Json, Bool) throws -> Void,
    make: @escaping @Sendable (Contents) throws -> any Classifier
  ) {
    self.answerOptions = answerOptions
    // Every configuration contains its kind, which is checked separately.
    self.replaced = replaced.union(["kind"])
    self.unsaid = unsaid
    self.isPlanned = isPlanned
    self.derived = derived
    self.unread = unread
    self.counts = counts
    self.check = check
    self.make = make
  }
}
