/// A source text with its name and line table. Offsets everywhere are UTF-8 offsets into `bytes`.
public final class SourceFile: Sendable {
  /// The name shown before the line number in messages: a path, or `<prompt>`.
  public let name: String
  /// The full path of the file that it was read from, to resolve relative paths; nil for text that is not
  /// from a file.
  public let path: String?
  /// The entire text, repaired like `bytes`.
  public let text: String
  /// The text in UTF-8. Invalid input has been repaired with U+FFFD; see `invalidOffset`.
  public let bytes: [UInt8]
  /// Offset (in the repaired text) of the first invalid UTF-8.
  public let invalidOffset: Int?
  /// Offset of the first byte of every line; never empty.
  public let lineStarts: [Int32]

  /// The parser rejects longer texts, so that offsets fit in 32 bits everywhere.
  public static let maximumSize = 1 << 28

  /// A text that was not read from a file: `path` is nil, and nothing was repaired.
  public convenience init(name: String, text: String) {
    self.init(name: name, path: nil, text: text, invalidOffset: nil)
  }

  /// A file as it was read, without a byte order mark. Invalid UTF-8 is replaced, and its offset is kept.
  public convenience init(name: String, path: String? = nil, bytes: [UInt8]) {
    let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    let text = String(decoding: bytes, as: UTF8.self)
    var invalid: Int?
    if !text.utf8.elementsEqual(bytes) {
      var offset = 0
      var original = bytes.makeIterator()
      for byte in text.utf8 {
        if original.next() != byte { break }
        offset += 1
      }
      invalid = offset
    }
    self.init(name: name, path: path, text: text, invalidOffset: invalid)
  }

  private init(name: String, path: String?, text: String, invalidOffset: Int?) {
    self.name = name
    self.path = path
    self.text = text
    self.invalidOffset = invalidOffset
    let bytes = Array(text.utf8)
    var starts: [Int32] = [0]
    for (offset, byte) in bytes.enumerated() where byte == 0x0A && offset < SourceFile.maximumSize {
      starts.append(Int32(clamping: offset + 1))
    }
    self.bytes = bytes
    self.lineStarts = starts
  }

  /// The same text under another name in messages.
  public func called(_ name: String) -> SourceFile {
    SourceFile(name: name, path: path, text: text, invalidOffset: invalidOffset)
  }

  /// Number of lines; a line break at the end opens one more, empty line.
  public var lineCount: Int { lineStarts.count }

  /// Line (from 1) that holds a UTF-8 offset; offsets outside are clamped.
  public func line(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if Int(lineStarts[middle]) <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// Line and column (both from 1); the column counts Unicode scalars.
  public func position(at offset: Int) -> (line: Int, column: Int) {
    let line = line(at: offset)
    let start = Int(lineStarts[line - 1])
    let end = min(max(offset, start), bytes.count)
    var column = 1
    for byte in bytes[start..<end] where byte & 0xC0 != 0x80 { column += 1 }
    return (line, column)
  }

  /// The UTF-8 range of a line (from 1) without its line break; empty outside the file.
  public func range(ofLine line: Int) -> Range<Int> {
    guard line >= 1, line <= lineStarts.count else { return bytes.count..<bytes.count }
    let start = Int(lineStarts[line - 1])
    var end = line < lineStarts.count ? Int(lineStarts[line]) - 1 : bytes.count
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    return start..<max(start, end)
  }

  /// The text between two offsets, clamped to the file.
  public func text(in range: Range<Int>) -> String {
    let clamped = range.clamped(to: 0..<bytes.count)
    return String(decoding: bytes[clamped], as: UTF8.self)
  }

  /// The piece between two UTF-8 offsets of this file; an end before the start results in an empty one.
  public func span(_ start: Int, _ end: Int) -> Span { Span(file: self, start: start, end: end) }
}

/// A piece of a source file, in UTF-8 offsets, half-open.
public struct Span: Sendable, Hashable {
  /// The text that the offsets refer to.
  public let file: SourceFile
  /// UTF-8 offset of the first byte.
  public let startOffset: Int32
  /// UTF-8 offset after the last byte; never below `startOffset`.
  public let endOffset: Int32

  /// A piece from `start` ..< `end`; offsets are clamped to 32 bits, and an end before the start is the
  /// start.
  public init(file: SourceFile, start: Int, end: Int) {
    self.file = file
    startOffset = Int32(clamping: start)
    endOffset = Int32(clamping: max(start, end))
  }

  /// `startOffset` as an Int.
  public var start: Int { Int(startOffset) }
  /// `endOffset` as an Int.
  public var end: Int { Int(endOffset) }
  /// Line of the start, from 1.
  public var line: Int { file.line(at: start) }
  /// Column of the start in Unicode scalars, from 1.
  public var column: Int { file.position(at: start).column }
  /// The piece itself; offsets outside the file are clamped.
  public var text: String { file.text(in: start..<end) }

  /// The smallest span that covers both; `self` if the other is in another file.
  public func union(_ other: Span) -> Span {
    guard file === other.file else { return self }
    return Span(file: file, start: min(start, other.start), end: max(end, other.end))
  }

  public static func == (a: Span, b: Span) -> Bool {
    a.file === b.file && a.startOffset == b.startOffset && a.endOffset == b.endOffset
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(file))
    hasher.combine(startOffset)
    hasher.combine(endOffset)
  }
}
