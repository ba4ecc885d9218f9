import MocoLang
import Testing

@Suite struct SyntaxStatementTests {
  @Test(arguments: [
    // Line breaks.
    ("a\nb", "a\nb"),
    ("a; b;\nc", "a;\nb;\nc"),
    ("a\n- b", "a\n(- b)"),
    ("a -\nb", "(- a b)"),
    ("(a\n- b)", "(- a b)"),
    ("f\n(x)", "f\nx"),
    ("(f\n(x))", "(f x)"),
    ("a\n[0]", "a\n[0]"),
    ("x\n  .f()\n  // why\n\n  .g", "(x.f).g"),
    ("x\n|> f\n|> g", "(g (f x))"),
    ("let x =\n1", "(let x 1)"),
    ("x =>\nx", "(=> (x) {x})"),
    ("f(a:\n1,\nb\n:2)", "(f a:1 b:2)"),
    ("[1,\n2\n,3\n]", "[1 2 3]"),
    ("a and\nb or\nc", "(or (and a b) c)"),
    ("a not in\nb", "(not in a b)"),
    ("if a { 1 }\nelse { 2 }", "(if a {1} {2})"),
    ("if a { 1 }\n\n// so\nelse if b { 2 }\nelse { 3 }", "(if a {1} b {2} {3})"),
    ("try { a }\ncatch e { b }", "(try {a} e {b})"),
    ("f(x => {\n a\n b\n}, {c: 1\n d: 2})", "(f (=> (x) {a b}) {c:1 d:2})"),
    ("({a: 1\n\n b: 2,\n c: 3,\n})", "{a:1 b:2 c:3}"),
    ("({a: [1,\n2]\n b: (3\n+ 4)})", "{a:[1 2] b:(+ 3 4)}"),
    ("({a: if x { 1 }\n else { 2 }\n else: 3})", "{a:(if x {1} {2}) else:3}"),
    ("f(x)\n({a: 1})", "(f x)\n{a:1}"),
    ("return_ = [..a,\n ..b]", "(= return_ [..a ..b])"),
    // Declarations.
    ("let [a, [b, _], ..c] = x", "(let [a [b _] ..c] x)"),
    ("let {loss, for: f, in: {g}} = x", "(let {loss:loss for:f in:{g:g}} x)"),
    ("var x = 1", "(var x 1)"),
    ("x.y[0] += 2", "(+= x.y[0] 2)"),
    ("x **= 2", "(**= x 2)"),
    ("func f(a, b = 2) {\n  return a\n}", "(func f (a b=2) {(return a)})"),
    ("func f() { return }", "(func f () {return})"),
    ("while a < b { continue }", "(while (< a b) {continue})"),
    ("for [i, x] in enumerate(xs) { break }", "(for [i x] (enumerate xs) {break})"),
    ("for x in 0..<3 { x }", "(for x (..< 0 3) {x})"),
    ("try { a } catch { b }", "(try {a} _ {b})"),
    ("use templates", "(use templates templates)"),
    ("use \"./lib/common.moco\" as c", "(use \"./lib/common.moco\" c)"),
    ("use \"./common.moco\"", "(use \"./common.moco\" common)"),
    ("use {a, b as c} from templates", "(use templates {a b:c})"),
    // Command forms.
    ("train a on b.c for 50 epochs { x: 1 }", "(`train a on:b.c for:(epochs 50) x:1)"),
    ("let r = train a on b for n epochs", "(let r (`train a on:b for:(epochs n)))"),
    ("train a on b for d", "(`train a on:b for:d)"),
    ("r = evaluate m on f(x) { n: 1 }", "(= r (`evaluate m on:(f x) n:1))"),
    ("show x.y", "(`show x.y)"),
    ("show -x", "(`show (- x))"),
    ("show \"a\" |> f", "(`show (f \"a\"))"),
    ("show(x)", "(show x)"),
    ("show [1]", "show[1]"),
    ("show = 3", "(= show 3)"),
    ("x => { show x }", "(=> (x) {(`show x)})"),
    ("let show = 3\nshow -1", "(let show 3)\n(- show 1)"),
    ("func f(train) { train -1 }\ntrain -1", "(func f (train) {(- train 1)})\n(`train -1)"),
    ("func f() { show -1 }\nlet show = 2", "(func f () {(- show 1)})\n(let show 2)"),
    ("train templates on on", "(`train templates on:on)"),
    (
      "templates t { group \"a b\" { \"x {}\" \"y {}\"\n\"z {}\" } }",
      "(let t (`templates {a b:[\"x {}\" \"y {}\" \"z {}\"]} name:\"t\"))"
    ),
    ("templates(x)", "(templates x)"),
    ("let group = 1", "(let group 1)"),
  ])
  func statements(source: String, outline: String) {
    #expect(SyntaxSupport.outline(source) == outline)
  }

  @Test func boundNamesBeginNoForm() {
    #expect(SyntaxSupport.outline("show -1", bound: ["show"]) == "(- show 1)")
  }

  @Test(arguments: [
    ("if a\n{ 1 }", "E0101"), ("func f()\n{ }", "E0101"), ("let x", "E0101"), ("let x: Int = 1", "E0101"),
    ("1 = 2", "E0109"), ("f() = 2", "E0109"), ("{a: b} = c", "E0109"), ("a = b = c", "E0109"),
    ("x => y = 1", "E0101"), ("if x = 1 { }", "E0101"), ("print x", "E0101"), ("return f x", "E0101"),
    ("try { a }\nb", "E0101"), ("use 1", "E0101"), ("use \"./a-b.moco\"", "E0118"),
    ("use \"\\(x)\" as y", "E0118"),
    ("f(x)\n{ a: 1 }\n{ b }", "E0101"), ("for x xs { }", "E0101"), ("let for = 1", "E0101"),
    ("templates t { \"x\" }", "E0101"), ("train a\non b", "E0101"), ("{a: 1,, b: 2}", "E0101"),
    ("f() { a: 1; b: 2 }", "E0101"), ("def f() { }", "E0101"),
  ])
  func wrong(source: String, code: String) {
    #expect(SyntaxSupport.codes(source).first == code)
  }

  @Test func severalErrorsARun() {
    let text = """
      let x = 1 +* 2
      func f(a {
      }
      print("fine")
      """
    #expect(SyntaxSupport.codes("let x = 1 + * 2\nlet = 3\nprint(1)\nx y\n") == ["E0101", "E0101", "E0101"])
    #expect(SyntaxSupport.codes(text).count == 2)
    // An error inside a body leaves the body and what follows it intact.
    let result = SyntaxSupport.parse("func f() {\n  let a = \n  }\nlet y = 2\n")
    #expect(result.diagnostics.map(\.line) == [3])
    #expect(result.program.outline == "(func f () {<invalid>})\n(let y 2)")
    #expect(
      SyntaxSupport.codes("f(1 2, 3)\ng(x => {\n 1 2\n 3 4\n})\nh(") == ["E0101", "E0101", "E0101", "E0106"])
  }

  @Test(arguments: [
    "f(", "[1, 2", "{a: 1", "if x {", "func f() {\n  1\n", "1 +", "let x =", "x =>", "a and", "not", "f(a,",
    "x.",
    "\"\"\"abc", "\"\\(f(", "for x in", "try { a }", "/// doc", "x |>", "f(x => {", "print(\"\\(x", "0..<",
  ])
  func incomplete(source: String) {
    #expect(SyntaxSupport.parse(source).isIncomplete)
    #expect(SyntaxSupport.parse(source + "\n").isIncomplete)
  }

  @Test(arguments: [
    "", "1", "f()", "let x", "\"abc", "if x", "func f()", "f)", "1 + * 2", "let x = )", "f(]", "// comment",
    "use", "x y", "{a: 1}", "else", "/// doc\n\n", "for x", "if x { 1 2", "f(1 2",
  ])
  func notIncomplete(source: String) {
    #expect(!SyntaxSupport.parse(source).isIncomplete)
  }

  @Test func documentation() {
    let text = """
      /// The file.

      /// Adds.
      /// Twice.
      func f() { }
      /// lost
      1
      /// A constant.
      let x = 1
      /// Views.
      templates t { group "a" { "{}" } }
      """
    let program = SyntaxSupport.parse(text).program
    #expect(program.doc == "The file.")
    var docs: [String?] = []
    for statement in program.statements {
      switch statement.kind {
      case .function(let declaration): docs.append(declaration.doc)
      case .binding(let binding): docs.append(binding.doc)
      case .groups(let declaration): docs.append(declaration.doc)
      default: docs.append(nil)
      }
    }
    #expect(docs == ["Adds.\nTwice.", nil, "A constant.", "Views."])
  }

  @Test func cells() {
    let text = """
      use templates
      // %% First
      1
      2;
      // %% [markdown] Words
      // %%
      x
      .y
      """
    let program = SyntaxSupport.parse(text).program
    #expect(program.cells.map(\.title) == ["", "First", "Words", ""])
    #expect(program.cells.map(\.kind) == [.code, .code, .markdown, .code])
    #expect(program.cells.map(\.statements) == [0..<1, 1..<3, 3..<3, 3..<4])
    #expect(SyntaxSupport.parse("x\n// %%\n.y").hasErrors)
    #expect(SyntaxSupport.parse("// %% a\n1").program.cells.map(\.title) == ["a"])
    #expect(SyntaxSupport.parse("1").program.cells.count == 1)
    #expect(SyntaxSupport.parse("// %%\n// %%\n1").program.cells.count == 2)
    #expect(SyntaxSupport.parse("// %% [markdown]\n// a\n// %%\n1").program.cells.map(\.kind) == [.markdown, .code])
    #expect(SyntaxSupport.parse("// words\n// %%\n1").program.cells.count == 1)
  }

  @Test(arguments: [
    ("// %%", "", Program.Cell.Kind.code, ""), ("//%% A b", "A b", .code, ""),
    ("// %% [markdown] A", "A", .markdown, ""), ("// %% A [markdown]", "A", .markdown, ""),
    ("// %%[raw]", "", .raw, ""), ("// %% A {\"tags\": [\"x\"]}", "A", .code, "{\"tags\": [\"x\"]}"),
    ("// %% [raw] {\"a\": {\"b\": 1}}", "", .raw, "{\"a\": {\"b\": 1}}"),
    ("// %% \"a photo of a {}\"", "\"a photo of a {}\"", .code, ""), ("// %% [other] A", "[other] A", .code, ""),
  ])
  func cellHeads(_ line: String, _ title: String, _ kind: Program.Cell.Kind, _ attributes: String) {
    let cell = SyntaxSupport.parse(line + "\n1").program.cells.last
    #expect(cell?.title == title)
    #expect(cell?.kind == kind)
    #expect(cell?.attributes == attributes)
  }

  @Test func ordinaryCommentsBeginNoCell() {
    for line in ["// %%x", "// 100 %%", "/// %% a", "(1 // %% a\n)"] {
      #expect(!SyntaxSupport.parse(line + "\n1").program.hasCells)
    }
  }

  @Test func sourcePositions() {
    let file = SourceFile(name: "a", text: "aé\r\n\tb\n")
    #expect(file.lineCount == 3)
    #expect(file.position(at: 3) == (1, 3))
    #expect(file.position(at: 6) == (2, 2))
    #expect(file.range(ofLine: 1) == 0..<3)
    let broken = SourceFile(name: "b", bytes: [0x61, 0xFF, 0x62])
    #expect(broken.invalidOffset == 1)
    #expect(Parser.parse(broken, .test).diagnostics.first?.code == "E0100")
    #expect(
      Parser.parse(SourceFile(name: "c", bytes: [0xEF, 0xBB, 0xBF, 0x31]), .test).program.outline == "1")
    #expect(SyntaxSupport.outline("#!/usr/bin/env moco\n1") == "1")
  }
}
