import MocoBase
import MocoLang

// The text of a notebook:
//
//   // %% Title              begins a cell of code
//   // %% [markdown]         begins a text cell, whose lines begin with //
//   // %% {"id": "a1"}       the Jupyter metadata of a cell
//   // \%% no cell           a line of text or a comment that would start a cell has one more backslash
//   //%time x                a command of the session, which a script does not run
//
// A blank line separates two cells and belongs to neither.

extension Notebook {
  /// The member of the first cell's attributes with Jupyter's metadata of the entire notebook.
  static let notebookKey = "notebook"

  /// Reads the cells of a program's text.
  ///
  /// - Throws: E1004 for attributes of a cell that are not a JSON object.
  public init(_ program: Program) throws {
    self.init()
    let text = program.file.bytes
    for (index, cell) in program.cells.enumerated() {
      let (start, end) = (Int(cell.span.start), Int(cell.span.end))
      guard start <= end, end <= text.count else { continue }
      var lines = String(decoding: text[start..<end], as: UTF8.self)
      let hasHead = program.hasCells && (start > 0 || CellHead.begins(lines))
      if hasHead { lines = lines.firstIndex(of: "\n").map { String(lines[lines.index(after: $0)...]) } ?? "" }
      if lines.utf8.last == UInt8(ascii: "\n") { lines.unicodeScalars.removeLast() }
      if index + 1 < program.cells.count, lines.utf8.last == UInt8(ascii: "\n") {
        lines.unicodeScalars.removeLast()
      }
      var attributes = try Notebook.attributes(cell, program.file)
      if index == 0, let kept = attributes[Notebook.notebookKey]?.objectValue {
        metadata = kept
        attributes = JsonObject(attributes.filter { $0.key != Notebook.notebookKey })
      }
      cells.append(
        Cell(
          cell.kind, title: cell.title,
          source: cell.kind == .code ? Notebook.code(lines) : Notebook.prose(lines), attributes: attributes))
    }
  }

  private static func attributes(_ cell: Program.Cell, _ file: SourceFile) throws -> JsonObject {
    guard !cell.attributes.isEmpty else { return JsonObject() }
    let place = file.position(at: Int(cell.span.start))
    do {
      if let object = try Json.parse(cell.attributes, name: "\(file.name):\(place.line)").objectValue {
        return object
      }
    } catch let error as Failure {
      throw Failure(
        "E1004", "the attributes of a cell are not JSON: \(error.message)",
        help: "write // %% Title {\"tags\": [\"slow\"]}, or leave out the braces")
    }
    throw Failure(
      "E1004", "\(file.name):\(place.line): the attributes of the cell are not a JSON object",
      help: "write // %% Title {\"tags\": [\"slow\"]}, or leave out the braces")
  }

  /// The notebook as the text of a program.
  public var source: String {
    var result = ""
    for (index, cell) in cells.enumerated() {
      var attributes = cell.attributes
      if index == 0, metadata.count > 0 {
        attributes = JsonObject(
          attributes.map { ($0.key, $0.value) } + [(Notebook.notebookKey, .object(metadata))])
      }
      var head = CellHead()
      head.title = cell.title
      head.kind = cell.kind
      if attributes.count > 0 { head.attributes = Json.object(attributes).serialized() }
      if index > 0 { result += "\n" }
      result += head.line + "\n"
      let text = cell.kind == .code ? Notebook.line(code: cell.source) : Notebook.line(prose: cell.source)
      if !text.isEmpty { result += text + "\n" }
    }
    return result
  }

  // MARK: - Lines

  private static func lines(_ text: String) -> [Substring] {
    // By scalars: "\r\n" is one character.
    text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Substring.init)
  }

  /// Prose from its lines. A line without `//` is kept unchanged, so that nothing is lost.
  private static func prose(_ text: String) -> String {
    lines(text).map { line -> String in
      guard line.hasPrefix("//") else { return String(line) }
      let words = line.dropFirst(2)
      return unescaped(words.first == " " ? words.dropFirst() : words)
    }.joined(separator: "\n")
  }

  private static func line(prose text: String) -> String {
    guard !text.isEmpty else { return "" }
    return lines(text).map { $0.isEmpty ? "//" : "// " + escaped($0) }.joined(separator: "\n")
  }

  /// Code from its lines: commands of the session lose their `//`.
  private static func code(_ text: String) -> String {
    guard text.contains("//") else { return text }
    return lines(text).map { line -> String in
      if line.hasPrefix("//%") || line.hasPrefix("//!") { return String(line.dropFirst(2)) }
      guard line.hasPrefix("// \\") else { return String(line) }
      return "// " + unescaped(line.dropFirst(3))
    }.joined(separator: "\n")
  }

  private static func line(code text: String) -> String {
    guard text.contains("%") || text.contains("!") else { return text }
    return lines(text).map { line -> String in
      if line.first == "%" || line.first == "!" { return "//" + line }
      guard line.hasPrefix("//") else { return String(line) }
      let words = line.dropFirst(2).drop { $0 == " " || $0 == "\t" }
      guard words.drop(while: { $0 == "\\" }).hasPrefix("%%") else { return String(line) }
      return "// " + escaped(words)
    }.joined(separator: "\n")
  }

  /// One more backslash before `%%` at the start of a line.
  private static func escaped(_ line: Substring) -> String {
    let rest = line.drop { $0 == "\\" || $0 == " " || $0 == "\t" }
    guard rest.hasPrefix("%%") else { return String(line) }
    return "\\" + line
  }

  private static func unescaped(_ line: Substring) -> String {
    let rest = line.drop { $0 == "\\" || $0 == " " || $0 == "\t" }
    guard line.first == "\\", rest.hasPrefix("%%") else { return String(line) }
    return String(line.dropFirst())
  }
}

extension CellHead {
  /// Whether the first line of a text starts a cell.
  static func begins(_ text: String) -> Bool {
    let line = text.prefix { $0 != "\n" }.drop { $0 == " " || $0 == "\t" }
    return line.hasPrefix("//") && CellHead(comment: String(line.dropFirst(2))) != nil
  }
}
