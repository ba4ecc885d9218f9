import MocoCLIP

/// Sentences and class names as the text tower's keys.
///
/// Each part of a prompt is tokenized by itself. The tokenizer splits at spaces before it merges, so a space
/// at a boundary never changes an id, and no part takes a token from its neighbour.
struct PromptText {
  let clip: CLIPModel

  var context: Int { clip.config.text.context }

  /// Token ids of words, without [start] and [end]; none for an empty text.
  func tokens(_ text: String) throws -> [Int] {
    guard text.contains(where: { !$0.isWhitespace }) else { return [] }
    return try clip.tokenizer.encode(text)
  }

  /// Token ids of a class name; an underscore reads as a space.
  ///
  /// - Throws: E0604 for a name that tokenizes to nothing.
  func name(_ name: String) throws -> [Int] {
    let ids = try tokens(Template.readable(name))
    guard !ids.isEmpty else {
      throw PromptError(
        "E0604", "the class name \"\(name)\" has no token",
        help: "give the class a name made of letters or digits")
    }
    return ids
  }

  /// The token of a full stop.
  func fullStop() throws -> [Int] { try tokens(".") }

  /// A whole sentence: [start] words [end].
  ///
  /// - Throws: E0603 when it is longer than the context.
  func sentence(_ text: String) throws -> [PromptKey] {
    let ids = try tokens(text)
    guard ids.count + 2 <= context else {
      throw PromptError(
        "E0603", "\"\(clipped(text))\" needs \(ids.count + 2) tokens; the model reads \(context)",
        help: "shorten the template or the class name")
    }
    return [.token(clip.config.startToken)] + ids.map { .token($0) } + [.token(clip.config.endToken)]
  }

  /// [start] before name after [end], or with the stop before [end].
  ///
  /// - Throws: E0603 when it is longer than the context.
  func prompt(
    before: Range<Int>, name ids: [Int], after: Range<Int>, stop: [Int], class name: String, owner: String
  ) throws -> [PromptKey] {
    let count = before.count + ids.count + after.count + stop.count + 2
    guard count <= context else {
      throw PromptError(
        "E0603",
        "class \"\(clipped(name))\" with the \(before.count + after.count) soft tokens of \(owner) needs "
          + "\(count) tokens; the model reads \(context)",
        help: "shorten the class name or the template", argument: "classes")
    }
    var keys: [PromptKey] = []
    keys.reserveCapacity(count)
    keys.append(.token(clip.config.startToken))
    for row in before { keys.append(.soft(row)) }
    for id in ids { keys.append(.token(id)) }
    for row in after { keys.append(.soft(row)) }
    for id in stop { keys.append(.token(id)) }
    keys.append(.token(clip.config.endToken))
    return keys
  }

  private func clipped(_ text: String) -> String {
    text.count <= 60 ? text : String(text.prefix(57)) + "…"
  }
}
