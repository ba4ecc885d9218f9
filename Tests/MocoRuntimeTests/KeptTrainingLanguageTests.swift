import Foundation
import MocoBase
import MocoDocument
import MocoLang
import MocoRuntime
import MocoTestSupport
import MocoTraining
import Testing

/// Programs whose trainings keep themselves: cut and begun again, they print what they print undisturbed.
@Suite struct KeptTrainingLanguageTests {
  /// Three trainings of 8 steps; the second one calls the program.
  static let program = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let data = dataset(features: randn([40, 16], seed: 3), labels: [i % 4 for i in 0..<40], classes: ["a", "b", "c", "d"]).train
    var heard = []
    func fresh(seed) { coop(clip, classes: data.classes, tokens: 2, seed: seed) }
    let first = fresh(1)
    let one = train(first, on: data, for: 2 epochs, batch: 10, quiet: QUIET)
    let second = fresh(2)
    let two = train(second, on: data, for: 2 epochs, batch: 10, each_step: s => heard.append(s.loss))
    let third = fresh(3)
    let three = train(third, on: data, for: 2 epochs, batch: 10, seed: 5)
    for m in [first, second, third] { print([p.to_list() for p in m.parameters]) }
    print(heard, one.losses, two.losses, three.losses, three.notes, random())
    """

  /// Runs it, recorded in `folder`, and stops it after so many steps; nil: not at all.
  private func run(_ folder: String, _ name: String, cut: Int?, quiet: Bool = false) -> (String, Stopping) {
    let recorder = RunRecorder(name: "program", out: "\(folder)/\(name)")
    recorder.keeps = folder + "/kept"
    let session = librarySession(recorder)
    let stopping = Stopping(after: cut)
    session.context.delegate = stopping
    defer { withExtendedLifetime(stopping) {} }
    let output = Cancellation.polling(stopping.flag.pointer) {
      printed(Self.program.replacing("QUIET", with: String(quiet)), in: session, helps: true)
    }
    return (output, stopping)
  }

  private func metrics(_ path: String) throws -> [String] {
    try FileSystem.readText(path + "/metrics.jsonl").split(separator: "\n").map {
      var line = try Json.parse(String($0), name: "metrics").objectValue ?? JsonObject()
      line["seconds"] = nil
      return Json.object(line).serialized()
    }
  }

  @Test func theSameIsPrinted() throws {
    try Repository.inFolder { root in
      let (whole, _) = run(root + "/whole", "run", cut: nil)
      #expect(whole.contains("[") && !whole.contains("E0"), "\(whole)")
      for (number, step) in [3, 8, 11, 19, 24].enumerated() {
        let folder = "\(root)/\(step)"
        let (stopped, _) = run(folder, "a", cut: step)
        // Step 24 is the last one: nothing is left to be cut.
        #expect(stopped.contains("E0406") || step == 24, "\(stopped)")
        let keeps = [3, 11, 19].contains(step) && step != 11
        #expect(
          stopped.contains("run the same program again to resume the training") == keeps, "\(stopped)")
        let (rest, stopping) = run(folder, "b", cut: nil)
        #expect(rest == whole, "\(step)\n\(rest)")
        let taken = stopping.told.filter {
          $0.contains("an earlier try was interrupted; resuming after step")
        }
        #expect(taken.count == (keeps ? 1 : 0), "\(number) \(stopping.told)")
        let written = (try metrics(folder + "/b"), try metrics(root + "/whole/run"))
        #expect(written.0 == written.1)
      }
    }
  }

  @Test func whatIsOfNoUseIsSaid() throws {
    try Repository.inFolder { folder in
      let (whole, _) = run(folder + "/whole", "run", cut: nil)
      _ = run(folder, "a", cut: 3)
      try AtomicFile.write("damaged", to: folder + "/kept/training-1.safetensors")
      let (rest, stopping) = run(folder, "b", cut: nil)
      #expect(rest == whole)
      #expect(
        stopping.told.contains { $0.contains("cannot be used; starting from the beginning") },
        "\(stopping.told)"
      )
    }
  }
}

/// Stops the work after so many steps of all trainings.
private final class Stopping: RuntimeDelegate {
  let flag = StopFlag()
  private(set) var told: [String] = []
  private var left: Int?
  let interruption: String? = "SIGUSR1"
  let canAsk = false
  init(after count: Int?) { left = count }
  func runtime(progress: MocoTraining.Progress) {
    guard progress.unit == "steps", let count = left else { return }
    left = count - 1
    if count == 1 { flag.request() }
  }
  func runtime(epoch text: String) { told.append(text) }
  func runtimeEndsProgress() {}
  func runtimeFlushes() {}
  func runtime(asks prompt: String, poll: () throws -> Void) throws -> String? { nil }
}
