import MocoBase
import MocoCLIP

/// Sentences and class names as keys of the text tower.
///
/// The tokenizer joins adjacent characters: the full stop after "U.S." gives one token ".."
/// instead of "." and ".". So a class name is never tokenized separately from the following text: a prompt is the token
/// row of its entire sentence, in which soft tokens replace the template's words.
struct PromptText {
  let clip: CLIPModel

  /// The template's words around a class name, for one expert.
  struct Frame {
    let before: String
    /// The text after the name, with the full stop if there is one.
    let after: String
    /// Soft rows in place of the words before the name, and after it.
    let beforeRows: Range<Int>
    let afterRows: Range<Int>
    /// The number of tokens after the name that the soft tokens replace: those of `after`'s words, or none if the soft
    /// tokens after the name are words of `before`.
    let replaced: Int
    /// The name of the owner of the soft tokens in messages.
    let owner: String
  }

  var context: Int { clip.config.text.context }

  /// Token ids of words, without [start] and [end]; none for an empty text.
  func tokens(_ text: String) throws -> [Int] {
    guard text.contains(where: { !$0.isWhitespace }) else { return [] }
    return try clip.tokenizer.encode(text)
  }

  /// Token ids of a class name; an underscore is read as a space.
  ///
  /// - Throws: E0604 for a name without tokens.
  func name(_ name: String) throws -> [Int] {
    let ids = try tokens(Template.readable(name))
    guard !ids.isEmpty else {
      throw Failure(
        "E0604", "the class name \"\(name)\" has no tokens",
        help: "use a class name with letters or digits")
    }
    return ids
  }

  /// A complete sentence: [start] words [end]. A text that contains an [end] is read up to the first one,
  /// because CLIP reads the feature there.
  ///
  /// - Throws: E0603 if it is longer than the context.
  func sentence(_ text: String) throws -> [PromptKey] {
    let ids = try tokens(text)
    guard ids.count + 2 <= context else {
      throw Failure(
        "E0603", "\"\(clipped(text))\" needs \(ids.count + 2) tokens; the model accepts at most \(context)",
        help: "shorten the template or the class name")
    }
    return clip.config.text.read(([clip.config.startToken] + ids + [clip.config.endToken]).map { .token($0) })
  }

  /// The prompts of names in one frame.
  ///
  /// As in the published programs (CoOp, and the mixture's authors): the tokens of
  /// the words before the name are removed from the sentence's row. The next tokens, as many as the name has on its own, are the name. As many as
  /// are replaced are removed. The rest stays. The feature is read at the first [end] of the sentence.
  ///
  /// - Parameters:
  ///   - alone: the tokens of the names on their own.
  ///   - rows: known sentences, by the text after the name.
  /// - Throws: E0603 if a prompt is longer than the context.
  func prompts(
    _ names: [String], alone: [[Int]], in frame: Frame, rows: inout [String: [[Int]]]
  ) throws -> [[PromptKey]] {
    let sentences = try self.rows(names, in: frame, known: &rows)
    let end = clip.config.endToken
    let soft = frame.beforeRows.count + frame.afterRows.count
    return try zip(zip(names, alone), sentences).map { name, words in
      let (name, own) = name
      let count = max(soft - frame.replaced + words.count, soft + own.count) + 2
      guard count <= context else {
        throw Failure(
          "E0603",
          "class \"\(clipped(name))\" with the \(soft) soft tokens of \(frame.owner) needs \(count) tokens; "
            + "the model accepts at most \(context)",
          help: "shorten the class name or the template", argument: "classes")
      }
      let row = words + [end]
      let read = 1 + soft - frame.replaced + (row.firstIndex(of: end) ?? words.count)
      var keys: [PromptKey] = []
      keys.reserveCapacity(count)
      keys.append(.token(clip.config.startToken))
      for row in frame.beforeRows { keys.append(.soft(row)) }
      for id in row.prefix(own.count) { keys.append(.token(id)) }
      for row in frame.afterRows { keys.append(.soft(row)) }
      for id in row.dropFirst(own.count + frame.replaced) { keys.append(.token(id)) }
      return clip.config.text.needsPadding ? keys : Array(keys.prefix(read + 1))
    }
  }

  /// The token rows of the sentences, without the words before the name.
  private func rows(
    _ names: [String], in frame: Frame, known: inout [String: [[Int]]]
  ) throws -> [[Int]] {
    // Nothing joins across a space. Only HTML references depend on other parts of the text.
    let mark: (Character) -> Bool = { $0 == "&" || $0 == "<" }
    let isApart =
      frame.before.last?.isWhitespace ?? true && !frame.before.contains(where: mark)
      && !frame.after.contains(where: mark) && !names.contains { $0.contains(where: mark) }
    if isApart, let rows = known[frame.after] { return rows }
    let lead = isApart ? 0 : try tokens(frame.before).count
    let rows = try names.map { name -> [Int] in
      let text = Template.readable(name) + frame.after
      return Array(try tokens(isApart ? text : frame.before + text).dropFirst(lead))
    }
    if isApart { known[frame.after] = rows }
    return rows
  }

  private func clipped(_ text: String) -> String {
    text.count <= 60 ? text : String(text.prefix(57)) + "…"
  }
}
