import MocoBase

/// A text that an editor has open. Lines end in `\n`, `\r\n` or `\r`, as the protocol says.
package struct TextDocument {
  /// In UTF-8.
  package private(set) var bytes: [UInt8]
  /// The offset of each line's first byte; never empty.
  package private(set) var lineStarts: [Int]
  /// What positions count.
  package let encoding: PositionEncoding

  /// A whole text.
  package init(_ text: String, encoding: PositionEncoding) {
    bytes = Array(text.utf8)
    self.encoding = encoding
    lineStarts = TextDocument.lineStarts(bytes)
  }

  /// The text.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  private static func lineStarts(_ bytes: [UInt8]) -> [Int] {
    var starts = [0]
    for (offset, byte) in bytes.enumerated() {
      if byte == 0x0A || (byte == 0x0D && !(offset + 1 < bytes.count && bytes[offset + 1] == 0x0A)) {
        starts.append(offset + 1)
      }
    }
    return starts
  }

  /// The bytes of a line (from 0) without its line break.
  package func range(ofLine line: Int) -> Range<Int> {
    guard lineStarts.indices.contains(line) else { return bytes.count..<bytes.count }
    let start = lineStarts[line]
    var end = line + 1 < lineStarts.count ? lineStarts[line + 1] : bytes.count
    if end > start, bytes[end - 1] == 0x0A { end -= 1 }
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    return start..<end
  }

  /// The offset of a position: past the end of a line it is the end of the line, past the last line the end of the text,
  /// and inside of a character its beginning.
  package func offset(of position: Position) -> Int {
    guard position.line < lineStarts.count else { return bytes.count }
    let range = range(ofLine: max(position.line, 0))
    var units = 0
    var offset = range.lowerBound
    while offset < range.upperBound {
      var next = offset + 1
      while next < range.upperBound, bytes[next] & 0xC0 == 0x80 { next += 1 }
      for byte in bytes[offset..<next] { units += encoding.units(byte) }
      if units > position.character { return offset }
      offset = next
    }
    return range.upperBound
  }

  /// The line that holds an offset.
  package func line(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// The position of an offset; offsets outside are clamped, and a line break belongs to the end of its line.
  package func position(at offset: Int) -> Position {
    let line = line(at: min(max(offset, 0), bytes.count))
    let range = range(ofLine: line)
    let end = min(max(offset, range.lowerBound), range.upperBound)
    return Position(
      line: line, character: bytes[range.lowerBound..<end].reduce(0) { $0 + encoding.units($1) })
  }

  /// How many scalars stand before an offset.
  package func scalars(before offset: Int) -> Int {
    bytes[..<min(max(offset, 0), bytes.count)].reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
  }

  /// Puts a text in the place of a range; an end before the start is taken as the start of the range.
  package mutating func replace(_ start: Position, _ end: Position, with text: String) {
    let first = offset(of: min(start, end))
    let last = max(offset(of: max(start, end)), first)
    bytes.replaceSubrange(first..<last, with: text.utf8)
    lineStarts = TextDocument.lineStarts(bytes)
  }

  /// As JSON, from offsets.
  func range(_ start: Int, _ end: Int) -> Json {
    ["start": position(at: start).json, "end": position(at: max(start, end)).json]
  }
}
