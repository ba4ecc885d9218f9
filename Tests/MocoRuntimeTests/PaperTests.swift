import Foundation
import MocoBase
import MocoTestSupport
import Testing

/// `stdlib/examples/paper.moco` as a sweep: its points, and its tables on folders laid out like the published data sets.
@Suite(.serialized) struct PaperTests {
  private static let paper = MocoProcess.root + "/stdlib/examples/paper.moco"

  private func sweep(_ arguments: [String], in folder: String) throws -> MocoProcess.Result {
    try MocoProcess.run(["sweep", Self.paper] + arguments, in: folder)
  }

  /// The results of all points, by the names of their folders without the digits of the identity.
  private func results(_ folder: String) throws -> [String: JsonObject] {
    let runs = folder + "/runs/paper"
    var found: [String: JsonObject] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: runs) {
      let file = "\(runs)/\(name)/run.json"
      guard FileSystem.kind(file) == .file, let result = try Json.parse(file: file)["result"]?.objectValue
      else { continue }
      found[String(name.dropLast(9))] = result
    }
    return found
  }

  /// Nothing is run twice: zero-shot has no shots and seeds, the other methods no ablations.
  @Test func pointsThatMakeNoSenseAreNone() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let small = try sweep(["--dry-run"], in: folder)
    let few = 1 + 5 * 5 * 3
    let new = 1 + 4 * 3 + 10 * 3
    let far = 1 + 5 * 3
    #expect(
      small.output.contains("\(few + new + far) missing"), "\(small.output.suffix(300)) \(small.errors)")
    let large = try sweep(["--dry-run", "--set", "root=data"], in: folder)
    #expect(
      large.output.contains("\(11 * (few + new) + far) missing"),
      "\(large.output.suffix(300)) \(large.errors)")
    #expect(large.output.components(separatedBy: "data_set dtd, method zero-shot").count == 3)
    #expect(!small.output.contains("imagenet"))
  }

  /// Every name that the settings have is one that the modules know.
  @Test func itsNamesAreKnown() throws {
    let text = try String(contentsOfFile: Self.paper, encoding: .utf8)
    let known = printed(
      "use data_sets\nuse published\nfor name in data_sets.names { print(name) }\nfor name in published.names { print(name) }"
    )
    for (setting, count) in [("data_set", 11), ("method", 6)] {
      let list = try #require(text.components(separatedBy: "let \(setting) = over([").dropFirst().first)
      let names = list.prefix { $0 != "]" }.components(separatedBy: "\"").enumerated().filter {
        $0.offset % 2 == 1
      }
      #expect(names.count == count)
      for name in names { #expect(known.contains(name.element + "\n"), "\(name.element)") }
    }
  }

  /// Given a folder of data sets, a sweep makes every table; a point has the numbers of the same training written out.
  @Test func tablesOfTinyDataSets() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let maker = MocoProcess.root + "/Tests/Fixtures/protocols/tiny_data_sets.moco"
    #expect(printed("use \"\(maker)\" as tiny\ntiny.make(\"\(folder)/data\")\nprint(1)\n") == "1\n")
    let asked = [
      "--set", "root=data", "--set", "epochs_most=2", "--set", "context=4", "--only", "seed=1", "--only",
      "shots=1,16",
      "--only", "data_set=imagenet,sun397", "--only", "method=zero-shot,coop,mixture", "--only",
      "ablation=as published,1 group,hard-prompt router", "--quiet",
    ]
    let first = try sweep(asked + ["--jobs", "2"], in: folder)
    #expect(first.status == 0, "\(first.output) \(first.errors)")
    let found = try results(folder)
    #expect(
      Set(found.keys)
        == Set(
          ["imagenet", "sun397"].flatMap { data in
            [
              "few-shot-\(data)-zero-shot-as-published-16-1", "few-shot-\(data)-coop-as-published-1-1",
              "few-shot-\(data)-coop-as-published-16-1", "few-shot-\(data)-mixture-as-published-1-1",
              "few-shot-\(data)-mixture-as-published-16-1", "base-to-new-\(data)-zero-shot-as-published-16-1",
              "base-to-new-\(data)-coop-as-published-16-1", "base-to-new-\(data)-mixture-as-published-16-1",
              "base-to-new-\(data)-mixture-1-group-16-1",
              "base-to-new-\(data)-mixture-hard-prompt-router-16-1",
            ]
          }
            + ["zero-shot", "coop", "mixture"].map { "transfer-imagenet-\($0)-as-published-16-1" }))
    let far = try #require(found["transfer-imagenet-mixture-as-published-16-1"])
    #expect(far.count == 18 && far["imagenet_r"] != nil && far["ucf101"] != nil && far["targets"] != nil)
    let by = printed(
      """
      let clip = load_clip("small")
      let data = dataset("\(folder)/data/sun397")
      let few = data.few_shot(16, seed: 1, sampler: "coop")
      let mix = mixture(clip, groups(), classes: data.classes, base: few.base.classes, published: true, seed: 1)
      train(mix, on: few.base.train, for: 2 epochs, schedule: cosine(warmup: 1 epoch), seed: 1, quiet: true)
      print(evaluate(mix, on: data.base.test).accuracy, evaluate(mix, on: data.new.test, classes: "data").accuracy)
      """.replacingOccurrences(of: "groups()", with: "sun397").replacingOccurrences(
        of: "let clip", with: "use {sun397} from templates\nlet clip"))
    let point = try #require(found["base-to-new-sun397-mixture-as-published-16-1"])
    func number(_ name: String) -> Double { point[name]?.doubleValue ?? -1 }
    #expect(by == "\(number("base")) \(number("new"))\n")
    // The same line again has nothing left to do.
    let again = try sweep(asked, in: folder)
    #expect(again.status == 0 && again.output.contains("23 finished (23 before)"), "\(again.output)")
  }

  /// Without a folder it is the small world, in every table.
  @Test func tablesOfTheSmallWorld() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let result = try sweep(
      [
        "--set", "test_limit=5", "--set", "epochs_most=1", "--only", "seed=1", "--only", "shots=16", "--only",
        "ablation=as published,K = 4,no gate loss", "--jobs", "2", "--quiet",
      ], in: folder)
    #expect(result.status == 0, "\(result.output) \(result.errors)")
    let found = try results(folder)
    #expect(found.count == 6 + 8 + 6 && found.keys.allSatisfy { $0.contains("small-world") })
    #expect(found["transfer-small-world-maple-as-published-16-1"]?["renamed_styles"] != nil)
  }
}
