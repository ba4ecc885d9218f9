/// The byte-pair vocabulary: 256 bytes, the same 256 as ends of words, then one token a merge, [start] and [end].
///
/// Merges are found by the pair of ids they join; strings are needed only to read the list and to decode.
struct Vocabulary: Sendable {
  static let end: [UInt8] = [UInt8](ascii: "</w>")

  let mergeCount: Int
  /// Bytes of all tokens one after the other; token i is `bytes[offsets[i]..<offsets[i + 1]]`.
  private var bytes: [UInt8] = []
  private var offsets: [UInt32] = [0]
  /// Id of each byte inside a word; + 256 at its end.
  private(set) var idOfByte = [Int32](repeating: 0, count: 256)
  private var pairs: PairTable

  var startToken: Int { 512 + mergeCount }
  var endToken: Int { 513 + mergeCount }
  var count: Int { 514 + mergeCount }

  /// Reads the first `limit` merges (all if nil) of a gzip'd list, one `left right` a line.
  ///
  /// - Throws: E0501, E0502 for the file; E0607 if it does not hold so many merges or a line is no merge.
  init(path: String, limit: Int?) throws {
    let text = try Gzip.inflateFile(path, cap: 16 << 20)
    let wanted = limit ?? Tokenizer.mergesInUse
    guard wanted >= 0, wanted <= Tokenizer.mergesInUse else {
      throw CLIPError(
        code: "E0607", "a tokenizer cannot be limited to \(wanted) merges",
        help: "choose a number from 0 to \(Tokenizer.mergesInUse)")
    }
    mergeCount = wanted
    pairs = PairTable(capacityFor: wanted)
    var strings = TokenTable(capacityFor: wanted + 512)
    let byteOfCode = Vocabulary.byteOfCode()
    for (id, byte) in Vocabulary.alphabet.enumerated() {
      idOfByte[Int(byte)] = Int32(id)
      append([byte], isEnd: false, id: id, to: &strings)
    }
    for (id, byte) in Vocabulary.alphabet.enumerated() { append([byte], isEnd: true, id: id + 256, to: &strings) }

    var line = 0
    var place = 0
    try text.withUnsafeBufferPointer { text in
      while line < wanted {
        guard let (left, right, next) = Vocabulary.readMerge(text, from: place, byteOfCode),
          let leftId = strings.find(left.bytes, isEnd: left.isEnd, in: self),
          let rightId = strings.find(right.bytes, isEnd: right.isEnd, in: self), !left.isEnd
        else {
          let what = place >= text.count ? "it holds only \(line) merges, \(wanted) are needed" : "line \(line + 1) is no merge of known tokens"
          throw CLIPError(
            code: "E0607", "\(path): \(what)", help: "make the list again with scripts/make-vocabulary")
        }
        pairs.insert(left: leftId, right: rightId, rank: Int32(line))
        append(left.bytes + right.bytes, isEnd: right.isEnd, id: 512 + line, to: &strings)
        place = next
        line += 1
      }
    }
  }

  /// Rank of the merge of two neighbours, nil if there is none. The merged token's id is 512 + rank.
  func rank(_ left: Int32, _ right: Int32) -> Int32? { pairs.find(left: left, right: right) }

  /// A token's bytes; whether it ends a word is told by `endsWord`.
  func tokenBytes(_ id: Int) -> ArraySlice<UInt8> { bytes[Int(offsets[id])..<Int(offsets[id + 1])] }

  private var ends: [Bool] = []
  func endsWord(_ id: Int) -> Bool { ends[id] }

  private mutating func append(_ token: [UInt8], isEnd: Bool, id: Int, to strings: inout TokenTable) {
    bytes.append(contentsOf: token)
    offsets.append(UInt32(bytes.count))
    ends.append(isEnd)
    strings.insert(id: Int32(id), bytes: token[...], isEnd: isEnd)
  }

  // MARK: The list's alphabet

  /// Bytes in the order of their ids: those that show as themselves first (! to ~, ¡ to ¬, ® to ÿ), then the rest.
  static let alphabet: [UInt8] = {
    let shown = (0..<256).filter { isShown($0) }
    let hidden = (0..<256).filter { !isShown($0) }
    return (shown + hidden).map { UInt8($0) }
  }()

  private static func isShown(_ byte: Int) -> Bool {
    (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
  }

  /// The list writes a shown byte as the character with its number, the others as U+0100 and following.
  private static func byteOfCode() -> [Int16] {
    var table = [Int16](repeating: -1, count: 0x180)
    var next = 0x100
    for byte in 0..<256 {
      if isShown(byte) {
        table[byte] = Int16(byte)
      } else {
        table[next] = Int16(byte)
        next += 1
      }
    }
    return table
  }

  private typealias Side = (bytes: [UInt8], isEnd: Bool)

  /// One line from `start`: both sides and the place of the next line; nil if it is malformed.
  private static func readMerge(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ byteOfCode: [Int16]
  ) -> (Side, Side, Int)? {
    guard let (left, middle) = readSide(text, from: start, byteOfCode), middle < text.count,
      text[middle] == UInt8(ascii: " "),
      let (right, last) = readSide(text, from: middle + 1, byteOfCode), last < text.count,
      text[last] == UInt8(ascii: "\n")
    else { return nil }
    return (left, right, last + 1)
  }

  private static func readSide(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ byteOfCode: [Int16]
  ) -> (Side, Int)? {
    var bytes: [UInt8] = []
    var index = start
    while index < text.count, text[index] > 0x20 {
      var code = Int(text[index])
      index += 1
      if code >= 0x80 {
        guard code & 0xE0 == 0xC0, index < text.count, text[index] & 0xC0 == 0x80 else { return nil }
        code = (code & 0x1F) << 6 | Int(text[index] & 0x3F)
        index += 1
      }
      guard code < byteOfCode.count, byteOfCode[code] >= 0 else { return nil }
      bytes.append(UInt8(byteOfCode[code]))
    }
    let isEnd = bytes.count > end.count && bytes.suffix(end.count).elementsEqual(end)
    if isEnd { bytes.removeLast(end.count) }
    return bytes.isEmpty ? nil : ((bytes, isEnd), index)
  }
}

extension [UInt8] {
  fileprivate init(ascii text: StaticString) {
    self = [UInt8](UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}

/// Pair of ids → rank: open addressing, at most half full.
private struct PairTable: Sendable {
  private var keys: [UInt64]
  private var ranks: [Int32]
  private let mask: Int

  init(capacityFor count: Int) {
    var size = 1024
    while size < count * 2 + 2 { size *= 2 }
    keys = [UInt64](repeating: .max, count: size)
    ranks = [Int32](repeating: 0, count: size)
    mask = size - 1
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func slot(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
  }

  mutating func insert(left: Int32, right: Int32, rank: Int32) {
    let key = PairTable.key(left, right)
    var place = slot(key)
    while keys[place] != .max && keys[place] != key { place = (place + 1) & mask }
    // A pair that is listed twice keeps its first, better rank.
    if keys[place] == .max {
      keys[place] = key
      ranks[place] = rank
    }
  }

  func find(left: Int32, right: Int32) -> Int32? {
    let key = PairTable.key(left, right)
    var place = slot(key)
    while keys[place] != .max {
      if keys[place] == key { return ranks[place] }
      place = (place + 1) & mask
    }
    return nil
  }
}

/// Bytes of a token → id, needed while the list is read.
private struct TokenTable {
  private var ids: [Int32]
  private let mask: Int

  init(capacityFor count: Int) {
    var size = 1024
    while size < count * 2 + 2 { size *= 2 }
    ids = [Int32](repeating: -1, count: size)
    mask = size - 1
  }

  private func slot(_ bytes: ArraySlice<UInt8>, isEnd: Bool) -> Int {
    var hash: UInt64 = isEnd ? 0x84_2223_25CB_F29C : 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: hash ^ (hash >> 29)) & mask
  }

  mutating func insert(id: Int32, bytes: ArraySlice<UInt8>, isEnd: Bool) {
    var place = slot(bytes, isEnd: isEnd)
    while ids[place] >= 0 { place = (place + 1) & mask }
    ids[place] = id
  }

  func find(_ bytes: [UInt8], isEnd: Bool, in vocabulary: Vocabulary) -> Int32? {
    var place = slot(bytes[...], isEnd: isEnd)
    while ids[place] >= 0 {
      let id = Int(ids[place])
      if vocabulary.endsWord(id) == isEnd && vocabulary.tokenBytes(id).elementsEqual(bytes) { return ids[place] }
      place = (place + 1) & mask
    }
    return nil
  }
}
