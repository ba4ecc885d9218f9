import Foundation
import MocoLang
import MocoRuntime
import MocoSession
import MocoTestSupport
import Testing

/// Programs that do otherwise than they seem to say are warned of, and nothing else is.
@Suite struct SurpriseTests {
  private static let context: CheckContext = {
    var options = RuntimeOptions()
    options.library = nil
    return CheckContext(Runtime(options: options).interpreter)
  }()

  private func found(_ text: String, isPrompt: Bool = false) -> [Diagnostic] {
    var context = Self.context
    context.isPrompt = isPrompt
    return Checker.check(SourceFile(name: "test.moco", text: text), context)
  }

  /// `E0121:2`, for each that is found.
  private func codes(_ text: String, isPrompt: Bool = false) -> [String] {
    found(text, isPrompt: isPrompt).map { "\($0.code):\($0.line ?? 0)" }
  }

  @Test(arguments: [
    "xs.sorted()", "sorted(xs)", "xs |> sorted()", "xs.sorted(by: x => -x)", "xs.sort()", "shuffled(xs)",
    "xs == [1]",
    "x == 1", "t + 1", "-x", "x", "3", "nil", "[1, 2]", "({a: 1})", "1..<3", "2 epochs", "x => x", "not x",
    "x > 1 and x < 3", "xs[0]", "r.a", "[y * 2 for y in xs]", "len(xs)", "map(xs, y => y + 1)",
    "map(xs, str)",
    "xs.filter(y => y > 1)", "min(xs, by: y => -y)", "\"\\(x) images\"", "t.detach()", "t.item()",
    "zeros([2])",
    "softmax(t)", "t.reshape([3])", "sum(t)", "copy(xs)", "x ?? 1", "opt.step", "print", "plot.line([1, 2])",
    "clip_model", "sgd(lr: 0.1)", "xs.keys()", "opt.logits(x)", "r.resize(32)", "r.tokenize(\"a\")",
    "r.few_shot(4)",
  ])
  func whatIsThrownAway(statement: String) {
    let setup = "var [x, xs, t, r, opt] = [1, [3], zeros([3]), {a: 1}, nil]\n"
    #expect(codes(setup + statement + "\nprint(1)") == ["E0121:2"])
    #expect(codes(setup + statement) == ["E0121:2"], "a program shows nothing at its end")
    #expect(codes("// %%\n" + setup + statement) == [], "a cell does")
    #expect(codes(setup + statement, isPrompt: true) == [])
    #expect(codes(setup + "for _ in xs { \(statement) }") == ["E0121:2"])
    #expect(codes(setup + "while x > 9 {\n print(1)\n \(statement)\n}") == ["E0121:4"])
    #expect(codes(setup + "if x > 0 { \(statement) } else { print(1) }") == ["E0121:2"])
    #expect(codes(setup + "try { print(1) } catch e { \(statement) }") == ["E0121:2"])
    #expect(codes(setup + "func f() {\n \(statement)\n print(2)\n}") == ["E0121:3"])
    #expect(codes(setup + "func f() { \(statement) }") == [], "it is what the function gives")
    #expect(codes(setup + "func f() { if x > 0 { \(statement) } else { nil } }") == [])
    #expect(codes(setup + "let y = if x > 0 { \(statement) } else { nil }") == [])
    #expect(codes(setup + "try { \(statement) } catch { }") == [], "the error may be wanted")
  }

  @Test(arguments: [
    "xs.append(1)", "print(x)", "xs.pop()", "f(x)", "f(x) + 1", "[f(y) for y in xs]", "map(xs, print)",
    "map(xs, y => print(y))", "xs.map(f)", "reduce(xs, (a, b) => f(a), 0)", "sorted(xs, by: f)", "x or f(1)",
    "opt.step()", "opt.zero_grad()", "random()", "seed(1)", "assert(x == 1)", "error(\"x\")", "show t",
    "t.backward()", "r.count()", "mine.sorted()", "\"said \\(f(1))\"", "x = 2", "x += 1", "let _ = x + 1",
    "if x > 0 { f(1) }", "read_text(\"x\")", "xs.sum()", "opt.freeze()", "opt.save(\"x\")", "opt.batches(3)",
  ])
  func whatDoesSomething(statement: String) {
    let setup = """
      use "./mine.moco" as mine
      func f(a) { print(a) }
      func sum(a) { print(a) }
      var [x, xs, t, opt] = [1, [3], zeros([3]), nil]
      let r = {count: () => print(1)}

      """
    #expect(codes(setup + statement + "\nprint(1)") == [])
  }

  @Test func whatToWrite() {
    func help(_ text: String) -> String { found(text).first?.help.first ?? "" }
    #expect(help("var xs = [1]\nxs.sort()\n1") == "write xs = sorted(xs) to replace it with the new List")
    #expect(
      help("var xs = [1]\nreversed(xs)\n1") == "write xs = reversed(xs) to replace it with the new List")
    #expect(help("let xs = [1]\nxs.sorted()\n1") == "write let ys = sorted(xs), which is a new List")
    #expect(help("var x = 1\nx == 2\n1") == "write x = 2 to assign, or assert(x == 2) to require it")
    #expect(help("var t = 1\nt + 1\n1") == "write t += 1 to change t, or let y = … to keep the result")
    #expect(help("let opt = 1\nopt.step\n1") == "write opt.step() to call it")
    #expect(help("print\n1") == "write print() to call it")
    #expect(help("len([1])\n1") == "write print(len([1])) to show it, or let y = len([1]) to keep it")
  }

  @Test func textsThatDocumentAreNoSurprise() {
    #expect(codes("\"about this\"\nprint(1)") == [])
    #expect(codes("func f() {\n \"\"\"\n about f\n \"\"\"\n print(1) }") == [])
    #expect(codes("print(1)\n\"lost\"\nprint(2)") == ["E0121:2"])
  }

  // MARK: - //

  @Test(arguments: [
    "let half = 27 // 2", "let half = n // 2", "let half = n//2", "let half = len(xs) // 2",
    "let half = xs[0] // n",
    "let half = n // len(xs)", "let half = n // r.size", "let half = (n + 1) // 2 + 1",
    "print(1); n = n // 2",
    "n += 7 // 2", "let [a, b] = [1, 2]\nlet half = a // b", "let f = x => x // 2", "let half = 2 * n // 4",
    "func g(a, b) { let c = a // b\n return c }", "if true {\n n = n // 10\n}", "let half = n // 1_000",
    "n = r.size // 2",
  ])
  func slashes(statement: String) {
    let setup = "var n = 27\nlet [xs, r] = [[4], {size: 2}]\n"
    #expect(
      codes(setup + statement).filter { $0.hasPrefix("E0122") }.count == 1, "\(codes(setup + statement))")
    #expect(codes(setup + statement, isPrompt: true).filter { $0.hasPrefix("E0122") }.count == 1)
  }

  @Test(arguments: [
    "let x = 5 // epochs", "let x = 5 // two words", "let x = 5  // 2", "let x = 5 // mean", "let x = 5 // f",
    "let x = 5 //", "let x = 5 // 3rd", "let x = 5 // 2: more", "let x = 5 // = 2", "print(n) // 27",
    "len(xs) // 1",
    "let x = \"a\" // 2", "let x = [1, // 2 and more\n 2]", "// 2\nlet x = 5", "let x = 5\n// 2",
    "let x = 5 /// 2",
    "let x = 5 // (2)", "let x = n // 27 images", "f(n) // 3", "let x = 5 // no.such",
  ])
  func comments(statement: String) {
    let setup = "var n = 27\nlet xs = [4]\nfunc f(a) { print(a) }\n"
    #expect(codes(setup + statement + "\nprint(n)").filter { $0.hasPrefix("E0122") } == [])
  }

  @Test func slashesThatSwallowABracket() {
    for (text, help) in [
      ("let n = 9\nprint(n // 2)\nprint(1)", "write div(n, 2)"),
      ("let xs = [27 // 2]\nprint(xs)", "write div(27, 2)"),
      ("let n = 9\nlet x = f([n // 2])\n", "write div(n, 2)"),
      ("let n = 9\nfor i in 0..<n // 2 {\n print(i)\n}", "write div(n, 2)"),
      ("let n = 9\nlet x = f(n // 2, 3)\n", "write div(n, 2)"),
      ("let n = 9\nlet x = if n > 2 { n // 2 } else { 3 }\n", "write div(n, 2)"),
      ("let n = 9\nlet x = [\n n // 2,\n 3\n]\n", "write div(n, 2)"),
      (
        "let n = 9\nif n // 2 == 4 and n > 1 {\n print(n)\n}",
        "write div(a, b) for integer division: div(27, 2) is 13"
      ),
      (
        "let n = 9\nwhile n // 2 > 1 {\n print(n)\n}",
        "write div(a, b) for integer division: div(27, 2) is 13"
      ),
    ] {
      let first = found(text).first
      #expect(first?.isError ?? false && first?.help == [help], "\(first?.render() ?? text)")
      #expect(
        first?.labels.contains { $0.text == "this is a comment" } ?? false, "\(first?.render() ?? text)")
      #expect(!Parser.parse(SourceFile(name: "", text: text), .moco).isIncomplete)
    }
    let open = Parser.parse(SourceFile(name: "", text: "print(27 // the bears)"), .moco)
    #expect(open.isIncomplete && open.diagnostics.first?.help == ["close it with )"])
  }

  // MARK: - Older names

  @Test func olderNamesAreSaidOnce() {
    #expect(codes("print(reverse([1]))\nprint([1].reverse(), shuffle([1]))") == ["E0123:1", "E0123:2"])
    #expect(
      codes("func reverse(x) { x }\nprint(reverse([1]))\nlet r = {shuffle: () => 1}\nprint(r.shuffle())")
        == [])
  }

  // MARK: - Options

  @Test(arguments: [
    ("mixture(clip, ways, classes: []) { router { topk: 2 } }", "topk", "router has no option 'topk'"),
    ("mixture(clip, ways, [], router: {topk: 2})", "topk", "router has no option 'topk'"),
    (
      "mixture(clip, ways, classes: []) { router { ..base, topk: 2 } }", "topk", "router has no option 'topk'"
    ),
    ("mixture(clip, ways, classes: []) { loss { txt: 5 } }", "txt", "loss has no option 'txt'"),
    (
      "mixture(clip, ways, classes: []) { loss { text { wieght: 5 } } }", "wieght",
      "loss.text has no option 'wieght'"
    ),
    ("mixture(clip, ways, classes: []) { loss { gate: {tpo: 5} } }", "tpo", "loss.gate has no option 'tpo'"),
    (
      "mixture(clip, ways, classes: []) { rooter { top_k: 2 } }", "rooter",
      "'mixture' has no argument 'rooter'"
    ),
    ("train mix on few for 2 epochs { bacth: 3 }", "bacth", "'train' has no argument 'bacth'"),
    ("evaluate mix on few { bach: 3 }", "bach", "'evaluate' has no argument 'bach'"),
    ("clip_model({embeding: 3})", "embeding", "config has no option 'embeding'"),
    ("clip_model({text: {wdith: 3}})", "wdith", "text has no option 'wdith'"),
    ("plot.line([1, 2], titel: \"x\")", "titel", "'plot.line' has no argument 'titel'"),
    ("sgd(mix) { momentun: 0.9 }", "momentun", "'sgd' has no argument 'momentun'"),
  ])
  func options(call: String, marked: String, message: String) {
    let setup = "let [clip, ways, mix, few, base] = [nil, nil, nil, nil, {}]\n"
    for isPrompt in [false, true] {
      let errors = found(setup + "let _x = " + call, isPrompt: isPrompt).filter(\.isError)
      #expect(errors.count == 1 && errors.first?.code == "E0306", "\(errors.map { $0.render() })")
      #expect(errors.first?.message.hasSuffix(message) ?? false, "\(errors.first?.message ?? "")")
      #expect(errors.first?.primary?.text == marked)
    }
  }

  @Test func optionsOfOthersAreLeftAlone() {
    let setup = "let [clip, ways, opts] = [nil, nil, {}]\n"
    for text in [
      "func mixture(a, router) { [a, router] }\nlet m = mixture(clip) { router { topk: 2 } }",
      "let m = mixture(clip, ways, classes: []) { router: opts }",
      "let m = mixture(clip, ways, classes: []) { ..opts }",
      "let m = mixture(clip, ways, classes: []) { router { top_k: 2 }, loss { text { weight: 5 } } }",
      "let plot = {line: x => x}\nlet m = plot.line(1)", "let m = try { mixture(zz: 1) } catch e { e.code }",
    ] {
      #expect(found(setup + text).filter(\.isError).isEmpty, "\(found(setup + text).map { $0.render() })")
    }
  }

  // MARK: - Programs that are right

  /// What ships with moco and what its pages show, and the programs of the tests.
  private static let programs: [(name: String, text: String)] = {
    var programs: [(String, String)] = []
    for folder in [
      "stdlib/examples", "stdlib/modules", "stdlib/docs", "stdlib/errors", "Tests/Language", "README.md",
    ] {
      let root = Built.root + "/" + folder
      let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
      for path in names.isEmpty ? [root] : names.sorted().map({ root + "/" + $0 }) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { continue }
        if path.hasSuffix(".moco") { programs.append((path, text)) }
        guard path.hasSuffix(".md") else { continue }
        for fence in text.components(separatedBy: "```moco\n").dropFirst() {
          programs.append((path, fence.components(separatedBy: "```\n").first ?? ""))
        }
      }
    }
    return programs
  }()

  @Test func nothingIsSaidOfRightPrograms() {
    #expect(Self.programs.count > 250)
    for (name, text) in Self.programs where !name.contains("E0122") {
      let all = found(text)
      let surprises = all.filter { Checker.surprises.contains($0.code) }
      let divisions = surprises.filter { $0.code == "E0122" }
      #expect(divisions.isEmpty, "\(name): \(divisions.map { $0.render() }.joined())")
      // Programs that show an error, and tests of the language, may throw values away.
      guard name.contains("stdlib/"), !name.contains("stdlib/errors/E01") else { continue }
      #expect(surprises.isEmpty, "\(name): \(surprises.map { $0.render() }.joined())")
    }
  }

  // MARK: - Where they are told

  @Test func aRunTellsAndGoesOn() throws {
    let folder = try TemporaryFolder()
    try folder.write("var xs = [3, 1]\nxs.sorted()\nlet half = 27 // 2\nprint(xs, half)\n", to: "a.moco")
    let run = try moco(["run", "--no-record", "a.moco"], folder: folder.path)
    #expect(run.status == 0 && run.output == "[3, 1] 27\n", "\(run)")
    #expect(run.errors.contains("warning[E0121]") && run.errors.contains("warning[E0122]"), "\(run)")
    let check = try moco(["check", "a.moco"], folder: folder.path)
    #expect(check.status == 0 && check.errors == run.errors, "\(check)")
    let strict = try moco(["check", "--strict", "a.moco"], folder: folder.path)
    #expect(strict.status == 65, "\(strict)")
    try folder.write("let xs = [2, 1]\nxs.sorted()\n", to: "m.moco")
    try folder.write("use \"./m.moco\" as m\nprint(m.xs)\n", to: "uses.moco")
    let uses = try moco(["run", "--no-record", "uses.moco"], folder: folder.path)
    #expect(uses.output == "[2, 1]\n" && uses.errors.contains("m.moco:2:1"), "\(uses)")
    try folder.write("let m = mixture(1, 2) { router { topk: 2 } }\nprint(1)\n", to: "b.moco")
    let refused = try moco(["run", "--no-record", "b.moco"], folder: folder.path)
    #expect(refused.status == 65 && refused.errors.contains("has no option 'topk'"), "\(refused)")
  }
}
