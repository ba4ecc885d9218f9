import MocoBase

/// The pieces of a prompt, with the texts between soft rows joined. Each text is tokenized as a whole.
///
/// Adjacent texts are joined as strings, so that characters join as in a sentence: "U.S." and "." end in one
/// token "..". Mistakes are rejected: two words that join into one, and a text with different tokens
/// next to the others than alone, such as half an HTML reference.
struct TextSegments {
  /// Texts and soft pieces, without adjacent texts.
  private(set) var parts: [PromptPiece] = []

  /// - Throws: E0604 for an empty text and a prompt without pieces, E0305 for texts that cannot be joined.
  init(_ pieces: [PromptPiece], owner: PromptOwner, tokenizer: Tokenizer) throws {
    guard !pieces.isEmpty else {
      throw Failure(
        "E0604", "\(owner) has no pieces", help: "add a String or soft tokens, as in [ctx, name, \".\"]",
        argument: "text")
    }
    var texts: [String] = []
    var segments: [String] = []
    func close() throws {
      guard !texts.isEmpty else { return }
      let joined = try TextSegments.joined(texts, owner, tokenizer)
      parts.append(.text(joined))
      segments.append(joined)
      texts = []
    }
    for (place, piece) in pieces.enumerated() {
      switch piece {
      case .text(let text):
        guard !text.isEmpty else {
          throw Failure(
            "E0604", "piece \(place) of \(owner) is an empty String", help: "leave it out", argument: "text")
        }
        texts.append(text)
      case .soft:
        try close()
        parts.append(piece)
      }
    }
    try close()
    try TextSegments.checkApart(segments, owner, tokenizer)
  }

  /// The prompt as messages show it.
  var shown: String {
    let text = parts.map { part in
      switch part {
      case .text(let text): text
      case .soft(let piece): "[\(piece.count) soft] "
      }
    }.joined()
    return text.count <= 60 ? text : String(text.prefix(57)) + "…"
  }

  private static func joined(_ texts: [String], _ owner: PromptOwner, _ tokenizer: Tokenizer) throws -> String
  {
    guard texts.count > 1 else { return texts[0] }
    for (left, right) in zip(texts, texts.dropFirst()) {
      guard let last = left.unicodeScalars.last, let first = right.unicodeScalars.first,
        WordPattern.isLetter(last), WordPattern.isLetter(first)
      else { continue }
      throw Failure(
        "E0305", "in \(owner) the texts \(quoted(left)) and \(quoted(right)) join into one word",
        help: "put a space between them, as in \(quoted(left + " "))", argument: "text")
    }
    let whole = texts.joined()
    if !isPlain(whole), letters(whole, tokenizer) != texts.flatMap({ letters($0, tokenizer) }) {
      throw Failure(
        "E0305",
        "in \(owner) the texts \(texts.map(quoted).joined(separator: " and ")) have different tokens side by side than alone",
        help: "write them as one String, or put a space between them", argument: "text")
    }
    return whole
  }

  /// Soft rows between two texts separate them; a construct that spans them in a sentence, such as half an HTML reference,
  /// has no meaning.
  private static func checkApart(_ segments: [String], _ owner: PromptOwner, _ tokenizer: Tokenizer) throws {
    guard segments.count > 1, !segments.allSatisfy(isPlain) else { return }
    let apart = segments.flatMap { letters($0, tokenizer) }
    var sentences = [segments.joined(separator: " ")]
    if segments.contains(where: { $0.contains("&") }) { sentences.append(segments.joined()) }
    for sentence in sentences where letters(sentence, tokenizer) != apart {
      throw Failure(
        "E0305",
        "in \(owner) the texts \(segments.map(quoted).joined(separator: " and ")) have different tokens in one sentence than "
          + "with soft tokens between them",
        help: "write words instead of < and &", argument: "text")
    }
  }

  /// Whether text cleaning does not change a text.
  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "&") && $0 != UInt8(ascii: "<") }
  }

  /// A text as it is encoded, without its spaces.
  private static func letters(_ text: String, _ tokenizer: Tokenizer) -> [Unicode.Scalar] {
    tokenizer.clean(text).unicodeScalars.filter { $0 != " " }
  }

  private static func quoted(_ text: String) -> String {
    "\"" + (text.count <= 40 ? text : String(text.prefix(37)) + "…") + "\""
  }
}
