import MocoCLIP
import MocoTensor

/// What may be said of a method as a whole: how a program makes a model of it, what the model has, and how a
/// checkpoint holds it.
///
/// It knows no language: whoever embeds the methods makes functions, types, cards and help of it. A new method is one
/// more entry of `Methods.all`.
public struct MethodDescriptor: Sendable {
  /// One word for tables and files: "coop".
  public let kind: String
  /// What programs call the type of its models: "CoOp".
  public let typeName: String
  /// The type in one sentence.
  public let summary: String
  /// What makes a model.
  public let function: MethodFunction
  /// What programs see of a model beside what every model has; `Shown.field` gives the values.
  public let fields: [MethodField]
  /// How checkpoints hold its models.
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

/// The function with which a program makes a model.
public struct MethodFunction: Sendable {
  /// What programs write: "coop".
  public let name: String
  /// In the order in which they may be given without their names.
  public let options: [MethodOption]
  /// What it does, before the list of its options. Markdown.
  public let text: String
  /// What else is to be said, after that list. Markdown.
  public let remark: String?
  /// Lines of a program that uses it.
  public let example: String
  /// - Throws: what is wrong with the options.
  public let make: @Sendable (any MethodArguments) throws -> any Classifier

  /// All of it; `remark` may be left out.
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

  /// Whether making a model looks at data, which takes time and is noted in run records.
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
  /// What an option takes.
  public enum Kind: Sendable, Equatable {
    case clip, classes, templates, images, text, integer, number, flag, seed, size, published
    /// One of some words.
    case word
    /// A record of options.
    case block
  }

  /// What programs write before the colon.
  public let name: String
  /// What it takes.
  public let type: Kind
  /// The default as a program writes it; nil for an option that must be given.
  public let standard: String?
  /// What help says of it, with its name, in Markdown; nil where the method's text does.
  public let doc: String?
  /// The options of a block.
  public let inner: [MethodOption]

  /// An option that must be given, unless it has a default.
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

/// One of the things that a program sees of a model.
public struct MethodField: Sendable {
  /// What programs write behind the point.
  public let name: String
  /// What programs call its type: "Tensor".
  public let type: String
  /// What it is, in one sentence.
  public let summary: String

  /// A field by its name, type and sentence.
  public init(_ name: String, _ type: String, _ summary: String) {
    self.name = name
    self.type = type
    self.summary = summary
  }
}

/// The options of a method as somebody has given them.
///
/// Each reader throws the embedder's error for a value of another type, and for one that is missing without a default.
public protocol MethodArguments {
  /// Whether the option was given, not taken from its default.
  func isGiven(_ name: String) -> Bool
  /// Whether it has a value, given or by default.
  func hasValue(_ name: String) -> Bool
  /// Whether its value is a text.
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
  /// The seed that was given, or the session's.
  func seed() throws -> UInt64
  /// A number of bytes; nil where none was given.
  func size(_ name: String) throws -> Int?
  /// Whose published configuration is asked for; nil for none.
  func published(_ name: String) throws -> Published?
  /// A record of options.
  func block(_ name: String, _ options: [MethodOption]) throws -> any MethodBlock
  /// A router that was made before and stands in the place of a block.
  func router(_ name: String) -> Router?

  /// Something that people should know.
  func say(_ text: String)
  /// How far a long making has come.
  func progress(done: Int, of total: Int, unit: String)
}

/// Options within a record, each nil where it is not there.
public protocol MethodBlock {
  func integer(_ name: String) throws -> Int?
  func number(_ name: String) throws -> Double?
  func flag(_ name: String) throws -> Bool?
  func word(_ name: String, among words: [String]) throws -> String?
  /// A record within the record; nil for a value of another type too.
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

/// Images with labels that a method is made from.
public struct LabeledImages {
  /// What messages call them: the split's name.
  public let name: String
  /// The names that the labels count.
  public let classes: [String]
  /// Indices into `classes`.
  public let labels: [Int]
  /// The image features. Shape: [images, D].
  public let features: () throws -> Tensor

  /// The features are computed when they are first asked for.
  public init(name: String, classes: [String], labels: [Int], features: @escaping () throws -> Tensor) {
    self.name = name
    self.classes = classes
    self.labels = labels
    self.features = features
  }
}
