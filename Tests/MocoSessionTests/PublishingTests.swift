import Foundation
import MocoTestSupport
import Testing

/// All that a cell says goes through the session's delegate: nothing arrives on the process's own streams.
@Suite struct PublishingTests {
  static let setup = """
    let clip = clip_model({
      embedding: 16, context: 24, merges: 4096, activation: "quick_gelu", mean: [0.3], std: [0.35]
      text: {width: 16, layers: 1, heads: 2}
      vision: {image_size: 16, patch: 8, channels: 1, width: 16, layers: 1, heads: 2}
    }, seed: 1)
    let names = ["ab", "cd", "ef", "gh"]
    let data = dataset(features: randn([40, 16], seed: 3), labels: [i % 4 for i in 0..<40], classes: names)
    templates ways { group "plain" { "a photo of a {}." } }
    let mix = mixture(clip, ways, classes: names)
    """

  /// What a recording front end in a process of its own was told, an event a line, while cells ran.
  private func events(_ cells: [String], updates: Bool = false) throws -> [String] {
    let folder = try TemporaryFolder()
    try folder.write(cells.joined(separator: "\n// %%\n"), to: "cells.moco")
    let output = folder.path + "/events"
    let ran = try run(
      try Built.program("cells"), [folder.path + "/cells.moco", output] + (updates ? ["updates"] : []),
      environment: ["MOCO_STDLIB": Built.root + "/stdlib"])
    #expect(ran.status == 0 && ran.output.isEmpty && ran.errors.isEmpty, "\(ran)")
    return try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  @Test func nothingArrivesOnTheStreamsOfTheProcess() throws {
    let folder = try TemporaryFolder()
    // One float64 number, and what is not a tensor of ours: both are said.
    let header =
      #"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[8,9]}}"#
    var file = Data(withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) })
    file += Data(header.utf8) + Data(repeating: 0, count: 9)
    try file.write(to: URL(fileURLWithPath: folder.path + "/t.safetensors"))
    let found = try events([
      "print(\"printed\")", "show 1 + 1, [1, 2]", "6 * 7", "let a = 3;\n\"x\" == 1;", PublishingTests.setup,
      "let run = train(mix, on: data.train, for: 2 epochs, batch: 10);",
      "evaluate(mix, on: data.train).count", "load_tensors(\"\(folder.path)/t.safetensors\")[\"a\"];",
      "load_clip(\"small\");", "!echo from the shell", "!echo beside >&2", "x = !echo beside >&2", "?for",
      "1 / 0",
      "%config digits 99", "%history", "let print = 3", "plot.line([1, 2]).save(\"\(folder.path)/l.svg\")",
    ])
    for expected in [
      "output: printed\\n", "document 1: 2\\n", "document 2: [1, 2]\\n", "document 3 of input 3: 42\\n",
      "document 4 of input 7: 40\\n", "epoch: mixture: epoch 1/2", "progress: 1 of 8 steps", "progress: ends",
      "note: \(folder.path)/t.safetensors: left out b", "rounded from float64 to float32: a\\n",
      "note: ViT-128×4/8: ", "output: from the shell\\n", "output: beside\\n", "page: ", "error E0403: ",
      "error: beside\\n", "error: %config digits expects",
    ] {
      #expect(found.contains { $0.contains(expected) }, "\(expected) is not in \(found)")
    }
    #expect(found.filter { $0.hasPrefix("document") }.count == 4)
    let kinds = Set(found.map { $0.prefix { $0 != ":" && $0 != " " } })
    #expect(kinds.contains("note") && kinds.contains("progress"))
  }

  /// A front end that can replace documents sees a training as one document, which ends as the training did.
  @Test func progressIsADocumentThatIsUpdated() throws {
    let found = try events(
      [PublishingTests.setup, "train(mix, on: data.train, for: 30 epochs, batch: 4);\nprint(\"done\")"],
      updates: true)
    let published = found.filter { $0.hasPrefix("document") || $0.hasPrefix("update") }
    #expect(published.first?.hasPrefix("document 1: ") == true)
    #expect(published.dropFirst().allSatisfy { $0.hasPrefix("update 1: ") })
    #expect(published.last?.contains("30 epochs, 300 steps") == true)
    #expect(!found.contains { $0.hasPrefix("progress") || $0.hasPrefix("epoch") })
    let last = found.lastIndex { $0.hasPrefix("update") || $0.hasPrefix("document") } ?? 0
    #expect(last < found.firstIndex { $0.hasPrefix("output: done") } ?? 0)
  }

  /// What is cleared is gone from what is kept of the cell too.
  @Test func outputIsCleared() throws {
    let found = try events(["print(1); clear_output(); print(2)", "show 3; clear_output(wait: true); 4"])
    #expect(
      found == [
        "output: 1\\n", "clear: at once", "output: 2\\n", "outcome: fine", "document 1: 3\\n", "clear: waits",
        "document 2 of input 2: 4\\n", "outcome: fine",
      ])
    let typed = Typed()
    let outcome = typed.session.execute("print(1); show 5; clear_output(); print(2); show 6")
    #expect(outcome.text(.output) == "2\n" && outcome.shown.count == 1)
  }

  /// Work in a callback of a training has no document of its own: they would pile up.
  @Test func workInACallbackIsPartOfTheTraining() throws {
    let found = try events(
      [
        PublishingTests.setup,
        "train(mix, on: data.train, for: 5 epochs, batch: 4, each_epoch: e => evaluate(mix, on: data.train));",
        "evaluate(mix, on: data.train);",
      ], updates: true)
    #expect(
      found.filter { $0.hasPrefix("document") }.map { $0.prefix(11) } == ["document 1:", "document 2:"])
  }
}
