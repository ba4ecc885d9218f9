import MocoDocument
import MocoLang
import Testing

/// Values that are long, and displays that are stopped.
@Suite struct DisplayLimitTests {
  private func shown(_ text: String, _ limits: DocumentLimits = DocumentLimits(width: 60)) throws -> String {
    let interpreter = Interpreter(dialect: .test)
    let result = interpreter.run(SourceFile(name: "", text: text))
    #expect(result.failure == nil)
    return interpreter.document(of: result.value, limits: limits).terminal(limits)
  }

  @Test func longTextsAreCutBeforeTheyAreQuoted() throws {
    for letter in ["a", "é", "\\n", "🙂"] {
      let text = try shown("\"\(letter)\" * 100000")
      #expect(text.count <= 60, "\(letter)")
      #expect(text.hasPrefix("\"") && text.hasSuffix("…"), "\(letter)")
      #expect(!text.contains("\u{FFFD}"), "\(letter)")
    }
    // Short enough for a few lines.
    #expect(try shown("\"a\" * 500").count == 502)
    #expect(try shown("{\"\\(\"k\" * 100000)\": 1}").count < 400)
    #expect(try shown("[\"b\" * 100000, 1]").split(separator: "\n").allSatisfy { $0.count <= 60 })
  }

  @Test func interruptsEndDisplays() throws {
    let flag = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    flag.initialize(to: 0)
    defer { flag.deallocate() }
    var options = Interpreter.Options()
    options.interruptFlag = flag
    let interpreter = Interpreter(dialect: .test, options: options)
    let value = interpreter.run(
      SourceFile(
        name: "", text: "[{name: \"a text that is long enough to need a line\", i: i} for i in 0..<30]")
    ).value
    let whole = interpreter.document(of: value, limits: DocumentLimits(width: 40)).plain(width: 40)
    flag.pointee = 1
    let stopped = interpreter.document(of: value, limits: DocumentLimits(width: 40)).plain(width: 40)
    #expect(stopped.count < whole.count / 4 && stopped.contains("…"), "\(stopped)")
  }

  @Test func digitsAndRowsCanBeSet() throws {
    let limits = DocumentLimits(width: 60, rows: 4, digits: 3)
    #expect(
      try shown("[2 / 3, 1234.5678, 0.00012345, 9.999, 1e300, 5, -0.5]", limits)
        == "[0.667, 1230.0, 0.000123, 10.0, 1e+300, 5, -0.5]")
    #expect(try shown("{a: 1 / 3}", limits) == "{a: 0.333}")
    #expect(try shown("2 / 3", limits) == "0.667")
    let rows = try shown(
      "[[\"some words that make a row long\", \"more of them\", i] for i in 0..<30]", limits)
    #expect(rows.contains("… 26 more"), "\(rows)")
  }

  @Test func variablesOfFailedCallsAreKept() throws {
    let interpreter = Interpreter(dialect: .test)
    interpreter.keepsFailedFrames = true
    let program = """
      func inner(divisor) {
        let doubled = divisor * 2
        if true { let hidden = 1; hidden }
        for i in 0..<3 { if i == 1 { 1 / doubled } }
      }
      func outer(xs) { let keep = xs; xs.map(x => inner(x)) }
      outer([0])
      """
    let result = interpreter.run(SourceFile(name: "p", text: program))
    #expect(result.failure?.code == "E0403")
    let frames = interpreter.failedFrames
    let inner = try #require(frames.first)
    #expect(inner.function == "inner" && inner.line == 4)
    #expect(inner.variables.map(\.name) == ["divisor", "doubled", "i"])
    #expect(inner.variables.map(\.text) == ["0", "0", "1"])
    let outer = try #require(frames.first { $0.function == "outer" })
    #expect(outer.variables.map(\.name) == ["xs", "keep"])
    // What is caught leaves nothing, and the next error begins again.
    _ = interpreter.run(SourceFile(name: "q", text: "nothing_of_that_name"), mode: .cell)
    #expect(interpreter.failedFrames.isEmpty)
    _ = interpreter.run(SourceFile(name: "q", text: "let"), mode: .cell)
    #expect(interpreter.failedFrames.isEmpty)
  }

  @Test func longValuesOfFailedCallsAreCut() throws {
    let interpreter = Interpreter(dialect: .test)
    interpreter.keepsFailedFrames = true
    let program = "func f(s, xs) { let r = {text: s}; 1 / 0 }\nf(\"é\" * 1000000, [i for i in 0..<100000])"
    #expect(interpreter.run(SourceFile(name: "p", text: program)).failure != nil)
    let variables = try #require(interpreter.failedFrames.first?.variables)
    #expect(variables.map(\.name) == ["s", "xs", "r"])
    for variable in variables {
      #expect(variable.text.count <= 60 && !variable.text.contains("\n"), "\(variable)")
    }
  }
}
