import MocoBase
import MocoLang
import Testing

@Suite struct SyntaxCheckerTests {
  @Test(arguments: [
    // Names.
    ("print(x)", ["E0301:1"]),
    ("let x = 1\nprint(x)", []),
    ("print(x)\nlet x = 1", ["E0301:1"]),
    ("func f() { y }\nlet y = 1\nf()", []),
    ("let f = () => y\nlet y = 1", []),
    ("f()\nfunc f() { 1 }", []),
    ("if true { let a = 1\n print(a) }\nprint(a)", ["E0301:3"]),
    ("for x in [1] { print(x) }\nx", ["E0301:2"]),
    ("[a for a in [1] if a > 0]\na", ["E0301:2"]),
    ("\"\\(nope)\"", ["E0301:1"]),
    ("try { nope } catch e { e.message }", []),
    ("try { 1 } catch e { nope }", ["E0301:1"]),
    ("x.nope.nope()", ["E0301:1"]),
    ("func f(a, b = a) { b }", []),
    ("func f() { let g = n => g(n - 1)\n g(1) }", []),
    ("func f() { func a() { b() }\n func b() { 1 }\n a() }", []),
    ("use {a, b as c} from m\na + c\nb", ["E0301:3"]),
    ("use \"./common.moco\"\ncommon.x", []),
    ("let {a: [b, _]} = {a: [1, 2]}\nb\na", ["E0301:3"]),
    // Assignment.
    ("x = 1", ["E0302:1"]),
    ("let x = 1\nx = 2", ["E0302:2"]),
    ("let x = 1\nfunc f() { x += 2 }", ["E0302:2"]),
    ("func f() { x = 2 }\nvar x = 1", []),
    ("func f() { x = 2 }\nlet x = 1", ["E0302:1"]),
    ("var x = 1\nx = 2", []),
    ("len = 3", ["E0302:1"]),
    ("func f(a) { a = 2\n a }", []),
    ("func f() { 1 }\nf = 2", ["E0302:2"]),
    ("let r = {a: 1}\nr.a = 2\nr[\"b\"] = 3", []),
    // Twice.
    ("let x = 1\nlet x = 2", ["E0308:2"]),
    ("let x = 1\n// %%\nlet x = 2", []),
    ("func f() { let x = 1\n let x = 2\n x }", ["E0308:2"]),
    ("let x = 1\nif true { let x = 2\n print(x) }", []),
    ("let [a, a] = [1, 2]", ["E0115:1"]),
    ("({a: 1, a: 2})", ["E0115:1"]),
    // Loops and functions.
    ("break", ["E0110:1"]),
    ("while true { func f() { break } }", ["E0110:1"]),
    ("for i in [1] { [1].map(x => { continue }) }", ["E0110:1"]),
    ("return 1", ["E0111:1"]),
    ("func f() { return 1\n 2 }", ["E0112:2"]),
    ("func f(a) { if a { return 1 } else if not a { return 2 } else { return 3 }\n 4 }", ["E0112:2"]),
    ("func f(a) { if a { return 1 } else if not a { return 2 }\n 4 }", []),
    ("func f() { try { return 1 } catch { return 2 }\n 3 }", ["E0112:2"]),
    ("func f() { try { return 1 } catch { 2 }\n 3 }", []),
    ("func f() { while true { }\n 3 }", ["E0112:2"]),
    ("func f() { while true { if f() { break } }\n 3 }", []),
    ("func f() { while true { let x = [if f() { break } else { 1 }]; x }\n 3 }", []),
    ("func f() { while true { for x in [1] { break } }\n 3 }", ["E0112:2"]),
    ("print(\"\\(1:.3q)\")", ["E0312:1"]),
    ("func f(x) { let x = x + 1\n x }", []),
    ("while true { break\n print(1)\n print(2) }", ["E0112:2"]),
    // Unused.
    ("func f() { let a = 1 }", ["E0117:1"]),
    ("func f() { let _a = 1\n let [b, _] = [1, 2]\n b }", []),
    ("let a = 1", []),
    ("func f(a) { for i in [1] { } }", []),
    // Arguments.
    ("router(3, top: 2)", ["E0306:1"]),
    ("router(3, tpo_k: 2)", ["E0306:1"]),
    ("router(3, ..{tpo_k: 2})", []),
    ("router()", ["E0304:1"]),
    ("router(1, 2, 3, 4)", ["E0306:1"]),
    ("router(1, dim: 2)", ["E0306:1"]),
    ("router(3) { top_k: 2, experts: 1 }", []),
    ("3 |> router(top_k: 1)", []),
    ("try { router(zz: 1) } catch e { 1 }", []),
    ("func f(a, b = 1) { a + b }\nf(1, c: 2)\nf()\nf(1, 2)\nf(..[1])", ["E0306:2", "E0304:3"]),
    ("var f = x => x\nf = (a, b) => a\nf(1, 2)", []),
    ("let len = (a, b) => a\nlen(1, 2)", []),
    ("let f = x => x\nf(1, 2)", ["E0306:2"]),
    // Templates.
    ("templates t {\n group \"a\" {\n \"x\"\n \"{} {}\"\n \"{}\" } }", ["E0701:3", "E0701:4"]),
    ("templates t { }", ["E0703:1"]),
    ("templates t { group \"a\" { } }", ["E0703:1"]),
    ("templates t { group \"a\" { \"{}\" }\n group \"a\" { \"{}\" } }", ["E0703:2"]),
    ("templates t { group \"a\" { \"{}\" } }\nt.groups\nt = 1", ["E0302:3"]),
  ])
  func programs(source: String, expected: [String]) {
    #expect(SyntaxSupport.check(source) == expected)
  }

  @Test func prompt() {
    #expect(SyntaxSupport.check("x", names: ["x": true]) == [])
    #expect(SyntaxSupport.check("x = 1", names: ["x": true]) == ["E0302:1"])
    #expect(SyntaxSupport.check("x = 1", names: ["x": false]) == [])
    #expect(SyntaxSupport.check("let x = 1; let x = 2", isPrompt: true) == [])
    #expect(SyntaxSupport.check("print(x)\nlet x = 2", names: ["x": true], isPrompt: true) == [])
  }

  @Test func suggestions() {
    func help(_ text: String) -> String? {
      Checker.check(
        SyntaxSupport.parse(text).program, CheckContext(dialect: .test, builtins: SyntaxSupport.builtins)
      ).first?
      .help.first
    }
    #expect(help("enumrate([1])") == "did you mean 'enumerate'?")
    #expect(help("router(1, topK: 2)") == "did you mean 'top_k'?")
    #expect(help("None") == "write nil")
    #expect(help("qqqqqq") == nil)
    #expect(Nearest.name(to: "lenght", among: ["length", "light"]) == "length")
    #expect(Nearest.name(to: "x", among: ["y", "z"]) == nil)
    #expect(Nearest.name(to: "ab", among: ["ba"]) == "ba")
  }
}
