import MocoLang
import MocoRuntime

// What an editor asks about a file that has not run.

/// The call around a place, as it can be written.
package struct CallSignature: Equatable {
  /// `round(x, digits: Int = 0)`
  package var text: String
  /// What its doc says first.
  package var doc: String?
  /// The parameters as parts of the text.
  package var parameters: [Range<String.Index>]
  /// The parameter that the place gives; nil where that is none of them.
  package var active: Int?
}

extension Session {
  /// What stands at a place of a file: of a name that the file declares, or of what the language knows. Of a label, the
  /// function that takes it. Nil where nothing is known.
  ///
  /// - Parameter cursor: in Unicode scalars.
  package func inspect(_ text: [Unicode.Scalar], at cursor: Int, declared: DeclaredNames) -> Inspection? {
    var end = min(max(cursor, 0), text.count)
    while end < text.count, SourceScanner.continuesName(text[end]) { end += 1 }
    var start = end
    while start > 0, SourceScanner.continuesName(text[start - 1]) { start -= 1 }
    guard start < end else { return nil }
    let word = String(String.UnicodeScalarView(text[start..<end]))
    let scanner = SourceScanner(Array(text[..<end]), interpreter.dialect)
    // A code is explained wherever it is written.
    guard case .code = scanner.end else {
      return interpreter.dialect.errors.entry(for: word) == nil ? nil : inspect(word, detail: 1)
    }
    let completer = completer(declared)
    let before = Array(text[..<end])
    if end < text.count, text[end] == ":", let function = completer.function(around: before, scanner) {
      return inspect(function.steps, declared, completer)
    }
    guard let steps = completer.chain(before, scanner) else { return nil }
    return inspect(steps, declared, completer)
  }

  private func inspect(
    _ steps: [Lookup.Step], _ declared: DeclaredNames, _ completer: Completer
  ) -> Inspection? {
    let lookup = completer.lookup
    guard case .name(let first)? = steps.first, lookup.isDeclared(first) else { return inspect(steps, 1) }
    let found = lookup.find(steps)
    guard let text = steps.count == 1 ? lookup.help(declared: first) : lookup.help(steps) else { return nil }
    return Inspection(name: first, type: found?.typeName, markdown: text)
  }

  /// The call that a place stands in; nil where it stands in none that is known.
  ///
  /// - Parameter cursor: in Unicode scalars.
  package func signature(_ text: [Unicode.Scalar], at cursor: Int, declared: DeclaredNames) -> CallSignature?
  {
    let before = Array(text[..<min(max(cursor, 0), text.count)])
    let scanner = SourceScanner(before, interpreter.dialect)
    // In a string of a call's argument the call is still the one that is written.
    guard scanner.end != .comment else { return nil }
    let completer = completer(declared)
    guard let open = scanner.open.last(where: { before[$0] == "(" || before[$0] == "{" }),
      before[open] == "(",
      let steps = completer.chain(Array(before[..<open]), scanner), let found = completer.lookup.find(steps),
      let help = completer.lookup.callHelp(found)
    else { return nil }
    let parts = help.components(separatedByBlankLine: 2)
    var signature = CallSignature(
      text: parts[0], doc: parts.count > 1 ? Summary.of(parts[1]) : nil,
      parameters: CallSignature.parameters(in: parts[0]), active: nil)
    let names = signature.parameters.map { CallSignature.name(String(signature.text[$0])) }
    let given = completer.given(before, open + 1..<before.count, scanner)
    if let label = completer.label(before, open, scanner) {
      signature.active = names.firstIndex(of: label)
    } else {
      // What stands before a dot is the first argument of a function.
      var first = 0
      if case .method(nil, _, _) = found, steps.count > 1 { first = 1 }
      let place = given.positions + first
      let byPosition = signature.text.parametersByPosition(signature.parameters)
      signature.active = place < byPosition ? place : names.firstIndex { $0.hasPrefix("*") && $0.count > 1 }
    }
    return signature
  }
}

extension Completer {
  /// The innermost call around the end of a text whose function is known.
  func function(around text: [Unicode.Scalar], _ scanner: SourceScanner) -> (steps: [Lookup.Step], open: Int)?
  {
    for open in scanner.open.reversed().prefix(Completer.deepestBlock)
    where text[open] == "(" || text[open] == "{" {
      var end = open
      if text[open] == "{" {
        while end > 0, text[end - 1] == " " { end -= 1 }
        if end > 0, text[end - 1] == ")", let paren = scanner.partners[end - 1] {
          end = paren
        } else if let name = blockCall(text[..<end]) {
          return ([.name(name)], open)
        } else if let form = form(text[..<open]) {
          return ([.name(form.function)], open)
        } else {
          continue
        }
      }
      if let steps = chain(Array(text[..<end]), scanner), lookup.find(steps) != nil { return (steps, open) }
    }
    return nil
  }

  /// The label of the argument that a text ends in.
  func label(_ text: [Unicode.Scalar], _ open: Int, _ scanner: SourceScanner) -> String? {
    var label: String?
    var inside = open + 1
    for token in scanner.tokens where token.range.lowerBound >= inside {
      if token.kind == .bracket, let partner = scanner.partners[token.range.lowerBound] {
        inside = max(inside, partner)
      } else if token.kind == .label {
        label = string(text[token.range])
      } else if token.kind == .operator, text[token.range.lowerBound] == "," {
        label = nil
      }
    }
    return label
  }
}

extension Lookup {
  /// Help on something that can be called: its signature, then its doc.
  func callHelp(_ found: Found) -> String? {
    switch found {
    case .value(let value):
      guard !interpreter.parameters(of: value).isEmpty || value.typeName == "Function" else { return nil }
      return interpreter.help(for: value)
    case .method(let method?, _, _): return interpreter.help(for: .function(method))
    case .method(nil, let function?, _): return interpreter.help(for: function)
    case .declared(let entry): return entry.signature == nil ? nil : entry.help(type: nil)
    default: return nil
    }
  }
}

extension CallSignature {
  /// The pieces between the commas of the outermost parentheses.
  static func parameters(in text: String) -> [Range<String.Index>] {
    guard let open = text.firstIndex(of: "(") else { return [] }
    var found: [Range<String.Index>] = []
    var depth = 0
    var isString = false
    var start = text.index(after: open)
    var at = start
    func piece(_ end: String.Index) {
      var from = start
      while from < end, text[from] == " " { from = text.index(after: from) }
      if from < end { found.append(from..<end) }
    }
    while at < text.endIndex {
      switch text[at] {
      case "\"": isString.toggle()
      case _ where isString: break
      case "(", "[", "{": depth += 1
      case ")" where depth == 0:
        piece(at)
        return found
      case ")", "]", "}": depth -= 1
      case "," where depth == 0:
        piece(at)
        start = text.index(after: at)
      default: break
      }
      at = text.index(after: at)
    }
    return found
  }

  /// The name at the beginning of a parameter, with its stars.
  static func name(_ parameter: String) -> String {
    String(parameter.prefix { $0 == "*" || $0 == "_" || $0.isLetter || $0.isNumber })
  }
}

extension String {
  /// How many of the parameters can be given by position: those before a star.
  fileprivate func parametersByPosition(_ parameters: [Range<String.Index>]) -> Int {
    parameters.prefix { !self[$0].hasPrefix("*") }.count
  }

  /// The head and what comes after an empty line.
  fileprivate func components(separatedByBlankLine most: Int) -> [String] {
    split(separator: "\n\n", maxSplits: most - 1, omittingEmptySubsequences: false).map(String.init)
  }
}
