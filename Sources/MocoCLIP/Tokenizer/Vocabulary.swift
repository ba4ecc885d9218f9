import MocoBase

/// The byte-pair vocabulary: 256 bytes, the same 256 as ends of words, then one token per merge, [start] and
/// [end].
///
/// Merges are found by the pair of ids they join; strings are needed only to read the list and to decode.
struct Vocabulary: Sendable {
  /// The list's mark after a token that ends a word.
  static let end = Array("</w>".utf8)

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
  /// - Throws: E0501, E0502 for the file; E0607 if it does not hold this many merges or a line is not a merge.
  init(path: String, limit: Int?) throws {
    let text = try Gzip.inflateFile(path, cap: 16 << 20)
    let wanted = limit ?? Tokenizer.mergesInUse
    guard wanted >= 0, wanted <= Tokenizer.mergesInUse else {
      throw Failure(
        "E0607", "a tokenizer cannot be limited to \(wanted) merges",
        help: "choose a number from 0 to \(Tokenizer.mergesInUse)")
    }
    mergeCount = wanted
    pairs = PairTable(capacityFor: wanted)
    var strings = TokenTable(capacityFor: wanted + 512)
    let byteOfCode = Vocabulary.byteOfCode()
    bytes.reserveCapacity(wanted * 8)
    offsets.reserveCapacity(wanted + 514)
    for (id, byte) in Vocabulary.alphabet.enumerated() {
      idOfByte[Int(byte)] = Int32(id)
      bytes.append(byte)
      finishToken(endsWord: false, in: &strings)
    }
    for byte in Vocabulary.alphabet {
      bytes.append(byte)
      finishToken(endsWord: true, in: &strings)
    }
    var place = 0
    for line in 0..<wanted {
      let lineStart = place
      guard let merge = readMerge(text, at: &place, byteOfCode, strings) else {
        let what =
          lineStart >= text.count
          ? "it contains only \(line) merges; \(wanted) are needed"
          : "line \(line + 1) is not a merge of known tokens"
        throw Failure(
          "E0607", "\(path): \(what)", help: "generate the list again with scripts/make-vocabulary")
      }
      pairs.insert(left: merge.left, right: merge.right, rank: Int32(line))
      finishToken(endsWord: merge.endsWord, in: &strings)
    }
  }

  /// Rank of the merge of two neighbours, nil if there is none. The merged token's id is 512 + rank.
  func rank(_ left: Int32, _ right: Int32) -> Int32? { pairs.find(left: left, right: right) }

  /// A token's bytes; `endsWord` tells whether it ends a word.
  func tokenBytes(_ id: Int) -> ArraySlice<UInt8> { bytes[Int(offsets[id])..<Int(offsets[id + 1])] }

  private var ends: [Bool] = []
  func endsWord(_ id: Int) -> Bool { ends[id] }

  /// Makes a token of the bytes that were appended since the last one.
  private mutating func finishToken(endsWord: Bool, in strings: inout TokenTable) {
    let start = Int(offsets[ends.count])
    strings.insert(id: Int32(ends.count), bytes[start...], endsWord: endsWord)
    offsets.append(UInt32(bytes.count))
    ends.append(endsWord)
  }

  // MARK: The list's alphabet

  /// Bytes in the order of their ids: first those that are shown unchanged (! to ~, ¡ to ¬, ® to ÿ), then the
  /// rest.
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

  /// Reads one line and leaves the joined token's bytes at the end of `bytes`; nil if the line is malformed.
  private mutating func readMerge(
    _ text: [UInt8], at place: inout Int, _ byteOfCode: [Int16], _ strings: TokenTable
  ) -> (left: Int32, right: Int32, endsWord: Bool)? {
    let start = bytes.count
    guard readSide(text, at: &place, byteOfCode), place < text.count, text[place] == UInt8(ascii: " ") else {
      return nil
    }
    place += 1
    let middle = bytes.count
    guard readSide(text, at: &place, byteOfCode), place < text.count, text[place] == UInt8(ascii: "\n") else {
      return nil
    }
    place += 1
    let mark = Vocabulary.end
    let endsWord = bytes.count - middle > mark.count && bytes.suffix(mark.count).elementsEqual(mark)
    if endsWord { bytes.removeLast(mark.count) }
    guard let left = strings.find(bytes[start..<middle], endsWord: false, in: self),
      let right = strings.find(bytes[middle...], endsWord: endsWord, in: self)
    else { return nil }
    return (left, right, endsWord)
  }

  private mutating func readSide(_ text: [UInt8], at place: inout Int, _ byteOfCode: [Int16]) -> Bool {
    let start = bytes.count
    while place < text.count, text[place] > 0x20 {
      var code = Int(text[place])
      place += 1
      if code >= 0x80 {
        guard code & 0xE0 == 0xC0, place < text.count, text[place] & 0xC0 == 0x80 else { return false }
        code = (code & 0x1F) << 6 | Int(text[place] & 0x3F)
        place += 1
      }
      guard code < byteOfCode.count, byteOfCode[code] >= 0 else { return false }
      bytes.append(UInt8(byteOfCode[code]))
    }
    return bytes.count > start
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

  private func slot(_ bytes: ArraySlice<UInt8>, endsWord: Bool) -> Int {
    var hash: UInt64 = endsWord ? 0x84_2223_25CB_F29C : 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: hash ^ (hash >> 29)) & mask
  }

  mutating func insert(id: Int32, _ bytes: ArraySlice<UInt8>, endsWord: Bool) {
    var place = slot(bytes, endsWord: endsWord)
    while ids[place] >= 0 { place = (place + 1) & mask }
    ids[place] = id
  }

  func find(_ bytes: ArraySlice<UInt8>, endsWord: Bool, in vocabulary: borrowing Vocabulary) -> Int32? {
    var place = slot(bytes, endsWord: endsWord)
    while ids[place] >= 0 {
      let id = Int(ids[place])
      if vocabulary.endsWord(id) == endsWord && vocabulary.tokenBytes(id).elementsEqual(bytes) {
        return ids[place]
      }
      place = (place + 1) & mask
    }
    return nil
  }
}
