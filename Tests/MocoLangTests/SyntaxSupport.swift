import MocoLang

enum SyntaxSupport {
  static func parse(_ text: String, bound: Set<String> = []) -> ParseResult {
    Parser.parse(SourceFile(name: "test.moco", text: text), .test, boundNames: bound)
  }

  /// The outline, or the errors where there are any.
  static func outline(_ text: String, bound: Set<String> = []) -> String {
    let result = parse(text, bound: bound)
    if result.hasErrors {
      return result.diagnostics.map { "\($0.code): \($0.message)" }.joined(separator: "\n")
    }
    return result.program.outline
  }

  static func codes(_ text: String) -> [String] { parse(text).diagnostics.map(\.code) }

  static let builtins: [String: CheckContext.Callable?] = [
    "print": .init(parameters: [], takesRest: true),
    "len": .init(parameters: [.init(name: "x", isRequired: true)]),
    "map": nil, "sum": nil, "enumerate": nil, "error": nil, "train": nil, "evaluate": nil, "show": nil,
    "templates": nil, "sqrt": nil, "range": nil,
    "router": .init(
      parameters: [
        .init(name: "dim", isRequired: true), .init(name: "experts", isRequired: false),
        .init(name: "top_k", isRequired: false),
      ]),
  ]

  /// Codes and lines of what parser and checker say, without values that are thrown away: most programs of the tests
  /// name a variable to have it read.
  static func check(_ text: String, names: [String: Bool] = [:], isPrompt: Bool = false) -> [String] {
    let result = parse(text)
    let found =
      result.diagnostics
      + Checker.check(
        result.program, CheckContext(dialect: .test, builtins: builtins, names: names, isPrompt: isPrompt))
    return found.filter { $0.code != "E0121" }.map { "\($0.code):\($0.line ?? 0)" }
  }
}
