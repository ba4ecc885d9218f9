import MocoBase
import MocoCLIP

/// Sentences and class names as the text tower's keys.
///
/// The tokenizer joins signs that stand together: the full stop behind "U.S." makes one token of two, ".."
/// instead of "." and ".". So a class name is never tokenized apart from what follows it: a prompt is the token
/// row of its whole sentence, in which soft tokens take the places of the template's words.
struct PromptText {
  let clip: CLIPModel

  /// The template's words around a class name, for one expert.
  struct Frame {
    let before: String
    /// What follows the name, with the full stop if there is one.
    let after: String
    /// Soft rows in the places of the words before the name, and after it.
    let beforeRows: Range<Int>
    let afterRows: Range<Int>
    /// How many tokens behind the name the soft tokens replace: those of `after`'s words, or none where the soft
    /// tokens behind the name are words of `before`.
    let replaced: Int
    /// How messages call the owner of the soft tokens.
    let owner: String
  }

  var context: Int { clip.config.text.context }

  /// Token ids of words, without [start] and [end]; none for an empty text.
  func tokens(_ text: String) throws -> [Int] {
    guard text.contains(where: { !$0.isWhitespace }) else { return [] }
    return try clip.tokenizer.encode(text)
  }

  /// Token ids of a class name alone; an underscore reads as a space.
  ///
  /// - Throws: E0604 for a name that tokenizes to nothing.
  func name(_ name: String) throws -> [Int] {
    let ids = try tokens(Template.readable(name))
    guard !ids.isEmpty else {
      throw Failure(
        "E0604", "the class name \"\(name)\" has no token",
        help: "give the class a name made of letters or digits")
    }
    return ids
  }

  /// A whole sentence: [start] words [end]. Where the text itself holds an [end], it is read up to the first,
  /// since CLIP takes the feature there.
  ///
  /// - Throws: E0603 when it is longer than the context.
  func sentence(_ text: String) throws -> [PromptKey] {
    let ids = try tokens(text)
    guard ids.count + 2 <= context else {
      throw Failure(
        "E0603", "\"\(clipped(text))\" needs \(ids.count + 2) tokens; the model reads \(context)",
        help: "shorten the template or the class name")
    }
    return clip.config.text.read(([clip.config.startToken] + ids + [clip.config.endToken]).map { .token($0) })
  }

  /// The prompts of names in one frame.
  ///
  /// As the published programs do it (CoOp, and the mixture's authors): the sentence's row loses the tokens of
  /// the words before the name; its first tokens, as many as the name has by itself, are the name; as many as
  /// are replaced go; the rest stays. The feature is read where the sentence has its first [end].
  ///
  /// - Parameters:
  ///   - alone: the names' own tokens.
  ///   - rows: sentences that are known already, by what follows the name.
  /// - Throws: E0603 when a prompt is longer than the context.
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
            + "the model reads \(context)",
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
    // Nothing joins across a space. Only references of HTML are read by what stands elsewhere in the text.
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
