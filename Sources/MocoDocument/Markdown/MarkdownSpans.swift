import MocoBase

/// The markup in a line of Markdown: `code`, **strong**, *emphasis*, and [links](values.md). Everything else is text.
enum MarkdownSpans {
  /// The runs of a text.
  static func runs(_ text: String, _ style: Document.Run.Style = .plain) -> [Document.Run] {
    var result: [Document.Run] = []
    var plain = ""
    var rest = text[...]
    func add(_ runs: [Document.Run]) {
      if !plain.isEmpty { result.append(Document.Run(plain, style)) }
      plain = ""
      result += runs
    }
    while let mark = rest.firstIndex(where: { $0 == "`" || $0 == "*" || $0 == "[" }) {
      let before = mark == text.startIndex ? nil : text[text.index(before: mark)]
      plain += rest[..<mark]
      rest = rest[mark...]
      if let (inner, after) = inside("`", rest) {
        add([Document.Run(String(inner), .code)])
        rest = after
      } else if let (inner, after) = inside("**", rest) {
        add(runs(String(inner), .strong))
        rest = after
      } else if let (inner, after) = emphasized(rest, after: before) {
        add(runs(String(inner), .emphasis))
        rest = after
      } else if let link = link(rest) {
        add(link.runs(style))
        rest = link.after
      } else {
        plain.append(rest.removeFirst())
      }
    }
    plain += rest
    add([])
    return result
  }

  /// The text between two equal marks, the first of which begins the text, and the text after them.
  private static func inside(_ mark: String, _ text: Substring) -> (inner: Substring, after: Substring)? {
    guard text.hasPrefix(mark) else { return nil }
    let inner = text.dropFirst(mark.count)
    guard let close = inner.ranges(of: mark).first else { return nil }
    return (inner[..<close.lowerBound], inner[close.upperBound...])
  }

  /// The text between two single stars. In `2 * x * y` and `a*b` the star is a sign.
  private static func emphasized(
    _ text: Substring, after before: Character?
  ) -> (inner: Substring, after: Substring)? {
    guard !text.hasPrefix("**"), let (inner, after) = inside("*", text) else { return nil }
    guard let first = inner.first, let last = inner.last, first != " ", last != " ", !after.hasPrefix("*")
    else { return nil }
    func isWord(_ character: Character?) -> Bool { character.map { $0.isLetter || $0.isNumber } ?? false }
    return isWord(before) || isWord(after.first) ? nil : (inner, after)
  }

  private struct Link {
    let words: String
    let target: String
    let after: Substring

    /// A page as the call that shows it; another target after the words.
    func runs(_ style: Document.Run.Style) -> [Document.Run] {
      let shown = MarkdownSpans.runs(words, style)
      let file = target.prefix { $0 != "#" }
      guard !file.isEmpty else { return shown }
      let page = file.hasSuffix(".md") && !file.contains("/") ? String(file.dropLast(3)) : nil
      let call = page.map { Document.Run("help(\"\($0)\")", .code) }
      if let call, page == words { return [call] }
      return shown + [Document.Run(" ("), call ?? Document.Run(target), Document.Run(")")]
    }
  }

  /// A link at the beginning of a text: to a page, to a part of this page, or to an address.
  private static func link(_ text: Substring) -> Link? {
    guard text.hasPrefix("["), let close = text.firstIndex(of: "]") else { return nil }
    let words = text[text.index(after: text.startIndex)..<close]
    let rest = text[text.index(after: close)...]
    guard rest.hasPrefix("("), let end = rest.firstIndex(of: ")"), !words.isEmpty, !words.contains("[") else {
      return nil
    }
    let target = String(rest[rest.index(after: rest.startIndex)..<end])
    let file = target.prefix { $0 != "#" }
    let isTarget = file.hasSuffix(".md") || target.contains("://") || target.hasPrefix("#")
    guard isTarget, !target.contains(" ") else { return nil }
    return Link(words: String(words), target: target, after: rest[rest.index(after: end)...])
  }
}
