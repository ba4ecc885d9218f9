import Foundation
import MocoBase
import MocoRuntime
import MocoTestSupport
import MocoTraining
import Testing

/// `log(step, {…})` and what goes to TensorBoard by itself.
@Suite struct LogLanguageTests {
  private static let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let names = ["ab", "cd", "ef", "gh"]
    let data = dataset(features: randn([40, 16], seed: 3), labels: [i % 4 for i in 0..<40], classes: names)

    """

  /// The records of the only event file of a folder, with their framing checked.
  private func records(_ folder: String) throws -> [[UInt8]] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names.count == 1)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + (names.first ?? ""))))
    var place = 0
    var records: [[UInt8]] = []
    while place + 12 <= bytes.count {
      let count = Int(bytes[place]) | Int(bytes[place + 1]) << 8 | Int(bytes[place + 2]) << 16
      let record = Array(bytes[(place + 12)..<(place + 12 + count)])
      #expect(EventRecord.framed(record) == Array(bytes[place..<(place + 16 + count)]))
      records.append(record)
      place += 16 + count
    }
    #expect(place == bytes.count)
    return records
  }

  private func session(_ folder: String, events: Bool = true, record: Bool = true) throws -> Runtime {
    var options = RuntimeOptions()
    options.library = StandardLibrary(root: MocoProcess.root + "/stdlib")
    options.recorder = record ? RunRecorder(name: "test", out: folder + "/run") : nil
    options.events = events ? try EventFile(folder: folder + "/events") : nil
    return Runtime(options: options)
  }

  @Test func stepsOfLoopsAreKept() throws {
    try Repository.inFolder { folder in
      let session = try session(folder)
      let output = printed(
        """
        for step in 0..<2 {
          log(step, {loss: 0.5 / (step + 1), "right/base": step, done: step == 1, note: "x", one: tensor(2.5)})
        }
        log(7, {weights: tensor([1.0, 2.0, nan]), picture: plot.image([[0, 0.5], [0.5, 1]]), n: tensor(3), nothing: nan})
        print(log(8, base: 2), log(1.0), log(tensor([1.0])))
        """, in: session)
      #expect(output == "3.0 0.0 tensor([0.0])\n")
      let metrics = try FileSystem.readText(folder + "/run/metrics.jsonl")
      #expect(
        metrics == """
          {"step": 0, "loss": 0.5, "right/base": 0, "done": false, "note": "x", "one": 2.5}
          {"step": 1, "loss": 0.25, "right/base": 1, "done": true, "note": "x", "one": 2.5}
          {"step": 7, "n": 3, "nothing": null}

          """)
      let texts = try records(folder + "/events").map { String(decoding: $0, as: UTF8.self) }
      #expect(texts.count == 4)
      for name in ["weights", "weights/not_finite", "picture", "PNG", "nothing"] {
        #expect(texts[3].contains(name), "\(name)")
      }
      #expect(texts[1].contains("right/base") && texts[1].contains("note"))
    }
  }

  @Test func whatCannotBeKeptIsRefusedByName() throws {
    func code(_ call: String) -> String { printed(call).split(separator: "\n").last.map(String.init) ?? "" }
    #expect(code("log(1, {x: [1, 2]})").hasPrefix("E0303 log accepts numbers, Bools, Strings, tensors"))
    #expect(code("log(1, {x: nil})").hasSuffix("but 'x' is nil"))
    #expect(code("log(1, {x: {a: 1}})").hasPrefix("E0303"))
    #expect(code("log(1, {x: k => k})").hasPrefix("E0303"))
    #expect(code("log(1, {x: 5 epochs})").hasPrefix("E0303"))
    #expect(code("log(1.5, {x: 1})").hasPrefix("E0303 log expects an Int for the step"))
    #expect(code("log(-1, {x: 1})").hasPrefix("E0305 the step of log is negative"))
    #expect(code("log(1, {step: 1})").hasPrefix("E0305 log does not accept the name 'step'"))
    #expect(code("log(1, {x: zeros([0])})").hasPrefix("E0305 'x' has no finite number"))
    #expect(code("log(1, {x: 1}, 3)").hasPrefix("E03"))
  }

  /// Where a value is refused, nothing of its step is written.
  @Test func aRefusedStepLeavesNothing() throws {
    try Repository.inFolder { folder in
      _ = printed("log(1, {a: 1, b: [1]})", in: try session(folder))
      #expect(FileSystem.kind(folder + "/run/metrics.jsonl") == .missing)
      #expect(try records(folder + "/events").count == 1)
    }
  }

  @Test func trainingsEvaluationsAndFiguresAreKept() throws {
    try Repository.inFolder { folder in
      let output = printed(
        Self.setup + """
          let model = coop(clip, classes: names, tokens: 2)
          train(model, on: data.train, for: 2 epochs, quiet: true)
          let found = evaluate(model, on: data.train, quiet: true)
          report([0, 1], predictions: [0, 1])
          show plot.line([1.0, 2.0], title: "Loss")
          show "no figure"
          """, in: try session(folder, record: false))
      #expect(!output.contains("E0"), "\(output)")
      let texts = try records(folder + "/events").map { String(decoding: $0, as: UTF8.self) }
      for name in [
        "training 1/loss", "training 1/lr", "training 1/epochs/accuracy", "coop on train/accuracy",
        "answers/macro_f1",
        "shown/Loss",
      ] { #expect(texts.contains { $0.contains(name) }, "\(name)") }
      #expect(texts.allSatisfy { !$0.contains("no figure") })
    }
  }

  @Test func theProgramWritesEvents() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try AtomicFile.write("log(1, {a: 1})\nprint(\"fine\")\n", to: folder + "/a.moco")
    let run = try MocoProcess.run(["run", "a.moco", "--no-record", "--tensorboard", "tb/one"], in: folder)
    #expect(run.status == 0 && run.output == "fine\n" && run.errors == "", "\(run.errors)")
    #expect(try records(folder + "/tb/one").count == 2)
    let again = try MocoProcess.run(["run", "a.moco", "--tensorboard", "tb/one"], in: folder)
    #expect(
      again.errors == "tb/one already contains event files: TensorBoard shows them and this run as one\n")
    let none = try MocoProcess.run(["run", "a.moco", "--no-record"], in: folder)
    #expect(none.errors.contains("log: nothing is recorded here"))
    let file = try MocoProcess.run(["run", "a.moco", "--tensorboard", "a.moco/tb"], in: folder)
    #expect(file.status == 70 && file.errors.contains("E0504"), "\(file.errors)")
  }
}
