import MocoBase
import MocoLang
import MocoSession

extension LanguageServer {
  /// Cells, brackets of several lines, and comments of several lines.
  func folding(_ params: Json) throws(ResponseError) -> Json {
    guard let file = try file(params) else { return .null }
    let analysis = file.analysis(context)
    let document = file.document
    let text = ScannedText(document, context.dialect)
    var found: [(start: Int, end: Int, kind: String?)] = []
    var heads: Set<Int> = []
    for cell in analysis.program.cells where analysis.program.hasCells {
      let start = document.line(at: cell.span.start + analysis.shift)
      heads.insert(start)
      var end = document.line(at: max(cell.span.end + analysis.shift - 1, 0))
      while end > start, document.isBlank(line: end) { end -= 1 }
      found.append((start, end, "region"))
    }
    for (open, close) in text.scanner.partners where open < close {
      // The closing bracket stays in sight.
      found.append((text.lines[open], text.lines[close] - 1, nil))
    }
    var comment: (start: Int, end: Int)?
    func endComment() {
      if let comment { found.append((comment.start, comment.end, "comment")) }
      comment = nil
    }
    for token in text.scanner.tokens where token.kind == .comment && !token.range.isEmpty {
      let line = text.lines[token.range.lowerBound]
      let isAlone = document.isBlank(line: line, before: text.characters[token.range.lowerBound])
      if !isAlone || heads.contains(line) || comment.map({ $0.end + 1 != line }) == true { endComment() }
      guard isAlone, !heads.contains(line) else { continue }
      comment = (comment?.start ?? line, line)
    }
    endComment()
    var seen: Set<Int> = []
    let ranges = found.filter { $0.start < $0.end }.sorted { ($0.start, -$0.end) < ($1.start, -$1.end) }
      .filter { seen.insert($0.start).inserted }
    return .array(
      ranges.map { range in
        var members = JsonObject([("startLine", .int(range.start)), ("endLine", .int(range.end))])
        if let kind = range.kind { members["kind"] = .string(kind) }
        return .object(members)
      })
  }
}

extension TextDocument {
  /// Whether a line holds nothing but blanks.
  fileprivate func isBlank(line: Int) -> Bool {
    bytes[range(ofLine: line)].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
  }

  /// Whether nothing but blanks comes before a character of a line.
  fileprivate func isBlank(line: Int, before character: Int) -> Bool {
    let start = range(ofLine: line).lowerBound
    let end = offset(of: Position(line: line, character: character))
    return bytes[start..<max(start, end)].allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }
}
