import MocoLang
import MocoRuntime
import MocoSession
import Testing

/// Which cell depends on which: by definition, assignment, change in place, calls of functions, shared values, random
/// numbers and files.
@Suite struct CellFlowTests {
  private func flow(_ cells: [String]) -> CellFlow {
    let interpreter = Runtime(options: RuntimeOptions()).interpreter
    let text = cells.map { "// %%\n\($0)\n" }.joined()
    let context = CheckContext(interpreter)
    let parsed = Parser.parse(SourceFile(name: "cells.moco", text: text), context.dialect)
    #expect(!parsed.hasErrors, "\(parsed.diagnostics.map(\.message))")
    return CellFlow(parsed.program, context)
  }

  static let programs: [(name: String, cells: [String], sources: [[Int]])] = [
    ("definition", ["let a = 1", "let b = 2", "print(a + b)"], [[], [], [0, 1]]),
    ("the nearest above", ["let a = 1", "let a = 2", "print(a)"], [[], [], [1]]),
    ("its own names", ["let a = 1", "let a = 2\nprint(a)"], [[], []]),
    ("below is not above", ["print(1)", "let a = 1"], [[], []]),
    ("assignment", ["var a = 1", "a = 2", "a += 1", "print(a)"], [[], [0], [1], [2]]),
    ("an element", ["let xs = [1, 2]", "xs[0] = 3", "print(xs)"], [[], [0], [1]]),
    ("a field", ["let r = {a: {b: 1}}", "r.a.b = 3", "print(r)"], [[], [0], [1]]),
    ("append", ["let xs = [1]", "xs.append(2)", "append(xs, 3)", "len(xs)"], [[], [0], [1], [2]]),
    ("a call that only gives", ["let xs = [1]", "print(sorted(xs))\nlen(xs)", "xs"], [[], [0], [0]]),
    ("a pipe", ["let xs = [1]", "xs |> append(2)", "xs"], [[], [0], [1]]),
    ("through a function", ["let k = 2", "func twice(x) { x * k }", "twice(3)"], [[], [], [0, 1]]),
    (
      "through a function of a function",
      ["let k = 2", "func f(x) { x * k }\nfunc g(x) { f(x) }", "let k = 3", "g(1)"], [[], [], [], [1, 2]]
    ),
    (
      "recursion", ["let k = 2", "func f(n) { if n < k { n } else { f(n - 1) } }", "f(9)"], [[], [], [0, 1]]
    ),
    (
      "a function changes what it gets", ["let xs = [1]", "func f(ys) { ys.append(2) }", "f(xs)", "xs"],
      [[], [], [0, 1], [2]]
    ),
    (
      "a function leaves what it gets", ["let xs = [1]", "func f(ys) { len(ys) }", "f(xs)", "xs"],
      [[], [], [0, 1], [0]]
    ),
    (
      "a function changes a name outside", ["var n = 1", "func f() { n += 1 }", "f()", "n"],
      [[], [], [0, 1], [2]]
    ),
    (
      "which parameter", ["let a = [1]\nlet b = [2]", "func f(x, y) { y.append(1) }", "f(a, b)", "a", "b"],
      [[], [], [0, 1], [0], [2]]
    ),
    (
      "by name", ["let a = [1]\nlet b = [2]", "func f(x, y) { y.append(1) }", "f(y: a, x: b)", "a", "b"],
      [[], [], [0, 1], [2], [0]]
    ),
    (
      "an own method", ["let a = [1]", "func grow(x) { x.append(1) }", "a.grow()", "a"],
      [[], [], [0, 1], [2]]
    ),
    (
      "a lambda by name", ["let xs = [1]", "let f = x => xs.append(x)", "f(2)", "xs"], [[], [], [0, 1], [2]]
    ),
    (
      "a lambda handed on", ["let xs = [1]\nlet ys = []", "xs.map(x => ys.append(x))", "ys", "xs"],
      [[], [0], [1], [0]]
    ),
    (
      "a function handed on", ["let ys = []", "func f(x) { ys.append(x) }", "map([1, 2], f)", "ys"],
      [[], [], [0, 1], [2]]
    ),
    (
      "another name of the value", ["let a = [1]", "let b = a", "b.append(2)", "a"], [[], [0], [0, 1], [2]]
    ),
    (
      "a value inside", ["let a = [1]", "let b = {inside: a}", "b.inside.append(2)", "a"],
      [[], [0], [0, 1], [2]]
    ),
    (
      "a value put inside", ["let a = [1]\nlet b = []", "b.append(a)", "b[0].append(2)", "a"],
      [[], [0], [0, 1], [2]]
    ),
    ("a copy", ["let a = [1]", "let b = copy(a)", "b.append(2)", "a"], [[], [0], [1], [0]]),
    ("a loop's variable", ["let xs = [[1], [2]]", "for x in xs { x.append(3) }", "xs"], [[], [0], [1]]),
    (
      "a local name of the same name", ["let a = [1]", "func f() { let a = [2]\na.append(3) }", "f()", "a"],
      [[], [], [1], [0]]
    ),
    ("interpolation", ["let a = 1", "\"a is \\(a)\""], [[], [0]]),
    ("a default", ["let a = 1", "func f(x = a) { x }", "f()"], [[], [], [0, 1]]),
    ("unknown function", ["let f = [x => x.append(1)][0]\nlet a = [1]", "f(a)", "a"], [[], [0], [1]]),
    (
      "an optimizer's step",
      [
        "let w = parameter([1.0])", "let opt = sgd([w], lr: 0.1)", "(w * w).sum().backward()", "opt.step()",
        "w",
      ], [[], [0], [0, 1], [2], [3]]
    ),
    (
      "random numbers", ["seed(1)", "let a = rand([2])", "let b = rand([2])", "let c = rand([2], seed: 3)"],
      [[], [0], [1], []]
    ),
    (
      "files",
      ["write_text(\"out/a.txt\", \"x\")", "write_text(\"out/b.txt\", \"x\")", "read_text(\"out/a.txt\")"],
      [[], [], [0]]
    ),
    (
      "a module", ["use templates", "templates.imagenet", "let templates = 1", "templates"],
      [[], [0], [], [2]]
    ),
    (
      "conditions and attempts",
      ["var a = 1", "if a > 0 { a = 2 } else { a = 3 }", "try { a += 1 } catch e { a = 0 }", "a"],
      [[], [0], [1], [2]]
    ),
  ]

  @Test(arguments: programs.indices) func dependsOn(_ index: Int) {
    let program = Self.programs[index]
    #expect(flow(program.cells).cells.map(\.sources) == program.sources, "\(program.name)")
  }

  @Test func functionsOfFunctionsAreLookedAtOnce() {
    // Each calls the next twice: without a memory of what is known, that would be 2 to the power of 60 looks.
    let chain = (0..<60).map { "func f\($0)(x) { f\($0 + 1)(x) + f\($0 + 1)(x) }" }.joined(separator: "\n")
    let flow = flow(["let k = 1", chain + "\nfunc f60(x) { x * k }", "f0(1)"])
    #expect(flow.cells.map(\.sources) == [[], [], [0, 1]])
  }

  @Test func functionsThatCallEachOtherAreFollowed() {
    let flow = flow([
      "var n = 0\nlet k = 2",
      "func even(x) { if x == 0 { n += 1 } else { odd(x - k) } }\nfunc odd(x) { even(x) }",
      "odd(3)", "n",
    ])
    #expect(flow.cells.map(\.sources) == [[], [], [0, 1], [2]])
  }

  private static let training = [
    "let clip = clip(\"small\")",
    "let data = dataset(\"fashion\")\nlet few = data.few_shot(2)",
    "let mix = mixture(clip, templates.imagenet, classes: data.classes)",
    "let before = evaluate mix on data.test",
    "train mix on few.train for 2 epochs",
    "let after = evaluate mix on data.test",
    "print(before.accuracy, after.accuracy)",
    "clip.encode_text(\"a cat\")",
    "save(mix, \"mix.ckpt\")",
    "restore(mix, \"mix.ckpt\")",
    "mix",
  ]

  @Test func aTrainingChangesItsModelAlone() {
    let flow = flow(["use templates"] + Self.training)
    #expect(
      flow.cells.map(\.sources) == [
        [], [], [], [0, 1, 2], [2, 3], [2, 3], [2, 5], [4, 6], [1], [5], [5, 9], [10],
      ])
    #expect(flow.cells[5].changes == ["mix"])
    #expect(flow.needed(for: 8) == [1])
    #expect(flow.needed(for: 6) == [0, 1, 2, 3, 5])
    #expect(flow.dependents(of: [5]) == [6, 7, 9, 10, 11])
    #expect(flow.dependents(of: [8]) == [])
  }

  @Test func aSessionsNamesAreRead() {
    let interpreter = Runtime(options: RuntimeOptions()).interpreter
    _ = interpreter.run(SourceFile(name: "", text: "let xs = [1]"), mode: .cell)
    let context = CheckContext(interpreter)
    let parsed = Parser.parse(
      SourceFile(name: "", text: "// %%\nxs.append(2)\n// %%\nxs\n"), context.dialect)
    let flow = CellFlow(parsed.program, context)
    #expect(flow.cells.map(\.sources) == [[], [0]])
    #expect(flow.cells[0].reads == ["xs"])
  }
}
