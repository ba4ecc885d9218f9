import MocoLang

/// A session as a program. At the prompt a name may be declared again; in a program it may in another cell, so
/// that a block which declares a name once more begins one.
package enum SavedSession {
  package static func text(_ blocks: [String]) -> String {
    var declared: Set<String> = []
    var text = ""
    for (index, block) in blocks.enumerated() {
      let names = names(block)
      if !declared.isDisjoint(with: names) {
        text += "\n// %%\n"
        declared = []
      } else if index > 0 {
        text += "\n"
      }
      declared.formUnion(names)
      text += block + "\n"
    }
    return text
  }

  private static func names(_ block: String) -> Set<String> {
    let parsed = Parser.parse(SourceFile(name: "", text: block), .moco)
    return Set(parsed.program.statements.flatMap { $0.declaredNames.map(\.0) })
  }
}
