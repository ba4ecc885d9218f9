import MocoLang
import MocoRuntime

// The description of a candidate. Only matching candidates are described.

extension Completer {
  /// Names of the session, and words of the language.
  func named(_ fits: (String) -> Bool) -> [String: Completion.Candidate] {
    var found: [String: Completion.Candidate] = [:]
    for word in SourceScanner.keywords.union(SourceScanner.constants) where fits(word) {
      found[word] = Completion.Candidate(
        word, .keyword, doc: KeywordHelp.entry(for: word).map { Summary.of($0.sentence) })
    }
    for info in interpreter.names where fits(info.name) {
      let kind: Completion.Candidate.Kind =
        switch info.typeName {
        case "Function": .function
        case "Module": .module
        default: info.isConstant ? .constant : .variable
        }
      found[info.name] = Completion.Candidate(
        info.name, kind, type: info.typeName, doc: sentence(interpreter.help(named: info.name)))
    }
    for name in declared?.names ?? [] where fits(name) {
      found[name] = declared?.candidate(name) { lookup.find([.name($0)])?.typeName }
    }
    return found
  }

  /// A member of the value before the dot.
  func member(_ name: String, of found: Lookup.Found) -> Completion.Candidate {
    let type = found.typeName.flatMap { interpreter.hostTypes[$0] }
    if let known = type?.member(name) {
      return Completion.Candidate(
        name, known.function == nil ? .field : .method, type: known.type, doc: known.summary)
    }
    switch lookup.next(found, .name(name), nil) {
    case .value(let value)?:
      let isFunction = value.typeName == "Function"
      return Completion.Candidate(
        name, isFunction ? .method : .field, type: value.typeName,
        doc: isFunction ? sentence(interpreter.help(for: value)) : nil)
    case .type(let type)?: return Completion.Candidate(name, .field, type: type)
    case .method(let method, let function, let gives)?:
      return Completion.Candidate(
        name, .method, type: gives,
        doc: method.map { Summary.of($0.doc) } ?? sentence(function.flatMap(interpreter.help(for:))))
    case .declared(let entry)?:
      return Completion.Candidate(name, entry.signature == nil ? .field : .method, type: entry.typeName)
    case nil where !interpreter.isBuiltin(name): return Completion.Candidate(name, .field)
    case nil: return Completion.Candidate(name, .method, doc: sentence(interpreter.help(named: name)))
    }
  }

  /// The first sentence below the head of a help text; nil if there is none.
  private func sentence(_ help: String?) -> String? {
    guard let help, let gap = help.firstRange(of: "\n\n") else { return nil }
    let summary = Summary.of(String(help[gap.upperBound...]))
    return summary.isEmpty ? nil : summary
  }
}
