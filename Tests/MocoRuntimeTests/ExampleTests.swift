import Foundation
import Testing

/// Everything in stdlib/examples runs as it stands, and leaves a run record.
@Suite(.serialized) struct ExampleTests {
  /// Smaller settings than a person's, where an example has settings; what runs is the example itself.
  static let settings: [String: [String]] = [
    "quickstart.moco": ["--set", "shots=2", "--set", "epochs_total=2", "--set", "least_steps=4"],
    "by_hand.moco": ["--set", "epochs_total=2"],
    "pretrain.moco": ["--set", "steps_total=3", "--set", "batch_size=16", "--set", "warmup_steps=1"],
    "compare.moco": [
      "--set", "epochs_total=1", "--set", "least_steps=2", "--set", "seeds=1", "--set", "test_limit=40",
      "--set", "rates=[0.05]", "--set", "shot_counts=[1]",
    ],
    "paper.moco": ["--set", "test_limit=10", "--set", "epochs_most=1", "--set", "method=mixture"],
    "neighbours.moco": [
      "--set", "epochs_total=1", "--set", "seeds=1", "--set", "shots=1", "--set", "test_limit=10",
      "--set", "validation_limit=10", "--set", "rates_tried=1",
    ],
  ]

  static var examples: [String] {
    let folder = MocoProcess.root + "/stdlib/examples"
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { $0.hasSuffix(".moco") }.sorted()
  }

  @Test func thereAreExamples() {
    #expect(Self.examples.contains("quickstart.moco"))
    #expect(Self.examples.count >= 4)
  }

  @Test(arguments: ExampleTests.examples)
  func runs(_ example: String) throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = MocoProcess.root + "/stdlib/examples/" + example
    let result = try MocoProcess.run(["run", path] + (Self.settings[example] ?? []), in: folder)
    #expect(result.status == 0, "\(example): \(result.errors.suffix(2000))")
    #expect(!result.output.isEmpty)

    let name = (example as NSString).deletingPathExtension
    let record = folder + "/runs/\(name)-1"
    #expect(FileManager.default.fileExists(atPath: record + "/script.moco"))
    let facts = try #require(FileManager.default.contents(atPath: record + "/run.json"))
    let json = try #require(try JSONSerialization.jsonObject(with: facts) as? [String: Any])
    #expect(json["status"] as? String == "finished")
    #expect(json["seed"] != nil)
    #expect((json["hashes"] as? [String: String])?.isEmpty == false)
  }

  @Test func aRunNeverWritesOverAnother() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try "let data = dataset(\"fashion\")\nprint(len(data.classes))\n"
      .write(toFile: folder + "/look.moco", atomically: true, encoding: .utf8)
    for _ in 0..<2 {
      let result = try MocoProcess.run(["run", "look.moco"], in: folder)
      #expect(result.status == 0, "\(result.errors)")
    }
    #expect(FileManager.default.fileExists(atPath: folder + "/runs/look-1/run.json"))
    #expect(FileManager.default.fileExists(atPath: folder + "/runs/look-2/run.json"))
  }
}
