/// One message about a program: a code, a sentence, the source position and help.
///
/// `render(color:)` in Diagnostic+Render.swift returns the text shown to a person.
public struct Diagnostic: Error, Sendable {
  /// The severity. An error prevents the program from running or ends it; warnings and notes do not.
  public enum Severity: String, Sendable {
    case error, warning, note
  }

  /// Another source position with a text: an operand and its shape.
  public struct Label: Sendable, Hashable {
    /// Where it is.
    public var span: Span
    /// The text beside the marks.
    public var text: String

    /// A source position and the text beside its marks.
    public init(_ span: Span, _ text: String) {
      self.span = span
      self.text = text
    }
  }

  /// One call that was running: the function's name and where it was called.
  public struct TraceEntry: Sendable, Hashable {
    /// The name as a trace shows it.
    public var function: String
    /// The source position of the call; nil for a call from Swift code.
    public var callSite: Span?

    /// A call of that function at that position.
    public init(function: String, callSite: Span?) {
      self.function = function
      self.callSite = callSite
    }
  }

  /// `E0203`; every code has a page, see `ErrorCatalog`.
  public var code: String
  /// The severity; it decides whether the program can run.
  public var severity: Severity
  /// What is wrong, in one sentence without a full stop.
  public var message: String
  /// The failing sub-expression, marked with `^`.
  public var primary: Span?
  /// The text beside the `^` marks; usually empty.
  public var primaryText: String
  /// Other source positions that are shown, each with its text.
  public var labels: [Label]
  /// The help lines; each begins with a verb.
  public var help: [String]
  /// Further information, one line each.
  public var notes: [String]
  /// Innermost call first.
  public var trace: [TraceEntry]

  /// A diagnostic, by default an error; `text` is shown beside the marks of the primary position.
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
  /// Line of the primary position, from 1: `e.line` in a program.
  public var line: Int? { primary?.line }
}
