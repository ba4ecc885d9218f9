import Foundation
import MocoManual
import MocoRuntime
import MocoTestSupport
import Testing

/// The examples in the help of functions and methods run, and give what comes after them: `len("ab")  // 2`.
@Suite struct ExampleTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let owner: String
    let code: String
    var testDescription: String { owner }
  }

  /// Fenced code in the help of all functions, and of all methods of types.
  static let examples: [Example] = {
    let interpreter = Runtime(options: RuntimeOptions()).interpreter
    let members = interpreter.indexOfTypes.flatMap(\.members)
    return (interpreter.indexOfNames + members).flatMap { entry in
      fences(entry.text).map { Example(owner: entry.name, code: $0) }
    }
  }()

  private static func fences(_ text: String) -> [String] {
    var found: [String] = []
    var lines: [String]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let isFence = line.drop { $0 == " " }.hasPrefix("```")
      if isFence, let body = lines {
        found.append(body.joined(separator: "\n"))
        lines = nil
      } else if isFence {
        lines = []
      } else {
        lines?.append(String(line))
      }
    }
    return found
  }

  /// The example below what it takes as given; its lines with a value behind them print it.
  private static func program(_ example: Example) -> (text: String, expected: [String]) {
    let head = ExamplePrelude.statements(for: example.code)
    var expected: [String] = []
    let lines = example.code.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
      guard let mark = line.range(of: " // ") else { return String(line) }
      let code = line[..<mark.lowerBound].trimmingCharacters(in: .whitespaces)
      let value = line[mark.upperBound...].trimmingCharacters(in: .whitespaces)
      guard isValue(value) else { return String(line) }
      if code.hasPrefix("print(") {
        expected.append(value)
        return code
      }
      guard isExpression(code) else { return String(line) }
      expected.append("[\(value)]")
      return "print([\(code)])"
    }
    return ((head + lines).joined(separator: "\n") + "\n", expected)
  }

  private static func isValue(_ text: String) -> Bool {
    text.wholeMatch(of: /-?[0-9.e+-]+|[\["{].*[\]"}]|true|false|nil|nan|-?inf/) != nil
  }

  private static func isExpression(_ code: String) -> Bool {
    !["let ", "var ", "for ", "while ", "if ", "func ", "use ", "}"].contains(where: code.hasPrefix)
      && !code.contains(" = ") && !code.hasSuffix("{") && !code.hasSuffix(",")
  }

  @Test func everyFunctionAndMethodHasOne() {
    let with = Set(Self.examples.map(\.owner))
    let interpreter = Runtime(options: RuntimeOptions()).interpreter
    let functions = interpreter.indexOfNames.filter { $0.form.contains("(") }.map(\.name)
    var methods: [String] = []
    for (type, members) in interpreter.indexOfTypes {
      for (member, entry) in zip(type.members, members) where member.function != nil {
        methods.append(entry.name)
      }
    }
    #expect((functions + methods).filter { !with.contains($0) } == [])
  }

  /// `input` asks somebody at a terminal.
  @Test(arguments: ExampleTests.examples.filter { $0.owner != "input" })
  func runs(_ example: Example) throws {
    let (text, expected) = Self.program(example)
    let folder = try TemporaryFolder()
    try folder.write(text, to: "example.moco")
    let result = try moco(["run", "--no-record", "example.moco"], folder: folder.path)
    #expect(result.status == 0, "\(text)\n\(result.errors)")
    let lines = result.output.split(separator: "\n").map(String.init)
    for value in expected { #expect(lines.contains(value), "\(text)\n\(result.output)") }
  }
}
