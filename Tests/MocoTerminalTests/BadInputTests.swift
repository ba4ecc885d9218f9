import Foundation
import MocoTestSupport
import Testing

/// What can be wrong with a program, a file or a number: each gives an error with a code, its place and a
/// remedy. A program ends with the status that goes with it; at the prompt the session goes on.
@Suite struct BadInputTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var code: String
    /// The line that is marked.
    var line: Int
    /// Words of the message or the help.
    var remedy: String
    var status: Int32 = 70
    var program: String
    /// The prompt would wait for the rest of such a text.
    var isIncomplete = false

    var testDescription: String { name }
  }

  private static func source(_ lines: String...) -> String { lines.joined(separator: "\n") }

  private static let clip = #"let clip = load_clip("model.safetensors");"#
  private static let data = #"let data = dataset("fashion").few_shot(1, seed: 1)"#
  private static let ways =
    #"templates ways { group "photo" { "a photo of a {}." } group "sketch" { "a sketch of a {}." } }"#
  private static let long = "a dog with a very long name that goes on and on and never comes to its end"
  private static let least = "let least = -9223372036854775807 - 1"

  /// Files in the folder of every case: a small model and some that are none.
  private static let files: [Case] = [
    Case(
      name: "missing model", code: "E0501", line: 1, remedy: "check the spelling",
      program: #"load_clip("no.safetensors")"#),
    Case(
      name: "missing image", code: "E0501", line: 1, remedy: "check the spelling",
      program: #"load_image("no.png")"#),
    Case(
      name: "missing text", code: "E0501", line: 2, remedy: "check the spelling",
      program: "\nread_text(\"no.txt\")"),
    Case(
      name: "missing module", code: "E0801", line: 1, remedy: "relative to",
      program: #"use "./no.moco" as other"#),
    Case(
      name: "missing data", code: "E0501", line: 1, remedy: "one sub-folder for each class",
      program: #"dataset("no")"#),
    Case(
      name: "text as model", code: "E0502", line: 1,
      remedy: "use a file written by torch.save, or a safetensors file",
      program: #"load_clip("note.txt")"#),
    Case(
      name: "folder as image", code: "E0501", line: 1, remedy: "pass a file in it",
      program: #"load_image("empty")"#),
    Case(
      name: "folder without weights", code: "E0501", line: 1,
      remedy: "name a folder that contains one of model.safetensors",
      program: #"load_clip("empty")"#),
    Case(
      name: "model cut in its header", code: "E0502", line: 1, remedy: "truncated",
      program: #"load_clip("header.safetensors")"#),
    Case(
      name: "model cut in its weights", code: "E0502", line: 1, remedy: "truncated",
      program: #"load_clip("cut.safetensors")"#),
    Case(
      name: "empty model", code: "E0502", line: 1, remedy: "download the file again",
      program: #"load_clip("nothing.safetensors")"#),
    Case(
      name: "image that is none", code: "E0503", line: 1, remedy: "JPEG or PNG",
      program: #"load_image("note.png")"#),
    Case(
      name: "empty data folder", code: "E0510", line: 1, remedy: "one sub-folder with images for each class",
      program: #"dataset("empty")"#),
    Case(
      name: "data folder of one class", code: "E0511", line: 1, remedy: "add another class",
      program: #"dataset("one")"#),
    Case(
      name: "JSON that is none", code: "E0502", line: 1, remedy: "correct it at this position",
      program: #"read_json("note.txt")"#),
    Case(
      name: "deep JSON", code: "E0502", line: 2, remedy: "nested more than",
      program: source(#"write_text("deep.json", "[" * 100000)"#, #"read_json("deep.json")"#)),
  ]

  private static let method: [Case] = [
    Case(
      name: "template without {}", code: "E0701", line: 2, remedy: "write {} once", status: 65,
      program: source("templates x {", #"  group "a" { "a photo" }"#, "}")),
    Case(
      name: "template without {} in a call", code: "E0701", line: 1,
      remedy: "write {} in place of the class name",
      program: #"templates({a: ["a photo"]})"#),
    Case(
      name: "more experts than there are", code: "E0702", line: 5, remedy: "use a top_k from 1 to 2",
      program: source(
        clip, data, ways, "mixture(clip, ways, classes: data.classes) {", "  router { top_k: 3 }", "}")),
    Case(
      name: "no expert", code: "E0702", line: 4, remedy: "use a top_k from 1 to 2",
      program: source(clip, data, ways, "mixture(clip, ways, classes: data.classes) { router { top_k: 0 } }")),
    Case(
      name: "long class name", code: "E0603", line: 3, remedy: "shorten the class name",
      program: source(clip, ways, "mixture(clip, ways, classes: [\"cat\", \"\(long)\"])")),
    Case(
      name: "long name to classify", code: "E0603", line: 2, remedy: "shorten the name",
      program: source(clip, "clip.classify(randn([1, 16, 16]), [\"cat\", \"\(long)\"])")),
    Case(
      name: "one class", code: "E0703", line: 3, remedy: "at least two classes",
      program: source(clip, ways, #"mixture(clip, ways, classes: ["cat"])"#)),
    Case(
      name: "no class", code: "E0703", line: 2, remedy: "pass class names",
      program: source(clip, "coop(clip, classes: [])")),
    Case(
      name: "one class twice", code: "E0703", line: 2, remedy: "at least two classes",
      program: source(clip, #"zero_shot(clip, classes: ["cat", "cat"])"#)),
    Case(
      name: "one class of data twice", code: "E0511", line: 1, remedy: "add another class",
      program: #"dataset(features: randn([4, 2]), labels: [0, 1, 0, 1], classes: ["cat", "cat"])"#),
    Case(
      name: "unknown argument", code: "E0306", line: 3, remedy: "did you mean 'classes'?", status: 65,
      program: source(clip, ways, #"mixture(clip, ways, clases: ["a", "b"])"#)),
    Case(
      name: "unknown option", code: "E0306", line: 4, remedy: "did you mean 'top_k'?", status: 65,
      program: source(clip, data, ways, "mixture(clip, ways, classes: data.classes) { router { topk: 1 } }")),
    Case(
      name: "nan in an image", code: "E0305", line: 2, remedy: "contain nan or inf",
      program: source(clip, "clip.classify(full([1, 16, 16], nan), [\"cat\", \"dog\"])")),
    Case(
      name: "nan in features", code: "E0519", line: 1, remedy: "NaN or infinity",
      program: "dataset(features: full([2, 4], nan), labels: [0, 1])"),
    Case(
      name: "learning rate that blows up", code: "E0707", line: 5, remedy: "lower the learning rate",
      program: source(
        clip, data, ways, "let mix = mixture(clip, ways, classes: data.classes)",
        "train mix on data.train for 50 epochs { optimizer: sgd(lr: 1e30, weight_decay: 1.0), schedule: constant() }"
      )),
  ]

  private static let limits: [Case] = [
    Case(
      name: "syntax error", code: "E0101", line: 2, remedy: "expected a name", status: 65,
      program: source("let a = 1", "let = 3")),
    Case(
      name: "open bracket", code: "E0106", line: 1, remedy: "never closed", status: 65, program: "print((1",
      isIncomplete: true),
    Case(
      name: "unknown name", code: "E0301", line: 2, remedy: "did you mean 'alpha'?", status: 65,
      program: source("let alpha = 1", "print(alpa)")),
    Case(
      name: "endless recursion", code: "E0401", line: 1, remedy: "a case that ends the recursion",
      program: source("func dig(n) { dig(n + 1) }", "dig(0)")),
    Case(
      name: "endless recursion through map", code: "E0401", line: 1, remedy: "a case that ends the recursion",
      program: source("func dig(n) { map([n], dig) }", "dig(0)")),
    Case(
      name: "endless recursion through sorted and reduce", code: "E0401", line: 1,
      remedy: "a case that ends the recursion",
      program: source(
        "func one(n) { sorted([2, 1], by: two) }", "func two(n) { reduce([1, 2], (a, b) => one(a)) }",
        "one(0)")),
    Case(
      name: "absurd tensor", code: "E0405", line: 1, remedy: "use a smaller size",
      program: "zeros([1000000, 1000000])"),
    Case(
      name: "absurd product", code: "E0405", line: 1, remedy: "use a smaller size",
      program: "zeros([1000000, 1]) @ zeros([1, 1000000])"),
    Case(
      name: "absurd list", code: "E0405", line: 1, remedy: "grows without end",
      program: "map(0..<1000000000000, x => x)"),
    Case(
      name: "string that doubles", code: "E0405", line: 2, remedy: "grows without end",
      program: source(#"var s = "ab""#, "while true { s += s }")),
    Case(
      name: "list that doubles", code: "E0405", line: 2, remedy: "grows without end",
      program: source("var s = [1]", "while true { s = s + s }")),
    Case(
      name: "list of lists that doubles in print", code: "E0405", line: 2, remedy: "grows without end",
      program: source("var s = [1]", "while true { s = [s, s]; str(s) }")),
    Case(
      name: "large Float as Int", code: "E0402", line: 1, remedy: "keep it as a Float", program: "int(1e300)"),
    Case(name: "nan as Int", code: "E0407", line: 1, remedy: "check for nan first", program: "int(nan)"),
    Case(
      name: "least Int divided", code: "E0402", line: 2, remedy: "write one side as a Float",
      program: source(least, "div(least, -1)")),
    Case(
      name: "least Int negated", code: "E0402", line: 2, remedy: "64 bits", program: source(least, "-least")),
    Case(name: "division by zero", code: "E0403", line: 1, remedy: "division", program: "1 / 0"),
    Case(
      name: "deep brackets", code: "E0404", line: 1, remedy: "let part", status: 65,
      program: String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000)),
    Case(
      name: "deep signs", code: "E0404", line: 1, remedy: "let part", status: 65,
      program: "let x = " + String(repeating: "-", count: 5000) + "1"),
    Case(
      name: "cycle as JSON", code: "E0404", line: 3, remedy: "leave out references to a containing value",
      program: source("let a = [1]", "a.append(a)", #"write_json("a.json", a)"#)),
    Case(name: "index", code: "E0202", line: 1, remedy: "", program: "[1, 2][5]"),
    Case(
      name: "shape", code: "E0203", line: 1, remedy: "transpose", program: "zeros([2, 3]) @ zeros([4, 3])"),
  ]

  static var cases: [Case] { files + method + limits }

  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let model = """
      let clip = clip_model({
        embedding: 16, context: 16, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
        text: {width: 16, layers: 1, heads: 2}
        vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
      }, seed: 1)
      clip.save("model.safetensors", type: "f32")
      """
    let made = try moco([], input: model, folder: folder.path)
    guard made.status == 0 else { throw TestFailure(made.errors) }
    let url = URL(fileURLWithPath: folder.path)
    let bytes = try Data(contentsOf: url.appending(path: "model.safetensors"))
    try bytes.prefix(3000).write(to: url.appending(path: "header.safetensors"))
    try bytes.dropLast(1000).write(to: url.appending(path: "cut.safetensors"))
    try Data().write(to: url.appending(path: "nothing.safetensors"))
    for name in ["note.txt", "note.png"] { try folder.write("these are words and nothing else\n", to: name) }
    let manager = FileManager.default
    try manager.createDirectory(at: url.appending(path: "empty"), withIntermediateDirectories: true)
    let pictures = try moco(["-e", #"sample_folder("one", per_class: 2, size: 16)"#], folder: folder.path)
    guard pictures.status == 0 else { throw TestFailure(pictures.errors) }
    for name in try manager.contentsOfDirectory(atPath: folder.path + "/one").dropFirst() {
      try manager.removeItem(at: url.appending(path: "one/\(name)"))
    }
    return folder
  }

  private static let shared = Result { try folder() }

  @Test(arguments: BadInputTests.cases) func inAProgram(_ item: Case) throws {
    let folder = try Self.shared.get()
    let name = item.name.replacing(" ", with: "-") + ".moco"
    try folder.write(item.program + "\n", to: name)
    let ran = try moco(["run", "--no-record", "--memory", "512MB", name], folder: folder.path)
    #expect(ran.status == item.status, "\(ran.errors)")
    #expect(ran.errors.contains("error[\(item.code)]: "), "\(ran.errors)")
    #expect(ran.errors.contains("--> \(name):\(item.line):"), "\(ran.errors)")
    #expect(item.remedy.isEmpty || ran.errors.contains(item.remedy), "\(ran.errors)")
  }

  /// Little memory: programs that take all of it take no more of a machine that has other work.
  @Test func atThePrompt() throws {
    let folder = try Self.shared.get()
    var session = try TerminalSession(["--memory", "128MB"], columns: 120, rows: 50, folder: folder)
    for (index, item) in Self.cases.enumerated() where !item.isIncomplete {
      session.type(Key.paste(item.program))
      session.enter("")
      session.wait("error\\[\(item.code)\\]")
      session.enter("\(index) + 1000")
      session.wait("^\(index + 1000)$")
      session.type(Key.controlL)
      session.waitGone("error")
    }
    session.leave()
    #expect(try session.play().status == 0)
  }
}
