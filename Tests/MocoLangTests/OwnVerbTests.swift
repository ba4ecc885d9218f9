import MocoLang
import Testing

/// A verb, its words and its unit are one entry each: `measure X on Y for 3 rounds { … }`.
@Suite struct OwnVerbTests {
  private static let rounds = Quantity.Unit(
    singular: "round", plural: "rounds", example: 3, doc: "A number of rounds, as in `3 rounds`.")

  private static let dialect = Dialect(
    forms: [
      CommandForm(
        "measure",
        parts: [.init("on", "Y"), .init("for", "N rounds", takesUnit: true, isOptional: true)],
        function: "benchmark", doc: "Measures how long X takes on Y.")
    ],
    units: [rounds])

  private static let signature = "benchmark(what, on, for = nil, warm = false, memory = nil)"

  private static func interpreter() -> Interpreter {
    let interpreter = Interpreter(dialect: dialect)
    interpreter.define(
      NativeFunction(signature, doc: "Measures.") { arguments in
        let limit = try arguments.optionalQuantity("for")
        return .string(
          "\(try arguments.string("what")) on \(try arguments.string("on")): \(limit?.description ?? "once"), "
            + "warm \(try arguments.bool("warm"))")
      }.taking(["memory": OptionBlock(["limit"])]))
    return interpreter
  }

  private static func run(_ text: String) -> String {
    let interpreter = interpreter()
    var printed = ""
    interpreter.output = { printed += $0 }
    let result = interpreter.run(SourceFile(name: "test.moco", text: text))
    return result.failure.map { $0.render() } ?? printed
  }

  private static func check(_ text: String) -> [String] {
    var context = CheckContext(dialect: dialect)
    for info in interpreter().names where info.isBuiltin {
      context.builtins[info.name] = .some(interpreter().callable(builtin: info.name))
    }
    return Checker.check(SourceFile(name: "test.moco", text: text), context).map { $0.render() }
  }

  @Test func isParsed() {
    let text = "let r = measure f on data for 3 rounds { warm: true }"
    let parsed = Parser.parse(SourceFile(name: "test.moco", text: text), Self.dialect)
    #expect(!parsed.hasErrors)
    #expect(
      parsed.program.outline == "(let r (`benchmark f on:data for:(rounds 3) warm:true))")
    // Without the entry it is not a form.
    #expect(Parser.parse(SourceFile(name: "test.moco", text: text), .plain).hasErrors)
  }

  @Test func isRun() {
    #expect(
      Self.run("let r = measure \"sort\" on \"lists\" for 1 rounds { warm: true }\nprint(r)")
        == "sort on lists: 1 round, warm true\n")
    #expect(
      Self.run("let n = 3\nlet r = measure \"sort\" for n rounds on \"lists\"\nprint(r)")
        == "sort on lists: 3 rounds, warm false\n")
    // A name that is bound begins no form.
    #expect(Self.run("let measure = 3\nprint(measure + 1)") == "4\n")
  }

  @Test func theUnitIsAQuantity() {
    #expect(
      Self.run("print(2 rounds + rounds(1), (4 rounds).amount, (4 rounds).unit)") == "3 rounds 4 rounds\n")
    #expect(Self.run("print(3 rounds > 2 rounds, 2 rounds == 2.0 rounds)") == "true true\n")
    #expect(Self.run("print(3 epochs)").contains("E0101"))
  }

  @Test func errorsHavePlaces() {
    let broken = Self.check("measure f\n  on data")
    #expect(broken.first?.contains("test.moco:2:3") == true, "\(broken)")
    #expect(
      broken.first?.contains("write the form on one line: measure X on Y for N rounds { … }") == true)

    let misplaced = Self.check("print(measure f on data)")
    #expect(
      misplaced.first?.contains(
        "write measure(f, …): the form 'measure …' is allowed only at the start of a statement or after '='")
        == true)

    let unknown = Self.check("let f = 1\nmeasure f on f { wram: true }")
    #expect(unknown.first?.contains("test.moco:2:18") == true, "\(unknown)")
    #expect(unknown.first?.contains("did you mean 'warm'?") == true, "\(unknown)")

    let block = Self.check("let f = 1\nmeasure f on f { memory { limt: 3 } }")
    #expect(block.first?.contains("did you mean 'limit'?") == true, "\(block)")

    let missing = Self.check("let f = 1\nmeasure f")
    #expect(missing.first?.contains("'benchmark' needs the argument 'on'") == true, "\(missing)")

    let wrong = Self.run("measure \"a\" on \"b\" for 3")
    #expect(wrong.contains("benchmark expects rounds for 'for', not the Int 3"), "\(wrong)")
    #expect(wrong.contains("3 rounds") && wrong.contains("test.moco:1:"))
  }

  @Test func isLaidOut() {
    let source = SourceFile(name: "test.moco", text: "measure  f on data   for 3   rounds {\nwarm:true\n}\n")
    #expect(Formatter.format(source, Self.dialect) == "measure f on data for 3 rounds {\n  warm: true\n}\n")
  }

  @Test func itsWordsAndUnitsAreOffered() {
    func offered(_ line: String) -> [String] {
      Self.dialect.continuations(of: line.split(separator: " ").map(String.init))
    }
    #expect(offered("measure f") == ["on", "for"])
    #expect(offered("let r = measure f on data") == ["for"])
    #expect(offered("measure f on") == [])
    #expect(offered("measure f on data for 3") == ["rounds"])
    #expect(offered("measure f on data for 1") == ["round"])
    #expect(offered("measure") == [])
    #expect(offered("print f") == [])
    #expect(Self.dialect.verbs == ["measure"])
  }

  @Test func hasHelp() {
    let text = Self.run("help(\"measure\")")
    #expect(text.contains("`measure X on Y for N rounds { … }`"), "\(text)")
    #expect(text.contains("Measures how long X takes on Y."))
    #expect(text.contains("`benchmark(X, on: Y, for: N rounds, …)`"))
    #expect(text.contains("`for N rounds` may be left out"))
    #expect(Self.run("help(rounds)").contains("A number of rounds"))
    #expect(Self.run("help(3 rounds)").contains("`3 rounds`"))
  }
}
