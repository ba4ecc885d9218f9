import MocoCLIP
import MocoTensor

/// The description of a method: how a program creates a model, what the model has, and how a
/// checkpoint stores it.
///
/// It does not depend on a language: the embedder creates functions, types, cards and help from it. A new method is one
/// more entry of `Methods.all`.
public struct MethodDescriptor: Sendable {
  /// One word for tables and files: "coop".
  public let kind: String
  /// The type name of its models: "CoOp".
  public let typeName: String
  /// The type in one sentence.
  public let summary: String
  /// The function that creates a model.
  public let function: MethodFunction
  /// What programs see of a model in addition to what every model has; `Shown.field` gives the values.
  public let fields: [MethodField]
  /// How checkpoints store its models.
  public let storage: MethodStorage
  /// Whether its models are `Routed`.
  public let isRouted: Bool

  /// All of it, part by part.
  public init(
    kind: String, typeName: String, summary: String, function: MethodFunction, fields: [MethodField] = [],
    isRouted: Bool = false, storage: MethodStorage
  ) {
    self.kind = kind
    self.typeName = typeName
    self.summary = summary
    self.function = function
    self.fields = fields
    self.storage = storage
    self.isRouted = isRouted
  }
}

/// The function that creates a model.
public struct MethodFunction: Sendable {
  /// The name in programs: "coop".
  public let name: String
  /// In positional order.
  public let options: [MethodOption]
  /// The description, before the list of its options. Markdown.
  public let text: String
  /// Remarks after that list. Markdown.
  public let remark: String?
  /// The lines of an example program.
  public let example: String
  /// - Throws: errors of the options.
  public let make: @Sendable (any MethodArguments) throws -> any Classifier

  /// All parts; `remark` is optional.
  public init(
    _ name: String, _ options: [MethodOption], text: String, example: String, remark: String? = nil,
    make: @escaping @Sendable (any MethodArguments) throws -> any Classifier
  ) {
    self.name = name
    self.options = options
    self.text = text
    self.remark = remark
    self.example = example
    self.make = make
  }

  /// Whether creating a model reads data, which takes time and is recorded in run records.
  public var readsImages: Bool { options.contains { $0.type == .images } }

  /// Text, options, remark and example as one Markdown text.
  public var help: String {
    let list = options.compactMap(\.doc).map { "- \($0)\n" }.joined()
    return text + "\n\n" + (list.isEmpty ? "" : list + "\n") + (remark.map { $0 + "\n\n" } ?? "")
      + "```\n\(example)\n```"
  }
}

/// One option of a method.
public struct MethodOption: Sendable {
  /// The type of an option.
  public enum Kind: Sendable, Equatable {
    case clip, classes, templates, images, text, integer, number, flag, seed, size, published
    /// One of some words.
    case word
    /// A record of options.
    case block
  }

  /// The name before the colon.
  public let name: String
  /// Its type.
  public let type: Kind
  /// The default as written in a program; nil for a required option.
  public let standard: String?
  /// Its help, with its name, in Markdown; nil if the method's text covers it.
  public let doc: String?
  /// The options of a block.
  public let inner: [MethodOption]

  /// An option; it is required unless it has a default.
  public init(
    _ name: String, _ type: Kind, _ standard: String? = nil, _ doc: String? = nil, inner: [MethodOption] = []
  ) {
    self.name = name
    self.type = type
    self.standard = standard
    self.doc = doc
    self.inner = inner
  }

  /// The options that every method with prompts has.
  static let clip = MethodOption("clip", .clip)
  static let classes = MethodOption("classes", .classes)
  static let base = MethodOption("base", .classes, "nil")
  static let seed = MethodOption("seed", .seed, "nil")
}

/// A field of a model in programs.
public struct MethodField: Sendable {
  /// The name after the dot.
  public let name: String
  /// The name of its type: "Tensor".
  public let type: String
  /// Its description, in one sentence.
  public let summary: String

  /// A field by its name, type and sentence.
  public init(_ name: String, _ type: String, _ summary: String) {
    self.name = name
    self.type = type
    self.summary = summary
  }
}

/// The passed options of a method.
///
/// Each reader throws the embedder's error for a value of another type, and for a missing one without a default.
public protocol MethodArguments {
  /// Whether the option was passed, not the default.
  func isGiven(_ name: String) -> Bool
  /// Whether it has a value, passed or by default.
  func hasValue(_ name: String) -> Bool
  /// Whether its value is a String.
  func isText(_ name: String) -> Bool
  func clip() throws -> CLIPModel
  func classNames(_ name: String) throws -> [String]
  func templates(_ name: String) throws -> TemplateSet
  func images(_ name: String) throws -> LabeledImages
  func text(_ name: String) throws -> String
  func integer(_ name: String) throws -> Int
  func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int
  func number(_ name: String) throws -> Double
  func flag(_ name: String) throws -> Bool
  /// One of some words.
  func word(_ name: String, among words: [String]) throws -> String
  /// The passed seed, or the session's.
  func seed() throws -> UInt64
  /// A number of bytes; nil if not passed.
  func size(_ name: String) throws -> Int?
  /// The requested published configuration; nil for none.
  func published(_ name: String) throws -> Published?
  /// A record of options.
  func block(_ name: String, _ options: [MethodOption]) throws -> any MethodBlock
  /// An existing router in place of a block.
  func router(_ name: String) -> Router?

  /// Prints a note.
  func say(_ text: String)
  /// Reports the progress of a long creation.
  func progress(done: Int, of total: Int, unit: String)
}

/// Options within a record, each nil if missing.
public protocol MethodBlock {
  func integer(_ name: String) throws -> Int?
  func number(_ name: String) throws -> Double?
  func flag(_ name: String) throws -> Bool?
  func word(_ name: String, among words: [String]) throws -> String?
  /// A nested record; nil also for a value of another type.
  func block(_ name: String, _ options: [MethodOption]) throws -> (any MethodBlock)?
}

extension MethodArguments {
  /// One of the words of a type.
  func word<Word>(_ name: String) throws -> Word?
  where Word: RawRepresentable<String> & CaseIterable {
    Word(rawValue: try word(name, among: Word.allCases.map(\.rawValue)))
  }
}

extension MethodBlock {
  /// One of the words of a type.
  func word<Word>(_ name: String) throws -> Word?
  where Word: RawRepresentable<String> & CaseIterable {
    try word(name, among: Word.allCases.map(\.rawValue)).flatMap { Word(rawValue: $0) }
  }
}

/// Labelled images that a method is created from.
public struct LabeledImages {
  /// The name used in messages: the split's name.
  public let name: String
  /// The class names of the labels.
  public let classes: [String]
  /// Indices into `classes`.
  public let labels: [Int]
  /// The image features. Shape: [images, D].
  public let features: () throws -> Tensor

  /// The features are computed on first use.
  public init(name: String, classes: [String], labels: [Int], features: @escaping () throws -> Tensor) {
    self.name = name
    self.classes = classes
    self.labels = labels
    self.features = features
  }
}
