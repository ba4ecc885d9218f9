/// One message about a program: a code, a sentence, the place, and what to write instead.
///
/// `render(colour:)` in Diagnostic+Render.swift gives the text a person sees.
public struct Diagnostic: Error, Sendable {
  public enum Severity: String, Sendable {
    case error, warning, note
  }

  /// A further place, with what is to be said about it: an operand and its shape.
  public struct Label: Sendable, Hashable {
    public var span: Span
    public var text: String

    public init(_ span: Span, _ text: String) {
      self.span = span
      self.text = text
    }
  }

  /// One call that was running: the function's name and where it was called.
  public struct TraceEntry: Sendable, Hashable {
    public var function: String
    public var callSite: Span?

    public init(function: String, callSite: Span?) {
      self.function = function
      self.callSite = callSite
    }
  }

  /// `E0203`; every code has a page, see `ErrorCatalog`.
  public var code: String
  public var severity: Severity
  public var message: String
  /// The failing sub-expression, marked with `^`.
  public var primary: Span?
  /// What stands beside the `^` marks; usually nothing, the message says it.
  public var primaryText: String
  public var labels: [Label]
  public var help: [String]
  public var notes: [String]
  /// Innermost call first.
  public var trace: [TraceEntry]

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

  public var isError: Bool { severity == .error }
  /// Line of the primary place, from 1: what a program sees as `e.line`.
  public var line: Int? { primary?.line }
}
