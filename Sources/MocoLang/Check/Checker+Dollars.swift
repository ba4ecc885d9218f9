// `"${x}"` and `"#{x}"`: interpolations in other languages are plain text here.

extension Checker {
  /// Warns of text that would be an interpolation in JavaScript, a shell or Ruby: `${x}`, `${x.a}`,
  /// `#{len(x)}`.
  mutating func warnOfDollars(in literal: StringLiteral, _ span: Span) {
    guard literal.segments.contains(where: isSuspicious) else { return }
    let bytes = Array(span.text.utf8)
    var at = 0
    while at + 2 < bytes.count {
      defer { at += 1 }
      guard bytes[at] == UInt8(ascii: "$") || bytes[at] == UInt8(ascii: "#"),
        bytes[at + 1] == UInt8(ascii: "{"),
        at == 0 || bytes[at - 1] != UInt8(ascii: "\\"),
        let end = bytes[at...].firstIndex(of: UInt8(ascii: "}"))
      else { continue }
      let inner = String(decoding: bytes[at + 2..<end], as: UTF8.self)
      guard isOfTheProgram(inner) else { continue }
      let written = String(decoding: bytes[at...end], as: UTF8.self)
      report(
        "E0124", "'\(written)' is plain text, not an interpolation",
        at: span.file.span(span.start + at, span.start + end + 1),
        help: "write \\(\(inner))", severity: .warning)
      return
    }
  }

  private func isSuspicious(_ segment: StringLiteral.Segment) -> Bool {
    guard case .text(let text) = segment else { return false }
    return text.contains("${") || text.contains("#{")
  }

  /// A name that has a value, with or without members, or a call of an existing function.
  private func isOfTheProgram(_ text: String) -> Bool {
    guard text.count <= 60, !text.contains("\n"), !text.contains("\"") else { return false }
    let name = String(text.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
    let rest = text.dropFirst(name.count)
    guard let first = name.first, !first.isNumber else { return false }
    if rest.hasPrefix("(") { return isDeclared(name) || context.functions.contains(name) }
    return (rest.isEmpty || rest.hasPrefix(".") || rest.hasPrefix("[")) && isValue(name)
  }
}
