// What may stand where in a form, for completion.

extension Dialect {
  /// The form that a line begins, alone or behind `=`.
  /// - Parameter words: the words of the line up to the cursor, without strings and brackets.
  public func form(in words: [String]) -> CommandForm? {
    if let first = words.first, let form = form(first) { return form }
    guard let equals = words.firstIndex(of: "="), equals + 1 < words.count else { return nil }
    return form(words[equals + 1])
  }

  /// Words that may go on the line: those of the form that it begins which are not there yet, and units behind a
  /// number.
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

  /// How forms are written and what they do, by their verbs: for help on a verb that is not a function's name.
  public func help(verb: String) -> String? { form(verb)?.help ?? declaration(verb)?.help }
}
