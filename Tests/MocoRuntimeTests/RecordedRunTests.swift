import Foundation
import MocoBase
import Testing

/// `moco export --from`: pages of runs that `moco run` has recorded, without running them again.
@Suite struct RecordedRunTests {
  /// Every kind of output; it fails in its last but one cell.
  private static let program = #"""
    let early = 1
    // %% [markdown]
    // # A run <b>

    // %% Load {"tags": ["slow"]}
    let clip = load_clip("small")
    clip

    // %% Shown
    print("so \u{1B}[31mred\u{1B}[0m <i>")
    show plot.line([1.0, 4.0, nan, 9.0], title: "a < b & \"c\"")
    show "text", title: "<title>"
    [1, 2, {a: 1}]

    // %% Images
    plot.image([[0, 0.5], [0.5, 1]])

    // %% Hidden
    plot.bars({done: 1, left: 2});

    // %% Nothing shown
    let k = 3

    // %% Tables
    show table([{method: "zero-shot", H: 68.5}, {method: "mixture", H: 72.1}], digits: 1, best: "max")
    tensor([[1.0, 2.0], [3.0, 4.0]])

    // %% Branch
    if k > 2 { "yes" } else { "no" }

    // %% Cleared
    print("gone")
    clear_output()
    print("stays")

    // %% Fail
    print("before")
    func half(x) { x / 0 }
    half(k)

    // %% Never
    3
    """#

  private func inFolder(_ work: (String) throws -> Void) throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try work(folder)
  }

  /// The text without what two runs differ in: times, and the facts at the foot.
  private func timeless(_ text: String) -> [String] {
    var lines: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("<dt>time") || line.hasPrefix("- time: ") { break }
      let isSummary = line.hasPrefix("<summary>Code, ")
      let words = line.replacingOccurrences(of: "</summary>", with: "")
      lines.append(isSummary ? words.components(separatedBy: ", ").prefix(2).joined() : line)
    }
    return lines
  }

  @Test func aRecordedRunGivesTheSamePagesAsRunning() throws {
    try inFolder { folder in
      try AtomicFile.write(Self.program, to: folder + "/a.moco")
      let ran = try MocoProcess.run(["run", "a.moco"], in: folder)
      #expect(ran.status == 70 && ran.output.contains("stays"), "\(ran)")
      for ending in ["html", "md", "ipynb"] {
        try? FileManager.default.removeItem(atPath: folder + "/a_files")
        let live = try MocoProcess.run(["export", "a.moco", "-o", "a.\(ending)"], in: folder)
        #expect(live.status == 70, "\(live)")
        let expected = try FileSystem.readText("\(folder)/a.\(ending)")
        let pictures = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/a_files")) ?? []
        let drawn = try pictures.map { try FileSystem.read("\(folder)/a_files/\($0)") }
        try? FileManager.default.removeItem(atPath: folder + "/a.\(ending)")
        try? FileManager.default.removeItem(atPath: folder + "/a_files")
        let again = try MocoProcess.run(["export", "--from", "a-1", "-o", "a.\(ending)"], in: folder)
        #expect(
          again.status == 0
            && again.errors == "the run a-1 has failed; its page shows the outputs until the failure\n",
          "\(again)")
        let text = try FileSystem.readText("\(folder)/a.\(ending)")
        #expect(timeless(text) == timeless(expected), "\(ending)")
        #expect(text.contains("stays") && !text.contains("gone\n"))
        let after = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/a_files")) ?? []
        #expect(after == pictures)
        #expect(try after.map { try FileSystem.read("\(folder)/a_files/\($0)") } == drawn)
      }
      // Exporting records no run, and leaves code out where that is asked for.
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/runs") == ["a-1"])
      let short = try MocoProcess.run(
        ["export", "--from", "last", "--no-code", "--quiet", "-o", "b.html"], in: folder)
      #expect(short.status == 0 && short.errors.isEmpty, "\(short)")
      #expect(try !FileSystem.readText(folder + "/b.html").contains("clear_output"))
    }
  }

  /// A program without cells is one cell; settings and the folder's path; one cell of several.
  @Test func runsOfEveryKindAreFound() throws {
    try inFolder { folder in
      try AtomicFile.write(
        "let k = 1\nlet clip = load_clip(\"small\")\nprint(\"k is \\(k)\")\nk + 1\n",
        to: folder + "/plain.moco")
      let ran = try MocoProcess.run(
        ["run", "plain.moco", "--set", "k=5", "--seed", "7", "--out", "here <b>"], in: folder)
      #expect(ran.status == 0 && ran.output == "k is 5\n", "\(ran)")
      let written = try MocoProcess.run(["export", "--from", "here <b>/", "-o", "p.html"], in: folder)
      #expect(written.status == 0 && written.errors.isEmpty, "\(written)")
      let html = try FileSystem.readText(folder + "/p.html")
      for word in ["k is 5", "<code class=\"moco-value\">6</code>", "k=5", "here &lt;b&gt;", "<dd>7</dd>"] {
        #expect(html.contains(word), "\(word)")
      }
      try AtomicFile.write(
        "// %% One\nlet clip = load_clip(\"small\")\n1\n// %% Two\n2\n// %% Three\nclip.name\n\"three\"\n",
        to: folder + "/cells.moco")
      let part = try MocoProcess.run(["run", "cells.moco", "--cell", "3", "--quiet"], in: folder)
      #expect(part.status == 0, "\(part)")
      #expect(try MocoProcess.run(["export", "--from", "cells-1", "-o", "c.md"], in: folder).status == 0)
      let text = try FileSystem.readText(folder + "/c.md")
      #expect(text.contains("\"three\"\n```") || text.contains("`\"three\"`"), "\(text)")
      #expect(!text.contains("`2`"))
    }
  }

  @Test func aKilledRunHasWhatItsFinishedCellsShowed() throws {
    try RunningMoco.inFolder { folder in
      let running = try RunningMoco(
        """
        // %% First
        print("first")
        // %% Second
        let clip = load_clip("small")
        print("second")
        // %% Third
        print("third")
        // %% Fourth
        print("fourth")
        write_text("started", "")
        while true { }
        """, in: folder)
      try running.wait(for: "started")
      running.signal(SIGKILL)
      running.result()
      let written = try MocoProcess.run(["export", "--from", "program-1", "-o", "p.md"], in: folder)
      #expect(
        written.errors == "the run program-1 is dead; its page shows 3 finished cells\n",
        "\(written)")
      let text = try FileSystem.readText(folder + "/p.md")
      for word in ["```\nfirst\n```", "\nsecond\n```", "```\nthird\n```"] {
        #expect(text.contains(word), "\(word) in \(text)")
      }
      #expect(!text.contains("```\nfourth"))
      // A line that was being written.
      let file = folder + "/runs/program-1/outputs.jsonl"
      var bytes = try FileSystem.read(file)
      bytes.removeLast(20)
      try AtomicFile.write(bytes, to: file)
      let cut = try MocoProcess.run(["export", "--from", "program-1", "-o", "p.md"], in: folder)
      #expect(
        cut.status == 0 && cut.errors.contains("is truncated: the outputs of its cell are lost"), "\(cut)")
      #expect(try !FileSystem.readText(folder + "/p.md").contains("```\nthird"))
    }
  }

  @Test func whatIsNoRecordIsRefused() throws {
    try inFolder { folder in
      try AtomicFile.write("let clip = load_clip(\"small\")\nprint(1)\n", to: folder + "/a.moco")
      #expect(try MocoProcess.run(["run", "a.moco", "--quiet"], in: folder).status == 0)
      func refused(_ run: String, _ code: String, _ words: String) throws {
        let result = try MocoProcess.run(["export", "--from", run, "-o", "p.html"], in: folder)
        #expect(
          result.status == 70 && result.errors.contains(code) && result.errors.contains(words)
            && result.errors.contains("help: "), "\(run): \(result)")
        #expect(FileSystem.kind(folder + "/p.html") == .missing, "\(run)")
      }
      try refused("b-1", "E0501", "there is no run b-1")
      try refused("a", "E0501", "use a-1")
      try refused("", "E0501", "there is no run")
      try refused("a.moco", "E0502", "leave out --from")
      try refused("runs", "E0502", "it has no run.json")
      func change(_ name: String, _ file: String, _ text: String?) throws {
        try? FileManager.default.removeItem(atPath: "\(folder)/runs/\(name)")
        try FileManager.default.copyItem(atPath: folder + "/runs/a-1", toPath: "\(folder)/runs/\(name)")
        try? FileManager.default.removeItem(atPath: "\(folder)/runs/\(name)/\(file)")
        if let text { try AtomicFile.write(text, to: "\(folder)/runs/\(name)/\(file)") }
      }
      let head = "{\"format\": \"moco-outputs\", \"version\": 1}\n"
      let cell = "{\"cell\": 0, \"seconds\": 1, \"fine\": true, \"outputs\": "
      let cases: [(file: String, text: String?, code: String, words: String)] = [
        ("outputs.jsonl", nil, "E0501", "recorded by an earlier version of moco"),
        ("outputs.jsonl", "", "E0502", "the file is empty"),
        ("outputs.jsonl", "[1]\n", "E0502", "outputs of a run"),
        ("outputs.jsonl", "{\"format\": \"moco-outputs\", \"version\": 9}\n", "E0502", "has version 9"),
        ("outputs.jsonl", head + "{\n" + cell + "[]}\n", "E0502", "outputs.jsonl:2"),
        ("outputs.jsonl", head + "{}\n", "E0502", "not a record of a cell"),
        ("outputs.jsonl", head + cell + "[{\"sound\": 1}]}\n", "E0502", "not a record of a cell"),
        (
          "outputs.jsonl",
          head + cell + "[{\"shown\": {\"format\": \"moco-document\", \"version\": 2, \"blocks\": []}}]}\n",
          "E0502", "version 2"
        ),
        (
          "outputs.jsonl", head + "{\"cell\": 7, \"seconds\": 1, \"fine\": true, \"outputs\": []}\n",
          "E0502", "that script.moco does not have"
        ),
        ("script.moco", nil, "E0501", "script.moco"),
        ("run.json", "{\"format\": \"moco-run\", \"version\": 2}", "E0502", "version 2"),
        ("run.json", "{}", "E0502", "not a record of a run of moco"), ("run.json", "{", "E0502", "run.json"),
      ]
      for (index, one) in cases.enumerated() {
        try change("case-\(index)", one.file, one.text)
        try refused("case-\(index)", one.code, one.words)
      }
      // Places that lie outside of the program are not marked.
      try change(
        "places", "outputs.jsonl",
        head + cell
          + "[{\"diagnostics\": [{\"code\": \"E0403\", \"severity\": \"error\", \"message\": \"m\", "
          + "\"at\": [-1, 5, 99999], \"labels\": [[[3, 0, 1], \"x\"]], \"trace\": [[\"f\", [-1, -4, 2]]]}]}]}\n"
      )
      #expect(try MocoProcess.run(["export", "--from", "places", "-o", "p.html"], in: folder).status == 0)
    }
  }

  @Test func optionsOfRunsAreRefused() throws {
    try inFolder { folder in
      for (arguments, words) in [
        (
          ["--from", "a-1", "--set", "k=1"], "--set changes the result of a program, but --from runs nothing"
        ),
        (["--from", "a-1", "--seed", "3"], "--from runs nothing"),
        (["--from", "a-1", "--print"], "--from runs nothing"),
        (["--from", "a-1", "a.moco"], "leave out 'a.moco'"),
        ([], "Specify the program, or --from"),
      ] {
        let result = try MocoProcess.run(["export", "-o", "p.html"] + arguments, in: folder)
        #expect(result.status == 64 && result.errors.contains(words), "\(arguments): \(result)")
      }
    }
  }

  /// A training is a line and a curve where its progress stood, in both ways.
  @Test func aTrainingIsALineAndACurve() throws {
    try inFolder { folder in
      let program = """
        // %% Train
        use {ways} from small_world
        let clip = load_clip("small")
        let data = dataset("fashion").few_shot(2, seed: 1)
        let held = dataset("fashion").test[0..<20]
        let mix = mixture(clip, ways, classes: data.classes, seed: 1)
        print("begins")
        train mix on data.train for 2 epochs { keep_best: held, each_epoch: e => print("epoch \\(e.index)") }
        // %% Again
        let more = train mix on data.train for 1 epochs
        // %% Quiet
        let quiet = train mix on data.train for 1 epochs { quiet: true }
        """
      try AtomicFile.write(program, to: folder + "/t.moco")
      let ran = try MocoProcess.run(["run", "t.moco"], in: folder)
      #expect(ran.status == 0 && !ran.output.contains("mixture on"), "\(ran)")
      let live = try MocoProcess.run(["export", "t.moco", "-o", "live.html", "--quiet"], in: folder)
      #expect(live.status == 0, "\(live)")
      #expect(try MocoProcess.run(["export", "--from", "t-1", "-o", "again.html"], in: folder).status == 0)
      for name in ["live", "again"] {
        let html = try FileSystem.readText("\(folder)/\(name).html")
        let lines = html.split(separator: "\n").filter { $0.hasPrefix("<p>mixture on ") }
        #expect(lines.count == 2, "\(name): \(lines)")
        #expect(
          lines.first?.contains("2 epochs, ") == true && lines.first?.contains("training accuracy") == true)
        #expect(lines.first?.contains(", validation accuracy ") == true)
        #expect(lines.last?.contains("1 epoch, ") == true)
        #expect(html.contains("Loss of each epoch") && html.contains("Validation accuracy of each epoch"))
        #expect(html.contains("<title>loss: epoch 1, loss ") && html.contains("The numbers as a table"))
        #expect(html.count(of: "<svg") == 1, "\(name)")
        // No bar is left, and the printed lines come after.
        #expect(!html.contains("━"))
        #expect(html.contains("begins") && html.contains("epoch 1\nepoch 2"))
      }
    }
  }

  /// What is too much is left out, and says so.
  @Test func recordsAreBounded() throws {
    try inFolder { folder in
      let program = """
        // %% Much
        let line = join(["x" for _ in 0..<1023], "")
        for _ in 1...6000 { print(line) }
        // %% Load
        let clip = load_clip("small")
        print("loaded")
        """
      try AtomicFile.write(program, to: folder + "/m.moco")
      let ran = try MocoProcess.run(["run", "m.moco", "--quiet"], in: folder)
      #expect(ran.status == 0 && ran.output.utf8.count > 6_000_000, "\(ran.errors)")
      #expect(try MocoProcess.run(["export", "--from", "m-1", "-o", "m.md"], in: folder).status == 0)
      let text = try FileSystem.readText(folder + "/m.md")
      #expect(text.contains("the rest of the cell's output is left out") && text.contains("loaded"))
      #expect(text.utf8.count < 5_000_000)
    }
  }
}

extension String {
  fileprivate func count(of part: String) -> Int { components(separatedBy: part).count - 1 }
}
