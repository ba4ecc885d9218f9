import MocoLang

/// The words of the language and its dialect, as the grammars of editors need them.
package struct EditorWords {
  /// The dialect of the programs.
  package let dialect: Dialect

  /// The words of the language with a dialect.
  package init(dialect: Dialect) { self.dialect = dialect }

  private func alternatives(_ words: [String]) -> String { words.joined(separator: "|") }

  var control: String { alternatives(Keyword.words(.control)) }
  var declaration: String { alternatives(Keyword.words(.declaration)) }
  var operators: String { alternatives(Keyword.words(.operator)) }
  var constants: String { alternatives(Keyword.words(.constant)) }
  /// Verbs of command forms.
  var forms: String { alternatives(dialect.forms.map(\.verb)) }
  /// Words inside command forms that are not keywords.
  var parts: String {
    var words: [String] = []
    for word in dialect.forms.flatMap(\.parts).map(\.word)
    where Keyword(rawValue: word) == nil && !words.contains(word) {
      words.append(word)
    }
    return alternatives(words)
  }
  /// Verbs of declaring forms, and the words that begin their blocks.
  var declaring: String { alternatives(dialect.declarations.map(\.verb)) }
  var groups: String { alternatives(dialect.declarations.map(\.group)) }
  /// Functions that a block in braces calls: the heads of declarations such as `model { … }`.
  var blocks: String { alternatives(dialect.blockCalls.sorted()) }
  /// Units in both forms.
  var units: String { alternatives(dialect.units.flatMap { [$0.plural, $0.singular] }) }

  /// A template with placeholders such as `<control>` replaced by the words.
  func fill(_ template: String) -> String {
    let words = [
      "control": control, "declaration": declaration, "operators": operators, "constants": constants,
      "forms": forms, "parts": parts, "declaring": declaring, "groups": groups, "blocks": blocks,
      "units": units,
    ]
    return words.reduce(template) { $0.replacing("<\($1.key)>", with: $1.value) }
  }
}
