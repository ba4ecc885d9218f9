import MocoBase
import MocoLang

extension LanguageServer {
  /// What `moco fmt` would change, line by line where lines stay lines, so that cursors and marks keep their places.
  func formatting(_ params: Json) throws(ResponseError) -> Json {
    guard let file = try file(params) else { return .null }
    let analysis = file.analysis(context)
    guard let laidOut = Formatter.format(analysis.source, context.dialect) else {
      log("\(analysis.source.name) is not laid out: it does not parse")
      return .null
    }
    let document = file.document
    let new = TextDocument(laidOut, encoding: document.encoding)
    let old = document.lines(from: analysis.shift)
    let wanted = new.lines(from: 0)
    var head = 0
    while head < old.count, head < wanted.count, old[head] == wanted[head] { head += 1 }
    var tail = 0
    while tail < old.count - head, tail < wanted.count - head,
      old[old.count - 1 - tail] == wanted[wanted.count - 1 - tail]
    {
      tail += 1
    }
    let (last, newLast) = (old.count - tail, wanted.count - tail)
    guard head < last || head < newLast else { return [] }
    if last - head == newLast - head {
      let edits = (head..<last).filter { old[$0] != wanted[$0] }.map { line -> Json in
        let range = document.contents(ofLine: line, from: analysis.shift)
        return [
          "range": document.range(range.lowerBound, range.upperBound),
          "newText": .string(String(decoding: wanted[line], as: UTF8.self)),
        ]
      }
      return .array(edits)
    }
    return [document.edit(lines: head..<last, with: wanted[head..<newLast], isEnd: tail == 0, analysis.shift)]
  }
}

extension TextDocument {
  /// The bytes of a line without its line break, and without a byte order mark.
  fileprivate func contents(ofLine line: Int, from shift: Int) -> Range<Int> {
    let range = range(ofLine: line)
    let start = max(range.lowerBound, shift)
    return start..<max(start, range.upperBound)
  }

  /// The lines without their line breaks.
  fileprivate func lines(from shift: Int) -> [ArraySlice<UInt8>] {
    lineStarts.indices.map { bytes[contents(ofLine: $0, from: shift)] }
  }

  /// One edit that puts lines in the place of others, with the line breaks of this text.
  ///
  /// - Parameter isEnd: whether the lines are the last ones.
  fileprivate func edit(
    lines: Range<Int>, with new: ArraySlice<ArraySlice<UInt8>>, isEnd: Bool, _ shift: Int
  ) -> Json {
    let lineBreak = bytes.firstIndex(of: 0x0A).map { $0 > 0 && bytes[$0 - 1] == 0x0D } == true ? "\r\n" : "\n"
    let texts = new.map { String(decoding: $0, as: UTF8.self) }
    var start = lines.lowerBound < lineStarts.count ? max(lineStarts[lines.lowerBound], shift) : bytes.count
    var end = lines.upperBound < lineStarts.count ? lineStarts[lines.upperBound] : bytes.count
    var text = texts.joined(separator: lineBreak)
    if isEnd {
      end = bytes.count
      // Lines that go at the end take the break before them along.
      if texts.isEmpty, lines.lowerBound > 0 { start = range(ofLine: lines.lowerBound - 1).upperBound }
      if lines.isEmpty, lines.lowerBound > 0 {
        start = bytes.count
        text = lineBreak + text
      }
    } else if !texts.isEmpty {
      text += lineBreak
    }
    return ["range": range(start, end), "newText": .string(text)]
  }
}
