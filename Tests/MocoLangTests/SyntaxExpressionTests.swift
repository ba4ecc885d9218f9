import MocoLang
import Testing

@Suite struct SyntaxExpressionTests {
  @Test(arguments: [
    // The table, lowest to highest.
    ("x => x |> f", "(=> (x) {(f x)})"),
    ("a |> f or b", "((or f b) a)"),
    ("a or b and c or d", "(or a (and b c) d)"),
    ("not a and b", "(and (not a) b)"),
    ("not a == b", "(not (== a b))"),
    ("not not a", "(not (not a))"),
    ("a ?? b == c", "(== (?? a b) c)"),
    ("a == b ?? c ?? d", "(== a (?? b c d))"),
    ("0..<n + 1", "(..< 0 (+ n 1))"),
    ("x in 1...n", "(in x (... 1 n))"),
    ("x not in xs", "(not in x xs)"),
    ("not x in xs", "(not (in x xs))"),
    ("1 + 2 * 3 - 4", "(- (+ 1 (* 2 3)) 4)"),
    ("a * b / c % d @ e", "(@ (% (/ (* a b) c) d) e)"),
    ("-a * b", "(* (- a) b)"),
    ("a * -b", "(* a (- b))"),
    ("-2 ** 2", "(- (** 2 2))"),
    ("2 ** -1", "(** 2 -1)"),
    ("2 ** 3 ** 4", "(** 2 (** 3 4))"),
    ("-x ** -y ** 2", "(- (** x (- (** y 2))))"),
    ("a - -1", "(- a -1)"),
    ("a -1", "(- a 1)"),
    ("- - x", "(- (- x))"),
    ("-x.y", "(- x.y)"),
    ("-9223372036854775808", "-9223372036854775808"),
    ("2.5.floor()", "(2.5.floor)"),
    ("1..<3", "(..< 1 3)"),
    // Calls.
    ("f()(1)[2].g", "((f) 1)[2].g"),
    ("f(a, b: 2, ..rest)", "(f a b:2 ..rest)"),
    ("f(in: 1, for: 2, use: 3)", "(f in:1 for:2 use:3)"),
    ("x.in.for", "x.in.for"),
    ("x |> f", "(f x)"),
    ("x |> f(y) |> g(z: 1)", "(g (f x y) z:1)"),
    ("x |> m.f(y)", "(m.f x y)"),
    ("x |> (f(y))", "((f y) x)"),
    ("f(x) { a: 1, b { c: 2 }, ..d }", "(f x a:1 b:{c:2} ..d)"),
    ("f() { a: g() { b: 1 } }", "(f a:(g b:1))"),
    ("x |> f(1) { a: 2 }", "(f x 1 a:2)"),
    ("f(x) { a: 1 }.y", "(f x a:1).y"),
    // Indices.
    ("t[1..<3, :, 0]", "t[(..< 1 3) : 0]"),
    ("t[:]", "t[:]"),
    ("t[-1]", "t[-1]"),
    ("t[1...-1]", "t[(... 1 -1)]"),
    ("t[list, mask > 0]", "t[list (> mask 0)]"),
    // Collections.
    ("[1, 2, ..xs, 3,]", "[1 2 ..xs 3]"),
    ("({a: 1, \"b c\": 2, ..r, if: 3})", "{a:1 b c:2 ..r if:3}"),
    ("({\"\\(k)\": 1})", "{(str k):1}"),
    ("[x * 2 for x in xs if x > 1]", "[(* x 2) (for x xs) (if (> x 1))]"),
    ("[a + b for a in as_ for [b, _] in bs if a if b]", "[(+ a b) (for a as_) (for [b _] bs) (if a) (if b)]"),
    ("[if x {1} else {2} for x in xs]", "[(if x {1} {2}) (for x xs)]"),
    ("{}", "{}"),
    // Functions.
    ("() => 1", "(=> () {1})"),
    ("(a, b = 2) => { a\n b }", "(=> (a b=2) {a b})"),
    ("x => ({a: x})", "(=> (x) {{a:x}})"),
    ("x => y => x + y", "(=> (x) {(=> (y) {(+ x y)})})"),
    ("f(x => x, 2)", "(f (=> (x) {x}) 2)"),
    ("func (a) { a }", "(=> (a) {a})"),
    ("xs |> x => x + 1", "((=> (x) {(+ x 1)}) xs)"),
    // Quantities.
    ("50 epochs", "(epochs 50)"),
    ("f(at_least: 200 steps)", "(f at_least:(steps 200))"),
    ("1 epoch + 2 epochs", "(+ (epoch 1) (epochs 2))"),
    ("-1 epoch", "(- (epoch 1))"),
    ("epochs(n)", "(epochs n)"),
    // if
    ("if a { 1 } else if b { 2 } else { 3 }", "(if a {1} b {2} {3})"),
    ("if f(x) { 1 }", "(if (f x) {1})"),
    ("if f({a: 1}) { 2 }", "(if (f {a:1}) {2})"),
    ("if (f(x) { a: 1 }) { 2 }", "(if (f x a:1) {2})"),
  ])
  func expressions(source: String, outline: String) {
    #expect(SyntaxSupport.outline(source) == outline)
  }

  @Test(arguments: [
    ("1 < 2 < 3", "E0108"), ("a == b != c", "E0108"), ("1..<2..<3", "E0108"), ("a in b in c", "E0108"),
    ("a == not b", "E0108"), ("1 +", "E0101"), ("(1, 2)", "E0101"), ("f(a = 1)", "E0101"), ("[1 2]", "E0101"),
    ("xs[1..]", "E0101"), ("xs[1:]", "E0101"), ("{a}", "E0101"), ("+1", "E0101"), ("a b", "E0101"),
    ("f(a: 1, a: 2)", "E0115"), ("(a, a) => 1", "E0115"), ("(a = 1, b) => 1", "E0120"),
    ("9223372036854775808", "E0104"), ("1__0", "E0104"), ("0x", "E0104"), ("12abc", "E0104"),
    ("a && b", "E0105"), ("!a", "E0105"), ("a ? b : c", "E0105"), ("'a'", "E0105"), ("x # y", "E0105"),
    ("\"a", "E0102"), ("\"\\q\"", "E0103"), ("\"\\u{110000}\"", "E0103"), ("\"\\()\"", "E0101"),
    (")", "E0107"), ("f(1]", "E0107"), ("[(1]", "E0106"), ("{x: 1", "E0106"), ("{let x = 1}", "E0101"),
  ])
  func wrong(source: String, code: String) {
    #expect(SyntaxSupport.codes(source).first == code)
  }

  @Test func stringPieces() {
    #expect(SyntaxSupport.outline(#""a\n\t\"\\\u{1F600}""#) == "\"a\\n\\t\\\"\\\\😀\"")
    #expect(
      SyntaxSupport.outline(#""x = \(x:.3f), \(f("in)ner", {a: 1}):>8)""#)
        == #"(str "x = " x:.3f ", " (f "in)ner" {a:1}):>8)"#)
    #expect(SyntaxSupport.outline(#""\(a ?? "b \(c)")""#) == #"(str (?? a (str "b " c)))"#)
    #expect(SyntaxSupport.outline(#""{} {a}""#) == #""{} {a}""#)
    #expect(SyntaxSupport.outline("\"\\(f(\n1))\"") == "(str (f 1))")
  }

  @Test func multilineStrings() {
    let q = "\"\"\""
    #expect(SyntaxSupport.outline("\(q)a\n  b\(q)") == #""a\n  b""#)
    #expect(SyntaxSupport.outline("\(q)\na\nb\n\(q)") == #""a\nb""#)
    #expect(SyntaxSupport.outline("\(q)\n    a\n      b\n\n    \(q)") == #""a\n  b\n""#)
    #expect(SyntaxSupport.outline("\(q)\n    a\n    b\(q)") == #""a\nb""#)
    #expect(SyntaxSupport.outline("\(q)\n    a\n  \(q)") == #""  a""#)
    #expect(SyntaxSupport.outline("\(q)\n  a \\(x) b\n  \\(y)\n  \(q)") == #"(str "a " x " b\n" y)"#)
    #expect(SyntaxSupport.outline("\(q)say \"hi\" \\\n   now\(q)") == #""say \"hi\" now""#)
    #expect(SyntaxSupport.outline("\(q)\(q)") == #""""#)
    #expect(SyntaxSupport.outline("\(q)\n\(q)") == #""""#)
    #expect(SyntaxSupport.outline("\(q)\r\n  a\r\n  \(q)") == #""a""#)
  }

  @Test func numbers() {
    #expect(
      SyntaxSupport.outline("[42, 1_000, 0x1F, 0b101, 3.5, 1e-5, 1E3, 0.1]")
        == "[42 1000 31 5 3.5 1e-05 1000.0 0.1]")
  }

  @Test func unicodeNames() {
    #expect(SyntaxSupport.outline("let größe = λ + 数_1") == "(let größe (+ λ 数_1))")
  }

  @Test func operatorSpans() throws {
    let result = SyntaxSupport.parse("let y = (a + b) @ c")
    guard case .binding(let binding) = result.program.statements.first?.kind,
      case .binary(let chain) = binding.value.kind, let link = chain.links.first
    else {
      Issue.record("no product")
      return
    }
    #expect(link.operatorSpan.text == "@")
    #expect(binding.value.span.text == "(a + b) @ c")
    #expect(chain.first.span.text == "a + b")
  }

  @Test func longChainsAreFlat() {
    let sum = String(repeating: "1 + ", count: 100_000) + "1"
    let result = SyntaxSupport.parse(sum)
    #expect(!result.hasErrors)
    guard case .expr(let expr) = result.program.statements.first?.kind else { return }
    #expect(expr.height == 2)
    #expect(Checker.check(result.program, CheckContext(dialect: .test)).map(\.code) == ["E0121"])
    for operators in ["and", "or", "??"] {
      #expect(!SyntaxSupport.parse(String(repeating: "a \(operators) ", count: 10_000) + "a").hasErrors)
    }
    let branches = String(repeating: "if a { 1 } else ", count: 10_000) + "{ 2 }"
    #expect(!SyntaxSupport.parse(branches).hasErrors)
  }

  @Test(arguments: [
    ("(", ")"), ("[", "]"), ("f(", ")"), ("x => ", ""), ("- ", ""), ("not ", ""), ("2 ** ", ""),
    ("{a: ", "}"),
    ("if a { ", "}"), ("\"\\(", ")\""), ("f(x => { ", "})"), ("a |> ", ""), ("for x in xs { ", " }"),
    ("func f() { ", " }"), ("try { ", " } catch { }"), ("f() { a: ", " }"),
  ])
  func depthIsRefused(open: String, close: String) {
    let count = 4_000
    let text = String(repeating: open, count: count) + "1" + String(repeating: close, count: count)
    let result = SyntaxSupport.parse(text)
    #expect(result.diagnostics.contains { $0.code == "E0404" })
    _ = Checker.check(result.program, CheckContext(dialect: .test))
  }

  @Test(arguments: [".f()", ".a", "[0]", "(1)", " |> f"])
  func longPostfixChainsAreRefused(link: String) {
    #expect(SyntaxSupport.codes("x" + String(repeating: link, count: 20_000)).first == "E0404")
    #expect(SyntaxSupport.codes("x" + String(repeating: link, count: 200)).isEmpty)
  }
}
