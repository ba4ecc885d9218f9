import MocoDocument
import MocoLang

/// The outcome of a cell.
public struct Outcome {
  /// How a cell has ended.
  public enum Status: Equatable, Sendable {
    case fine
    /// It does not parse or check, or failed while it ran: the errors are in `diagnostics`.
    case failed
    case interrupted
    /// The session has ended: the cell called `exit(status)`, or left the prompt.
    case left(Int32)
  }

  /// A piece of text as it was streamed.
  public struct Piece: Equatable, Sendable {
    public var text: String
    /// Its stream.
    public var kind: StreamKind

    /// A piece; see the fields.
    public init(text: String, kind: StreamKind) {
      self.text = text
      self.kind = kind
    }
  }

  /// How it has ended.
  public var status = Status.fine
  /// The input's number, the index of its value in `Out`; nil for commands, questions and silent inputs.
  public var number: Int?
  /// The streamed text, in order; consecutive pieces of one kind are merged. At most `mostText` bytes are kept.
  public var streams: [Piece] = []
  /// The value of the last expression, if the cell ran to its end and does not hide it.
  public var value: AnyValue?
  /// Its document; nil if it was not shown.
  public var document: Document?
  /// The documents shown with `show`, in order; at most `mostShown` are kept.
  public var shown: [Document] = []
  /// The controls that it has declared, in order.
  public var controls: [Control] = []
  /// Warnings before the run, and errors.
  public var diagnostics: [Diagnostic] = []
  /// Names that the cell has declared, assigned or changed in place, in the order of their first declaration: lists,
  /// records, tensors, models and optimizers, whatever changed them. Changes of other objects of Swift code are not
  /// detected; a value of more than some ten thousand parts counts as changed if the cell contains its name or
  /// calls a function. For an entire program, only declared or assigned names.
  public var bindings: [String] = []
  /// Its duration.
  public var seconds = 0.0
  /// The initial text of the next input: `%load`.
  public var nextInput: String?

  /// Bytes of streams that are kept.
  public static let mostText = 1 << 20
  /// Documents in `shown` that are kept.
  public static let mostShown = 256
  /// Bytes in `streams`.
  private var size = 0

  /// An empty outcome.
  public init() {}

  /// The first error; nil if there was none.
  public var failure: Diagnostic? { diagnostics.first(where: \.isError) }

  /// The argument of `exit`, or the exit status of the session.
  public var exitStatus: Int32? { if case .left(let status) = status { status } else { nil } }

  /// The streamed text of one kind.
  public func text(_ kind: StreamKind) -> String {
    streams.filter { $0.kind == kind }.map(\.text).joined()
  }

  /// Clears the streamed and shown output.
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
