import MocoBase
import MocoLang
import Testing

/// Arguments find their parameters by the same rules, and with the same messages, whoever wrote the function.
@Suite struct OneBindingTests {
  private static func interpreter() -> Interpreter {
    let interpreter = Interpreter(dialect: .plain)
    // Of the embedder, and of the core.
    interpreter.define(
      NativeFunction("made(first, second = 2)") { arguments in
        .list([try arguments.value("first"), try arguments.value("second")])
      })
    interpreter.define([
      NativeFunction(core: "core(first, second = 2)", doc: "") { machine, arguments in
        try machine.heap.list(copying: UnsafeBufferPointer(start: arguments, count: 2))
      }
    ])
    return interpreter
  }

  /// What a call of each of the three functions prints or says, with its name as `f`.
  private func outcomes(_ call: String) -> [String] {
    ["own", "core", "made"].map { name in
      let interpreter = Self.interpreter()
      var printed = ""
      interpreter.output = { printed += $0 }
      let text =
        "func own(first, second = 2) { [first, second] }\nprint(\(call.replacing("f(", with: name + "(")))"
      let result = interpreter.run(SourceFile(name: "test.moco", text: text))
      guard let failure = result.failure else { return printed }
      let said = [failure.code, failure.message] + failure.help
      return said.joined(separator: " | ").replacing(name, with: "f")
    }
  }

  @Test(arguments: [
    ("f(1)", "[1, 2]\n"),
    ("f(1, 3)", "[1, 3]\n"),
    ("f(second: 5, first: 4)", "[4, 5]\n"),
    ("f(..[7], ..{second: 8})", "[7, 8]\n"),
    ("f()", "E0304 | f needs the argument 'first' | signature: f(first, second = 2)"),
    ("f(second: 1)", "E0304 | f needs the argument 'first' | signature: f(first, second = 2)"),
    ("f(1, 2, 3)", "E0306 | f takes 2 arguments, but 3 are given | its arguments are first, second"),
    ("f(1, first: 2)", "E0306 | f gets the argument 'first' more than once"),
    ("f(1, secnd: 2)", "E0306 | f has no argument 'secnd' | did you mean 'second'?"),
    ("f(1, other: 2)", "E0306 | f has no argument 'other' | its arguments are first, second"),
  ]) func alike(call: String, wanted: String) {
    for outcome in outcomes(call) { #expect(outcome == wanted) }
  }

  /// A call that fails gives its arguments up, by name and spread ones too.
  @Test func nothingStaysBehind() {
    let interpreter = Self.interpreter()
    var printed = ""
    interpreter.output = { printed += $0 }
    let text = """
      func own(first, second = 2) { [first, second] }
      for f in [own, core, made] {
        for i in 0..<200 {
          try { f(first: "a" * i, second: [i], third: [i]) } catch e { i }
          try { f("a" * i, first: [i]) } catch e { i }
          try { f(..[i, [i], [i]]) } catch e { i }
        }
        print(f(second: "b", first: "a"))
      }
      """
    let result = interpreter.run(SourceFile(name: "test.moco", text: text))
    #expect(result.failure?.message == nil)
    #expect(printed == String(repeating: "[\"a\", \"b\"]\n", count: 3))
  }
}
