/// The contents of the line that begins a cell: `// %% Title`, `// %% [markdown] Title`,
/// `// %% Title {"tags": ["slow"]}`.
public struct CellHead: Equatable, Sendable {
  /// The title, without surrounding spaces.
  public var title = ""
  /// `[markdown]` or `[raw]` before the title, or after it.
  public var kind = Program.Cell.Kind.code
  /// The JSON object at the end, as written; empty if there is none.
  public var attributes = ""

  /// A cell of code without a title.
  public init() {}

  /// - Parameter comment: the text after `//`.
  /// - Returns: nil for an ordinary comment.
  public init?(comment: String) {
    var rest = CellHead.trimmed(comment[...])
    guard rest.hasPrefix("%%") else { return nil }
    rest.removeFirst(2)
    guard rest.isEmpty || rest.first == " " || rest.first == "\t" || rest.first == "[" else { return nil }
    rest = CellHead.trimmed(rest)
    if rest.hasSuffix("}"), let open = rest.firstRange(of: "{\"") {
      attributes = String(rest[open.lowerBound...])
      rest = CellHead.trimmed(rest[..<open.lowerBound])
    }
    for kind in [Program.Cell.Kind.markdown, .raw] {
      let word = "[\(kind.rawValue)]"
      if rest.hasPrefix(word) {
        self.kind = kind
        rest = CellHead.trimmed(rest.dropFirst(word.count))
      } else if rest.hasSuffix(" " + word) {
        self.kind = kind
        rest = CellHead.trimmed(rest.dropLast(word.count))
      } else {
        continue
      }
      break
    }
    title = String(rest)
  }

  /// The line, without a newline.
  public var line: String {
    let kind = kind == .code ? "" : " [\(kind.rawValue)]"
    return "// %%" + kind + (title.isEmpty ? "" : " " + title) + (attributes.isEmpty ? "" : " " + attributes)
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var rest = text
    while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
    while rest.last == " " || rest.last == "\t" || rest.last == "\r" { rest.removeLast() }
    return rest
  }
}
