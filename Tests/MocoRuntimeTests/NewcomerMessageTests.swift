import Foundation
import MocoBase
import MocoLang
import MocoTestSupport
import Testing

/// What users who know other libraries write into a training, and the messages that tell them what to write here.
@Suite struct NewcomerMessageTests {
  private static let setup = """
    let c = clip_model({embedding: 8, context: 12, merges: 100
      text: {width: 8, layers: 1, heads: 2}
      vision: {image_size: 8, patch: 4, channels: 1, width: 8, layers: 1, heads: 2}}, seed: 1)
    let d = dataset(features: randn([60, 8], seed: 3), labels: [i % 3 for i in 0..<60], classes: ["a", "b", "c"])
    let m = coop(c, classes: ["a", "b", "c"], tokens: 2)

    """

  @Test(arguments: [
    ("lr: 0.05", "write optimizer: sgd(lr: 0.05)"),
    ("learning_rate: 1e-3", "write optimizer: sgd(lr: 1e-3)"),
    ("lr: rate", "write optimizer: sgd(lr: 0.032)"),
    ("momentum: 0.8", "write optimizer: sgd(lr: 0.032, momentum: 0.8)"),
    ("weight_decay: 0.1", "write optimizer: sgd(lr: 0.032, weight_decay: 0.1)"),
    ("nesterov: true", "write optimizer: sgd(lr: 0.032, momentum: 0.9, nesterov: true)"),
    ("warmup: 2", "write schedule: cosine(warmup: 2 epochs)"),
    ("scheduler: 2", "write schedule: cosine(warmup: 5 epochs)"),
    ("gpu: true", "leave it out: moco computes on the CPU; see help(\"features\") for features from a GPU"),
    (
      "device: \"cuda\"",
      "leave it out: moco computes on the CPU; see help(\"features\") for features from a GPU"
    ),
    ("epochs: 3", "write for: 3 epochs"), ("num_epochs: 7", "write for: 7 epochs"),
    ("steps: 9", "write for: 9 steps"), ("batch_size: 9", "write batch: …"),
    ("validation: d.test", "write keep_best: data.val"),
    ("verbose: false", "write quiet: true for no progress"),
    ("optimizer: \"adam\"", "write adam(lr: 0.001)"), ("optimizer: \"SGD\"", "write sgd(lr: 0.032)"),
    (
      "optimizer: \"rmsprop\"", "write adam(lr: 0.001) or adamw(lr: 0.001) or sgd(lr: 0.032)"
    ),
    ("optimizer: adam", "write a call: optimizer: adam(lr: 0.001) or adamw(lr: 0.001) or sgd(lr: 0.032)"),
    ("schedule: \"cosine\"", "write cosine()"), ("schedule: \"constat\"", "write constant()"),
    ("schedule: cosine", "call the function that makes the schedule: schedule: cosine()"),
    ("average: \"ema\"", "write ema(0.999)"),
    ("keep_best: d", "write data.train: a Dataset has several splits"),
  ])
  func anOptionOfAnotherLibrary(_ option: String, _ help: String) {
    let call = "let rate = 1\ntrain m on d.train for 1 epoch { \(option), quiet: true }"
    let answer = HabitTests.answer(Self.setup + call)
    #expect(answer.contains("\nhelp: \(help)\n"), "\(answer)")
  }

  /// Options that the checker cannot see get the same advice, without the value.
  @Test func optionsOfAFunctionAsAValue() {
    let answer = HabitTests.answer(Self.setup + "let f = [train][0]\nf(m, on: d.train, for: 1 epoch, lr: 3)")
    #expect(answer.contains("help: write optimizer: sgd(lr: 0.032)\n"), "\(answer)")
    let own = HabitTests.answer("func f(x, size) { x }\nf(1, size: 2, device: 3)")
    #expect(own.contains("help: its arguments are x, size\n"), "\(own)")
    let rule = HabitTests.answer("sgd(learning_rate: 0.1)")
    #expect(rule.contains("help: write lr: …\n"), "\(rule)")
  }

  @Test(arguments: [
    ("train(m, on: d.train, for: 3)", "write 3 epochs or 3 steps"),
    ("train(m, on: d.train, for: 0)", "write 10 epochs or 10 steps"),
    ("train(m, on: d.train, for: 3.5)", "write an integer with its unit: 10 epochs or 10 steps"),
    ("sgd(rate: 3.5)", "write lr: …"), ("dataset(\"fashon\")", "did you mean \"fashion\"?"),
    (
      "print(runs(\"~/no such\"))",
      "write \"\(ProcessInfo.processInfo.environment["HOME"] ?? "")/no such\": ~ is not expanded"
    ),
    ("let n = 4; train m on d.train for n { batch: 9 }", "write 4 epochs or 4 steps"),
    ("train(m, on: d.train, for: \"3 epochs\")", "write it without quotes: 3 epochs"),
    ("train(m, on: d, for: 1 epoch)", "write data.train: a Dataset has several splits"),
    ("evaluate m on d", "write data.test: a Dataset has several splits"),
    ("print(zeros([2, 3]).reshape([4, 2]))", "write [3, 2], or other sizes whose product is 6"),
    ("print(zeros([2, 3]).reshape([3, 3]))", "write [2, 3], or other sizes whose product is 6"),
    ("print(zeros([2, 3]).reshape([4, 4]))", "choose sizes whose product is 6"),
    ("print(zeros([2, 3]).reshape([]))", "choose sizes whose product is 6"),
    ("print(zeros([0, 3]).reshape([2, 3]))", "write [0, 3], or other sizes whose product is 0"),
    (
      "print(zeros([2, 3]).reshape([-1, 4]))",
      "choose sizes whose product is 6, which is not a multiple of 4"
    ),
  ])
  func anotherValue(_ call: String, _ help: String) {
    let answer = HabitTests.answer(Self.setup + call)
    #expect(answer.contains("\nhelp: \(help)\n"), "\(answer)")
  }

  @Test(arguments: [
    ("import torch", "import"), ("import foo", "import"), ("from torch import nn", "from"),
    ("if true { import torch }", "import"), ("require \"x\"", "require"), ("using Plots", "using"),
    ("let a = 1\nlibrary ggplot2", "library"),
  ])
  func importsAreUses(_ line: String, _ word: String) {
    let answer = HabitTests.answer(line)
    #expect(answer.hasPrefix("E0101 modules are imported with 'use', not with '\(word)'\n"), "\(answer)")
  }

  @Test func otherFaultsKeepTheirMessages() {
    #expect(HabitTests.answer("let import = 1\nimport 5").hasPrefix("E0101 expected the end"))
    #expect(HabitTests.answer("foo bar").hasPrefix("E0101 expected the end"))
  }

  /// The endings of two files do not make them similar; the rest of the name does.
  @Test func endingsAreNotSimilarNames() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in ["cut.safetensors", "photos.npz", "a.jpeg"] {
      try AtomicFile.write("", to: "\(folder)/\(name)")
    }
    func similar(_ name: String) -> String? {
      FileSystem.similar(to: "\(folder)/\(name)").map { FileSystem.name(of: $0) }
    }
    #expect(similar("no.safetensors") == nil && similar("b.png") == nil)
    #expect(similar("cutt.safetensors") == "cut.safetensors" && similar("photo.npz") == "photos.npz")
    #expect(similar("a.jpg") == "a.jpeg")
  }

  @Test func pathsThatDoNotExist() throws {
    try Repository.inFolder { folder in
      try FileSystem.createFolder(folder + "/photos")
      try Data("a".utf8).write(to: URL(fileURLWithPath: folder + "/words.txt"))
      try Data("let a = 1".utf8).write(to: URL(fileURLWithPath: folder + "/model.moco"))
      let rule = "Paths are relative to the folder in which moco was started"
      for (call, help) in [
        ("dataset(\"\(folder)/fotos\")", "did you mean \"\(folder)/photos\"? \(rule)"),
        ("dataset(\"\(folder)/fotos/\")", "did you mean \"\(folder)/photos\"? \(rule)"),
        ("read_text(\"\(folder)/word.txt\")", "did you mean \"\(folder)/words.txt\"? \(rule)"),
        ("read_json(\"\(folder)/wrods.txt\")", "did you mean \"\(folder)/words.txt\"? \(rule)"),
        ("use \"\(folder)/modle.moco\" as t", "did you mean \"\(folder)/model.moco\"?\n"),
        ("load_image(\"\(folder)/nothing\")", "check the spelling; paths are relative"),
        ("read_text(\"\(folder)/none/words.txt\")", "check the spelling; paths are relative"),
        ("dataset(\"\(folder)/nothing\")", "use a folder with one sub-folder for each class"),
      ] {
        let answer = HabitTests.answer(call)
        #expect(answer.contains("\nhelp: \(help)"), "\(answer)")
      }
      #expect(
        HabitTests.answer("dataset(\"\(folder)/nothing\")").contains(
          "\"fashion\"; paths are relative to the folder in which moco was started\n"))
    }
  }

  @Test(arguments: [
    "dataset", "read_text", "load_image", "read_json", "read_csv", "load_clip", "load_tensors",
  ])
  func aTildeIsNotExpanded(_ function: String) {
    let home = ProcessInfo.processInfo.environment["HOME"] ?? ""
    let answer = HabitTests.answer("\(function)(\"~/no such/photos\")")
    #expect(answer.contains("\nhelp: write \"\(home)/no such/photos\": ~ is not expanded\n"), "\(answer)")
    let other = HabitTests.answer("\(function)(\"~someone/photos\")")
    #expect(other.contains("\nhelp: write the entire path: ~ is not expanded\n"), "\(other)")
  }

  @Test func aTildeIsNotWrittenTo() {
    let answer = HabitTests.answer("write_text(\"~/no such/a.txt\", \"a\")")
    #expect(answer.hasPrefix("E0504 ") && answer.contains(": ~ is not expanded\n"), "\(answer)")
  }

  /// A program that ends loses its values, so the help says how the next run can continue.
  @Test func anInterruptedProgramKeepsNothing() throws {
    try RunningMoco.inFolder { folder in
      let running = try RunningMoco(
        SignalTests.training(
          4,
          "each_step: s => if s.index == 11 { write_text(\"started\", \"\"); while not exists(\"never\") { } }"
        ),
        ["--no-record"], in: folder)
      try running.wait(for: "started")
      running.signal(SIGINT)
      let errors = running.result().errors
      #expect(
        errors.contains(
          "add checkpoint: \"coop.safetensors\" and resume: if exists(\"coop.safetensors\") { \"coop.safetensors\" }"
        ),
        "\(errors)")
      #expect(!errors.contains("keeps its trained parameters"), "\(errors)")
    }
  }

  /// The note is no output of the program, and `quiet` leaves it out.
  @Test func aTrainingThatContinuesSaysSo() throws {
    try Repository.inFolder { folder in
      let session = librarySession()
      var notes: [String] = []
      session.interpreter.output = { _ in }
      session.interpreter.note = { notes.append($0) }
      func run(_ duration: String, _ options: String) {
        let text = Self.setup + "train m on d.train for \(duration) { batch: 20, seed: 1, \(options) }"
        let found = session.interpreter.run(SourceFile(name: "t", text: text), mode: .program).diagnostics
        notes += found.filter(\.isError).map { $0.message }
      }
      let path = folder + "/c"
      run("3 epochs", "checkpoint: \"\(path)\", each_epoch: e => if e.index == 2 { stop }")
      #expect(notes.isEmpty, "\(notes)")
      run("3 epochs", "resume: \"\(path)\", quiet: true")
      #expect(notes.isEmpty, "\(notes)")
      run("3 epochs", "resume: \"\(path)\", checkpoint: \"\(path)\"")
      #expect(notes == ["\(path): continues after epoch 2 of 3"], "\(notes)")
      // A finished training has its own message.
      run("3 epochs", "resume: \"\(path)\"")
      #expect(notes.count == 1, "\(notes)")
      run("8 steps", "checkpoint: \"\(path)\", each_step: s => if s.index == 6 { stop }")
      run("8 steps", "resume: \"\(path)\"")
      #expect(notes.dropFirst() == ["\(path): continues after step 6 of 8"], "\(notes)")
    }
  }

  @Test func featuresAreShown() {
    for (value, text) in [
      ("d", "train  60 images, 20 per class, features of 8 numbers"),
      ("d.train", "60 images, features of 8 numbers"),
    ] {
      let shown = printed(Self.setup + "show \(value)")
      #expect(shown.contains(text) && !shown.contains("no data"), "\(shown)")
    }
  }
}
