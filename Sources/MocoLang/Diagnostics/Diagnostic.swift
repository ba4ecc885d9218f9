/// One message about a program: a code, a sentence, the place, and what to write instead.
///
/// `render(colour:)` in Diagnostic+Render.swift gives the text a person sees.
public struct Diagnostic: Error, Sendable {
  /// How bad it is. An error keeps the program from running or ends it; warnings and notes do not.
  public enum Severity: String, Sendable {
    case error, warning, note
  }

  /// A further place, with what is to be said about it: an operand and its shape.
  public struct Label: Sendable, Hashable {
    /// Where it is.
    public var span: Span
    /// What stands beside the marks of the place.
    public var text: String

    /// A place and what stands beside its marks.
    public init(_ span: Span, _ text: String) {
      self.span = span
      self.text = text
    }
  }

  /// One call that was running: the function's name and where it was called.
  public struct TraceEntry: Sendable, Hashable {
    /// The name as a trace shows it.
    public var function: String
    /// Where the call is written; nil where Swift code made it.
    public var callSite: Span?

    /// A call of that function at that place.
    public init(function: String, callSite: Span?) {
      self.function = function
      self.callSite = callSite
    }
  }

  /// `E0203`; every code has a page, see `ErrorCatalog`.
  public var code: String
  /// Whether the program can run in spite of it.
  public var severity: Severity
  /// What is wrong, in one sentence without a full stop.
  public var message: String
  /// The failing sub-expression, marked with `^`.
  public var primary: Span?
  /// What stands beside the `^` marks; usually nothing, the message says it.
  public var primaryText: String
  /// Further places that are shown, each with its text.
  public var labels: [Label]
  /// What to write instead, a line each; every line begins with a verb.
  public var help: [String]
  /// What should be known besides, a line each.
  public var notes: [String]
  /// Innermost call first.
  public var trace: [TraceEntry]

  /// A diagnostic, by default an error; `text` stands beside the marks of the primary place.
  public init(
    _ code: String, _ message: String, at primary: Span? = nil, text: String = "", labels: [Label] = [],
    help: [String] = [], notes: [String] = [], severity: Severity = .error, trace: [TraceEntry] = []
  ) {
    self.code = code
    self.severity = severity
    self.message = message
    self.primary = primary
    self.primaryText = text
    self.labels = labels
    self.help = help
    self.notes = notes
    self.trace = trace
  }

  /// Whether its severity is `error`.
  public var isError: Bool { severity == .error }
  /// Line of the primary place, from 1: what a program sees as `e.line`.
  public var line: Int? { primary?.line }
}
