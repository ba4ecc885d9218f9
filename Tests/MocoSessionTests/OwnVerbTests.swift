import MocoLang
import MocoSession
import Testing

/// What a verb's entry means for highlighting and completion; the language's own tests have the rest.
@Suite struct OwnVerbSessionTests {
  private static let dialect = Dialect(
    forms: [
      CommandForm(
        "measure",
        parts: [.init("on", "Y"), .init("for", "N rounds", takesUnit: true, isOptional: true)],
        doc: "Measures how long X takes on Y.")
    ],
    units: [.init(singular: "round", plural: "rounds", example: 3, doc: "A number of rounds.")])

  private func candidates(_ text: String) -> [String] {
    let interpreter = Interpreter(dialect: Self.dialect)
    interpreter.define(
      NativeFunction("measure(what, on, for = nil, warm = false, memory = nil)") { _ in .nil }
        .taking(["memory": OptionBlock(["limit", "kind"])]))
    return Completer(interpreter: interpreter).completion(text, cursor: text.unicodeScalars.count).texts
  }

  @Test func theVerbStandsOut() {
    func kind(_ text: String) -> SourceScanner.Kind? {
      SourceScanner(Array(text.unicodeScalars), Self.dialect).tokens.first { $0.kind == .command }?.kind
    }
    #expect(kind("measure f on data") == .command)
    #expect(kind("let r = measure f on data") == .command)
    #expect(kind("measure(f, on: data)") == nil)
    #expect(kind("train f on data") == nil)
  }

  @Test func itsWordsUnitsAndOptionsAreOffered() {
    #expect(candidates("measure f o").contains("on"))
    #expect(candidates("let r = measure f on data fo") == ["for", "format"])
    #expect(candidates("measure f on data for 3 rou") == ["round", "rounds"])
    #expect(candidates("measure f on data for 1 round").contains("round"))
    #expect(candidates("print f o").contains("on") == false)
    #expect(candidates("measure f on data { wa") == ["warm: "])
    #expect(candidates("measure f on data { memory { li").contains("limit: "))
  }
}
