import MocoBase

/// Takes a stream of bytes apart into the messages of the base protocol: a header with `Content-Length`, an empty line, and
/// so many bytes. What is not a header is skipped up to the next one.
package struct MessageReader {
  /// What the stream holds next.
  package enum Item: Equatable {
    /// The content of a message.
    case content([UInt8])
    /// A header that could not be read, or a content that is too long; what is wrong with it.
    case fault(String)
  }

  /// Longer contents are skipped, in bytes.
  package static let maximumContent = 1 << 28
  private static let maximumHeader = 1 << 13

  private var bytes: [UInt8] = []
  private var start = 0
  /// Bytes of a content that is skipped.
  private var skipping = 0
  private var content: Int?
  /// Whether the next header is looked for, because the last one could not be read.
  private var isLost = false

  /// A reader at the beginning of a stream.
  package init() {}

  /// Whether the stream may end here: between two messages.
  package var isBetweenMessages: Bool { start == bytes.count && skipping == 0 && content == nil && !isLost }

  /// Takes bytes of the stream.
  package mutating func push(_ more: some Sequence<UInt8>) {
    if start > 1 << 16, start > bytes.count / 2 {
      bytes.removeFirst(start)
      start = 0
    }
    bytes += more
  }

  /// The next message; nil where more bytes are needed.
  package mutating func next() -> Item? {
    if skipping > 0 {
      let count = min(skipping, bytes.count - start)
      start += count
      skipping -= count
      if skipping > 0 { return nil }
    }
    if content == nil {
      if isLost, !find() { return nil }
      if let fault = header() { return .fault(fault) }
    }
    guard let count = content, bytes.count - start >= count else { return nil }
    content = nil
    let found = Array(bytes[start..<start + count])
    start += count
    if start == bytes.count {
      bytes.removeAll(keepingCapacity: bytes.count < 1 << 20)
      start = 0
    }
    return .content(found)
  }

  /// Goes to the next header. - Returns: whether one is there.
  private mutating func find() -> Bool {
    let word = Array("content-length:".utf8)
    var at = start
    while at + word.count <= bytes.count {
      if word.indices.allSatisfy({ bytes[at + $0] | 0x20 == word[$0] | 0x20 }) {
        start = at
        isLost = false
        return true
      }
      at += 1
    }
    // The beginning of the word may be here already.
    start = max(start, bytes.count - word.count + 1)
    return false
  }

  /// Reads a header, where it is whole. - Returns: what is wrong with it.
  private mutating func header() -> String? {
    var end = start
    while end + 3 < bytes.count,
      !(bytes[end] == 13 && bytes[end + 1] == 10 && bytes[end + 2] == 13 && bytes[end + 3] == 10)
    {
      end += 1
      if end - start > Self.maximumHeader { return lose("the header is too long") }
    }
    guard end + 3 < bytes.count else { return nil }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    var length: Int?
    for line in text.split(separator: "\r\n", omittingEmptySubsequences: false) {
      guard let colon = line.firstIndex(of: ":") else { return lose("the header has a line without a colon") }
      let name = line[..<colon].lowercased()
      let value = String(line[line.index(after: colon)...]).trimmed
      switch name {
      case "content-length":
        guard !value.isEmpty, value.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let count = Int(value)
        else {
          return lose("Content-Length is not a number of bytes")
        }
        length = count
      case "content-type":
        let kind = value.lowercased()
        if let place = kind.firstRange(of: "charset="), !kind[place.upperBound...].hasPrefix("utf-8"),
          !kind[place.upperBound...].hasPrefix("utf8")
        {
          return lose("the content is not in UTF-8 by its header")
        }
      default: break
      }
    }
    guard let length else { return lose("the header has no Content-Length") }
    start = end + 4
    guard length <= Self.maximumContent else {
      skipping = length
      return "the content has \(length) bytes; \(Self.maximumContent) are taken at most"
    }
    content = length
    return nil
  }

  private mutating func lose(_ fault: String) -> String {
    start = min(start + 1, bytes.count)
    isLost = true
    return fault
  }
}
