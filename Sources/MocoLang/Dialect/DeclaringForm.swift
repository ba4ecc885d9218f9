/// A block that declares a name, made of groups of strings:
///
/// ```
/// templates eurosat {
///   group "satellite" { "a centered satellite photo of {}." }
/// }
/// ```
///
/// is `let eurosat = templates({"satellite": ["a centered satellite photo of {}."]}, name:
/// "eurosat")`, with `doc: "…"` if a doc comment precedes it.
public final class DeclaringForm: Sendable {
  /// The error of a string of a group.
  public typealias Complaint = (code: String, message: String, help: String)

  /// The word that begins it: `templates`.
  public let verb: String
  /// What it declares: `template set`.
  public let noun: String
  /// The word that begins each of its blocks: `group`.
  public let group: String
  /// The name of the strings in the blocks: `template`.
  public let item: String
  /// A block of it, for messages: `group "satellite" { "a photo of {}." }`.
  public let exampleGroup: String
  /// One of the strings in a block, in quotes.
  public let exampleItem: String
  /// The code of errors about missing or duplicate parts.
  public let code: String
  /// The built-in function that it calls.
  public let function: String
  /// Checks a string without interpolation; nil if it is valid.
  public let check: @Sendable (String) -> Complaint?
  /// What it does, in a sentence or more of Markdown.
  public let doc: String

  /// A declaring form. Without `function` the built-in function of the verb's name is called; without `check`
  /// any string is valid.
  public init(
    _ verb: String, noun: String, group: String, item: String, exampleGroup: String, exampleItem: String,
    code: String, function: String? = nil, doc: String,
    check: @escaping @Sendable (String) -> Complaint? = { _ in nil }
  ) {
    self.verb = verb
    self.noun = noun
    self.group = group
    self.item = item
    self.exampleGroup = exampleGroup
    self.exampleItem = exampleItem
    self.code = code
    self.function = function ?? verb
    self.doc = doc
    self.check = check
  }

  /// How it is written: `templates NAME { group "…" { "…" } }`.
  public var usage: String { "\(verb) NAME { \(group) \"…\" { \"…\" } }" }

  /// What help shows, as Markdown.
  public var help: String {
    "`\(usage)`\n\n\(doc)\n\nIt is short for `let NAME = \(function)({\"…\": [\"…\"]}, name: \"NAME\")`."
  }

  /// The error of a string of a group, with its position; nil if it is valid or computed.
  func diagnostic(of item: Expr) -> Diagnostic? {
    guard case .string(let literal) = item.kind, let text = literal.plainText, let found = check(text) else {
      return nil
    }
    return Diagnostic(found.code, found.message, at: item.span, help: [found.help])
  }
}
