/// The words of a question that a search compares with names and texts.
package struct SearchWords {
  /// Words that a question has and no text is about.
  package static let common: Set<String> = [
    "a", "an", "and", "are", "at", "be", "can", "do", "does", "for", "from", "how", "i", "in", "is", "it",
    "my", "of",
    "on", "or", "that", "the", "there", "this", "to", "was", "what", "when", "where", "which", "who", "why",
    "with",
  ]

  /// The question in lower case.
  let phrase: String
  /// Its words, without the common ones unless it has no others.
  let words: [String]
  /// Several words without endings such as "-ed" and "-s".
  let stems: [String]

  /// The words of a question.
  package init(_ topic: String) {
    phrase = topic.lowercased().split(separator: " ").joined(separator: " ")
    let all = Self.split(phrase)
    let rare = all.filter { !Self.common.contains($0) }
    words = rare.isEmpty ? all : rare
    // One word may be a misspelled name.
    stems = words.count > 1 ? words.map(Self.stem) : words
  }

  /// Whether each word is one letter: many texts use it for something else.
  var areLetters: Bool { words.allSatisfy { $0.count == 1 } }

  /// The words of a text in lower case.
  static func split(_ text: String) -> [String] {
    text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
  }

  private static func stem(_ word: String) -> String {
    for ending in ["ing", "ed", "es", "e", "s"] where word.hasSuffix(ending) && word.count >= ending.count + 4
    {
      return String(word.dropLast(ending.count))
    }
    return word
  }

  /// Whether a text in lower case has every word as a whole word.
  func areWords(of text: String) -> Bool {
    let found = Set(Self.split(text))
    return words.allSatisfy { found.contains($0) }
  }

  /// Whether a text in lower case has every word; one letter must be a whole word.
  func areIn(_ text: String) -> Bool { Self.are(words, in: text) }

  /// The same for the words without their endings.
  func stemsAreIn(_ text: String) -> Bool { Self.are(stems, in: text) }

  private static func are(_ words: [String], in text: String) -> Bool {
    guard words.allSatisfy({ text.contains($0) }) else { return false }
    let letters = words.filter { $0.count == 1 }
    guard !letters.isEmpty else { return true }
    let found = Set(split(text))
    return letters.allSatisfy { found.contains($0) }
  }
}
