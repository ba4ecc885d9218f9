import MocoBase
import MocoCLIP
import MocoFormats

/// A model as a checkpoint holds it.
public protocol Stored: AnyObject {
  /// Kind and options as a record, from which `MethodStorage.make` makes the model again. Seeds stay out: what they
  /// drew is replaced by the checkpoint's parameters.
  var configuration: Json { get }
  /// Parameters with a row, or more, for each of its classes, by name.
  var classRows: Set<String> { get }
  /// How messages call what a class has of its own: "context".
  var classRowsName: String { get }
  /// Whether something of it depends on the order of its classes that no file can put in another.
  var needsClassOrder: Bool { get }
  /// The groups of templates whose parts the model has, which are found by their names; none for other models.
  var groups: [TemplateGroup] { get }

  /// Where a file has a parameter whose groups stand elsewhere there.
  ///
  /// - Parameter groups: for each group of the model its place in the file, nil where it is not there.
  func place(of parameter: String, groups: [Int?]) -> StoredPlace
  /// What to make where a file has a parameter in another shape; nil where that is not known.
  func advice(saved shape: [Int]) -> String?
  /// With how many classes the file of another program was trained, where its tensors tell and its parameters are
  /// nevertheless good for any number.
  func classCount(ofForeign tensors: [TensorDescription]) -> Int?
}

/// Where a parameter stands in a file.
public enum StoredPlace {
  /// Where it always stands: it belongs to no group.
  case same
  /// Under this name, its rows perhaps in another order.
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

/// How checkpoints hold the models of a method.
public struct MethodStorage: Sendable {
  /// What a checkpoint tells of a model.
  public struct Contents {
    /// The CLIP model that it is to stand on.
    public let clip: CLIPModel
    /// Its classes, in order.
    public let classes: [String]
    /// What `Stored.configuration` said.
    public let configuration: Json
    /// Whether every option must be there: files of version 1 have fewer.
    public let isComplete: Bool
    /// The budget of a training where version 1 had it, beside the configuration.
    public let memory: Int?

    /// What a checkpoint tells, part by part.
    public init(clip: CLIPModel, classes: [String], configuration: Json, isComplete: Bool, memory: Int?) {
      self.clip = clip
      self.classes = classes
      self.configuration = configuration
      self.isComplete = isComplete
      self.memory = memory
    }
  }

  /// Options on which the answers of restored parameters hang, by dotted names; the rest is for training.
  public let answerOptions: Set<String>
  /// Members of the configuration that a restore replaces, or that have checks of their own.
  public let replaced: Set<String>
  /// What a file means that is silent about an option.
  public let unsaid: [String: Json]
  /// Whether its models are `Planned`, so that a training's checkpoint has a budget.
  public let isPlanned: Bool
  /// Tensors in other programs' files that are computed from class names and the frozen model: the beginnings of
  /// their names.
  public let derived: [String]
  /// Tensors in files of the method's own authors that nothing reads: the beginnings of their names.
  public let unread: [String]
  /// Whether an option that differs counts, by its dotted name, beside what the file has.
  public let counts: @Sendable (_ option: String, _ saved: Json) -> Bool
  /// - Throws: E0708 for a configuration that is damaged.
  public let check: @Sendable (_ configuration: Json, _ isComplete: Bool) throws -> Void
  /// - Throws: E0708 for a configuration that is damaged; what making the model throws.
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
    // Every configuration names its kind, which is checked by itself.
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
