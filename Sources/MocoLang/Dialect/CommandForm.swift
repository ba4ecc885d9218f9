/// A statement that reads as a command: `train mix on data.train for 50 epochs { batch: 32 }` is the call
/// `train(mix, on: data.train, for: 50 epochs, batch: 32)`.
///
/// A form begins only if its verb is first in a statement or after `=`, the next token on the line starts an
/// operand other than `(` `[` `{`, and no binding of that name is in scope.
public final class CommandForm: Sendable {
  /// A word with the operand after it: `on data.train`. It is the argument of the word's name.
  public struct Part: Sendable {
    /// A name, or a keyword that cannot continue an expression.
    public let word: String
    /// The placeholder of the operand in descriptions: `Y`, `N epochs`.
    public let placeholder: String
    /// Whether the operand may be any expression with a unit after it.
    public let takesUnit: Bool
    /// Whether it may be left out.
    public let isOptional: Bool

    /// A part; it is required unless `isOptional` is set.
    public init(_ word: String, _ placeholder: String, takesUnit: Bool = false, isOptional: Bool = false) {
      self.word = word
      self.placeholder = placeholder
      self.takesUnit = takesUnit
      self.isOptional = isOptional
    }
  }

  /// The word that begins it.
  public let verb: String
  /// The placeholder of the first operand in descriptions.
  public let subject: String
  /// In the order of the description; a program may write them in any order, each once.
  public let parts: [Part]
  /// The built-in function that it calls; its signature says which arguments and block options there are.
  public let function: String
  /// Whether further operands and arguments may follow commas: `show X, Y, size: 20`.
  public let takesList: Bool
  /// Whether its purpose is to show its arguments, so that a value in it is not discarded.
  public let isShowing: Bool
  /// Whether a trailing block with options may follow.
  public let takesBlock: Bool
  /// What it does, in a sentence or more of Markdown.
  public let doc: String

  /// A command form. Without `function` the built-in function of the verb's name is called.
  public init(
    _ verb: String, subject: String = "X", parts: [Part] = [], function: String? = nil,
    takesList: Bool = false, isShowing: Bool = false, takesBlock: Bool = true, doc: String
  ) {
    self.verb = verb
    self.subject = subject
    self.parts = parts
    self.function = function ?? verb
    self.takesList = takesList
    self.isShowing = isShowing
    self.takesBlock = takesBlock
    self.doc = doc
  }

  func part(_ word: String) -> Part? { parts.first { $0.word == word } }

  /// How it is written: `train X on Y for N epochs { … }`.
  public var usage: String {
    let written = parts.map { "\($0.word) \($0.placeholder)" }
    return ([verb, subject] + written + (takesBlock ? ["{ … }"] : [])).joined(separator: " ")
  }

  /// The help text, as Markdown: the usage, the description, and the equivalent call.
  public var help: String {
    let named = parts.map { "\($0.word): \($0.placeholder)" }
    let call = ([subject] + named + (takesBlock ? ["…"] : [])).joined(separator: ", ")
    let optional = parts.filter(\.isOptional).map { "`\($0.word) \($0.placeholder)`" }
    let note = optional.isEmpty ? "" : " \(optional.joined(separator: " and ")) may be left out."
    return "`\(usage)`\n\n\(doc)\n\nIt is short for `\(function)(\(call))`.\(note)"
  }
}
