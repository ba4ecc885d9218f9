import MocoBase
import Synchronization

/// CLIP's byte-pair tokenizer: text → ids, identical to OpenAI's.
///
/// Safe to use from several threads; words are cached.
public final class Tokenizer: Sendable {
  /// Merges of the published vocabulary of 49,408 ids.
  public static let mergesInUse = 48_894

  private let vocabulary: Vocabulary
  private let cleaner: TextCleaner
  private let cache = Mutex<[[UInt8]: [Int]]>([:])

  /// Reads the tables in `directory` (stdlib/tokenizer).
  ///
  /// - Parameter limitedTo: use only the first n merges; the ids are then 512 bytes, n merges, [start],
  ///   [end].
  /// - Throws: E0501 or E0502 with the table, E0607 for an invalid number of merges.
  public init(directory: String, limitedTo merges: Int? = nil) throws {
    cleaner = TextCleaner(tables: try TextTables(directory: directory))
    vocabulary = try Vocabulary(path: directory + "/merges.txt.gz", limit: merges)
  }

  private static let shared = Mutex<[String: Tokenizer]>([:])

  /// The same as `init`, but one tokenizer per folder and limit in a process.
  public static func shared(directory: String, limitedTo merges: Int? = nil) throws -> Tokenizer {
    let key = "\(merges ?? mergesInUse) \(directory)"
    if let known = shared.withLock({ $0[key] }) { return known }
    let tokenizer = try Tokenizer(directory: directory, limitedTo: merges)
    shared.withLock { $0[key] = tokenizer }
    return tokenizer
  }

  /// Ids of a vocabulary with this many merges.
  public static func vocabularySize(merges: Int) -> Int { 512 + merges + 2 }

  /// Ids of CLIP's full vocabulary, 49408.
  static let fullVocabularySize = vocabularySize(merges: mergesInUse)

  /// Number of ids: 512 for bytes, one per merge, [start] and [end].
  public var vocabularySize: Int { vocabulary.count }
  /// Number of merges in use, at most `mergesInUse`.
  public var mergeCount: Int { vocabulary.mergeCount }
  /// Id of [start], the last but one.
  public var startToken: Int { vocabulary.startToken }
  /// Id of [end], the largest.
  public var endToken: Int { vocabulary.endToken }

  /// The ids of a text, without [start] and [end]. `<|startoftext|>` and `<|endoftext|>` in it become
  /// theirs.
  public func encode(_ text: String) -> [Int] {
    var ids: [Int] = []
    WordPattern.forEachWord(cleaner.clean(text)) { kind, word in
      switch kind {
      case .start: ids.append(startToken)
      case .end: ids.append(endToken)
      case .word: ids.append(contentsOf: tokens(word))
      }
    }
    return ids
  }

  /// The text as it is encoded: repaired, references resolved, white space folded, in lower case.
  public func clean(_ text: String) -> String {
    var result = ""
    result.unicodeScalars.append(contentsOf: cleaner.clean(text))
    return result
  }

  /// A complete prompt: [start], the text, [end].
  ///
  /// - Parameters:
  ///   - context: the maximum number of ids.
  ///   - truncates: whether a longer text is cut before [end] instead of rejected.
  /// - Throws: E0603 if the text is longer than the context.
  public func prompt(_ text: String, context: Int, truncates: Bool = false) throws -> [Int] {
    var ids = [startToken] + encode(text)
    if ids.count + 1 > context {
      guard truncates, context >= 2 else {
        let most = context > 2 ? context - 2 : 0
        let found = "the text \"\(Tokenizer.shortened(text))\" has \(ids.count - 1) tokens"
        throw Failure(
          "E0603", "\(found); the model accepts at most \(most)",
          help: "shorten the text, or pass truncate: true to cut it")
      }
      ids.removeLast(ids.count + 1 - context)
    }
    ids.append(endToken)
    return ids
  }

  /// The text of ids: ends of words become spaces, bytes that are not UTF-8 U+FFFD.
  ///
  /// - Throws: E0607 if an id is not in the vocabulary.
  public func decode(_ ids: [Int]) throws -> String {
    var bytes: [UInt8] = []
    for id in ids { bytes.append(contentsOf: try tokenText(id)) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The pieces of ids one by one, as `decode` would join them.
  ///
  /// - Throws: E0607 if an id is not in the vocabulary.
  public func pieces(_ ids: [Int]) throws -> [String] {
    try ids.map { String(decoding: try tokenText($0), as: UTF8.self) }
  }

  private func tokenText(_ id: Int) throws -> [UInt8] {
    if id == startToken { return Array("<|startoftext|>".utf8) }
    if id == endToken { return Array("<|endoftext|>".utf8) }
    guard id >= 0, id < startToken else {
      throw Failure(
        "E0607", "\(id) is not a token id: the vocabulary has ids from 0 to \(endToken)",
        help: "use ids from the same tokenizer")
    }
    return vocabulary.tokenBytes(id) + (vocabulary.endsWord(id) ? [0x20] : [])
  }

  private func tokens(_ word: ArraySlice<Unicode.Scalar>) -> [Int] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(word.count)
    for scalar in word { bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter) }
    if let known = cache.withLock({ $0[bytes] }) { return known }
    let result = BytePairMerger(vocabulary: vocabulary).tokens(bytes[...])
    // Words repeat; long words and words after very many others rarely do.
    if bytes.count <= 64 {
      cache.withLock { cache in
        if cache.count >= 1 << 16 { cache.removeAll(keepingCapacity: true) }
        cache[bytes] = result
      }
    }
    return result
  }

  private static func shortened(_ text: String) -> String {
    text.count <= 60 ? text : "\(text.prefix(57))…"
  }
}
