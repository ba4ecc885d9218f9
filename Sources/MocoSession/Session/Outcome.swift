import MocoDocument
import MocoLang

/// What came of a cell.
public struct Outcome {
  /// How a cell has ended.
  public enum Status: Equatable, Sendable {
    case fine
    /// It does not parse or check, or failed while it ran: the errors are in `diagnostics`.
    case failed
    case interrupted
    /// The session is at its end: the cell said `exit(status)`, or what leaves a prompt.
    case left(Int32)
  }

  /// A piece of text as it was streamed.
  public struct Piece: Equatable, Sendable {
    public var text: String
    /// Where it belongs.
    public var kind: StreamKind

    /// A piece; see the fields.
    public init(text: String, kind: StreamKind) {
      self.text = text
      self.kind = kind
    }
  }

  /// How it has ended.
  public var status = Status.fine
  /// The input's number, by which `Out` knows its value; nil for commands and questions, and for what is silent.
  public var number: Int?
  /// What was streamed, in order; pieces of one kind that follow each other are one. At most `mostText` bytes are kept.
  public var streams: [Piece] = []
  /// The value of the last expression, where the cell ran to its end and does not hide it.
  public var value: AnyValue?
  /// What was shown of it; nil where nothing was.
  public var document: Document?
  /// What programs have shown with `show`, in order; at most `mostShown` are kept.
  public var shown: [Document] = []
  /// The controls that it has declared, in order.
  public var controls: [Control] = []
  /// Warnings before the run, and errors.
  public var diagnostics: [Diagnostic] = []
  /// Names that the cell has made, given a value or changed in place, in the order of their first declaration: lists,
  /// records, tensors, models and optimizers, whoever changed them. Other objects of Swift code say nothing of changes; a
  /// value of more than some ten thousand parts counts as changed where the cell has its name or calls a function. Of a
  /// whole program only what was declared or given a value.
  public var bindings: [String] = []
  /// How long it took.
  public var seconds = 0.0
  /// What the next input should begin with: `%load`.
  public var nextInput: String?

  /// Bytes of streams that are kept.
  public static let mostText = 1 << 20
  /// Documents in `shown` that are kept.
  public static let mostShown = 256
  /// Bytes in `streams`.
  private var size = 0

  /// Nothing yet.
  public init() {}

  /// The first error; nil where there was none.
  public var failure: Diagnostic? { diagnostics.first(where: \.isError) }

  /// What the cell gave to `exit`, or what the session leaves with.
  public var exitStatus: Int32? { if case .left(let status) = status { status } else { nil } }

  /// What was streamed of one kind.
  public func text(_ kind: StreamKind) -> String {
    streams.filter { $0.kind == kind }.map(\.text).joined()
  }

  /// What was streamed and shown goes.
  mutating func clear() {
    streams = []
    shown = []
    size = 0
  }

  mutating func append(_ text: String, _ kind: StreamKind) {
    guard !text.isEmpty, size < Outcome.mostText else { return }
    size += text.utf8.count
    if let last = streams.indices.last, streams[last].kind == kind {
      streams[last].text += text
    } else {
      streams.append(Piece(text: text, kind: kind))
    }
  }
}
