// A call that fails because a variable shadows a built-in: `let mean = 0.5`, and later `mean(xs)`.

extension Machine {
  /// Names the declaration that shadows a built-in function, if it caused the error: as the callee, or as an
  /// argument in place of a function.
  func noteCovered(_ diagnostic: inout Diagnostic, _ prototype: Prototype) {
    guard let primary = diagnostic.primary, let name = coveredName(diagnostic, primary) else { return }
    let place = localPlace(of: name, before: primary) ?? globals.placeCovering(name, in: prototype.module)
    guard let place else { return }
    diagnostic.notes.append("'\(name)' is declared at \(place) and shadows the built-in function '\(name)'")
    diagnostic.help = [
      place.hasPrefix("prompt[")
        ? "type %reset \(name): it deletes your value and restores the function" : "rename the variable"
    ]
  }

  /// The name of a built-in function that the failing call uses.
  private func coveredName(_ diagnostic: Diagnostic, _ primary: Span) -> String? {
    let tokens = Parser.tokens(
      of: SourceFile(name: "", text: String(primary.text.prefix(200))), interpreter.dialect)
    let text = { (token: Token) in
      String(decoding: Array(primary.text.prefix(200).utf8)[token.range], as: UTF8.self)
    }
    func isFunction(_ name: String) -> Bool {
      globals.builtins.slots[name].map { globals.words[$0].tag == .native } ?? false
    }
    if diagnostic.code == "E0303" {
      // The marked argument: `map(xs, str)`.
      guard tokens.count == 2, tokens[0].kind == .name, diagnostic.message.contains("expects a Function")
      else {
        return nil
      }
      return isFunction(text(tokens[0])) ? text(tokens[0]) : nil
    }
    // The callee is before the bracket at the end of the marked call; for a pipe or a method it is after the
    // operator.
    var index = tokens.count - 2
    if index > 0, tokens[index].kind == .rightParen, tokens[index].match >= 0 {
      index = Int(tokens[index].match) - 1
    }
    guard index >= 0, tokens[index].kind == .name else { return nil }
    return isFunction(text(tokens[index])) ? text(tokens[index]) : nil
  }

  /// The position where the text before an offset declares a variable with this name; nil if it does not.
  private func localPlace(of name: String, before place: Span) -> String? {
    let tokens = Parser.tokens(of: place.file, interpreter.dialect)
    var found: Int?
    for (index, token) in tokens.enumerated() where Int(token.start) < place.start {
      guard token.kind == .name, place.file.text(in: token.range) == name, index > 0 else { continue }
      switch tokens[index - 1].kind {
      case .let, .var, .for, .func: found = Int(token.start)
      case .leftParen, .comma, .leftBracket:
        // A parameter, or a name of a pattern.
        if tokens[index + 1].kind == .arrow || isParameter(index, tokens) { found = Int(token.start) }
      default: if tokens[index + 1].kind == .arrow { found = Int(token.start) }
      }
    }
    return found.map { "\(place.file.name):\(place.file.line(at: $0))" }
  }

  /// Whether the name is inside the brackets of a declaration: `func f(mean)`, `(a, mean) =>`,
  /// `let [a, mean]`.
  private func isParameter(_ index: Int, _ tokens: [Token]) -> Bool {
    var depth = 0
    var at = index - 1
    while at >= 0 {
      let token = tokens[at]
      if [.rightParen, .rightBracket, .rightBrace].contains(token.kind) { depth += 1 }
      if [.leftParen, .leftBracket, .leftBrace].contains(token.kind) {
        depth -= 1
        if depth < 0 {
          let match = Int(token.match)
          if match > 0, match + 1 < tokens.count, tokens[match + 1].kind == .arrow { return true }
          guard at > 0 else { return false }
          if [.let, .var, .for].contains(tokens[at - 1].kind) { return true }
          return tokens[at - 1].kind == .func || (at > 1 && tokens[at - 2].kind == .func)
        }
      }
      at -= 1
    }
    return false
  }
}
