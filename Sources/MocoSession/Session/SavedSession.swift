import MocoLang

/// A session as a program. At the prompt a name may be declared again; in a program only in another cell, so
/// a block that redeclares a name begins a new cell.
package enum SavedSession {
  /// The names that have a value only at the prompt.
  package static let promptNames: Set<String> = ["Out", "ans"]

  /// - Parameter context: the names available to the blocks, without `promptNames`.
  /// - Returns: the program, and the number of blocks that are comments in it because they use a name of the prompt.
  package static func text(_ blocks: [String], _ context: CheckContext) -> (text: String, leftOut: Int) {
    var declared: Set<String> = []
    var everDeclared: Set<String> = []
    var leftOut = 0
    var text = ""
    for (index, block) in blocks.enumerated() {
      if usesPromptNames(block, context, declared: everDeclared) {
        leftOut += 1
        if index > 0 { text += "\n" }
        text += "// Left out: Out and ans are names of the prompt.\n"
        text += block.split(separator: "\n", omittingEmptySubsequences: false).map { "// \($0)\n" }.joined()
        continue
      }
      let names = names(block, context.dialect)
      everDeclared.formUnion(names)
      if !declared.isDisjoint(with: names) {
        text += "\n// %%\n"
        declared = []
      } else if index > 0 {
        text += "\n"
      }
      declared.formUnion(names)
      text += block + "\n"
    }
    return (text, leftOut)
  }

  private static func usesPromptNames(_ block: String, _ context: CheckContext, declared: Set<String>) -> Bool
  {
    let missing = promptNames.subtracting(declared)
    guard missing.contains(where: block.contains) else { return false }
    let wanted = Set(missing.map { "unknown name '\($0)'" })
    return Checker.check(SourceFile(name: "", text: block), context).contains { wanted.contains($0.message) }
  }

  private static func names(_ block: String, _ dialect: Dialect) -> Set<String> {
    let parsed = Parser.parse(SourceFile(name: "", text: block), dialect)
    return Set(parsed.program.statements.flatMap { $0.declaredNames.map(\.0) })
  }
}
