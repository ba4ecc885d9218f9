// The words allowed in a form, for completion.

extension Dialect {
  /// The form that begins the line, alone or after `=`.
  /// - Parameter words: the words of the line up to the cursor, without strings and brackets.
  public func form(in words: [String]) -> CommandForm? {
    if let first = words.first, let form = form(first) { return form }
    guard let equals = words.firstIndex(of: "="), equals + 1 < words.count else { return nil }
    return form(words[equals + 1])
  }

  /// The words that may follow: words of the form that are not on the line yet, and units after a number.
  /// - Parameter words: the words of the line before the one at the cursor.
  public func continuations(of words: [String]) -> [String] {
    guard let last = words.last else { return [] }
    let isNumber = last.utf8.first.map { $0 >= 0x30 && $0 <= 0x39 } ?? false
    let fitting = isNumber ? units.map { last == "1" ? $0.singular : $0.plural } : []
    guard let form = form(in: words), last != form.verb, last != "=", form.part(last) == nil else {
      return fitting
    }
    return fitting + form.parts.map(\.word).filter { !words.contains($0) }
  }

  /// The usage and description of forms, by their verbs, for help on a verb that is not the name of a
  /// function.
  public func help(verb: String) -> String? { form(verb)?.help ?? declaration(verb)?.help }
}
