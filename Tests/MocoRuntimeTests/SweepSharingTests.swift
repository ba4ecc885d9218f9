import Foundation
import MocoSweeps
import MocoTestSupport
import Testing

/// What runs of one process share changes no bit: each gives what `moco run` gives with its settings.
@Suite struct SweepSharingTests {
  private static let program = """
    let kind = over(["zero-shot", "coop", "mixture", "write", "tune"])
    let seed = over([1, 2])

    let clip = load_clip("small")
    let data = dataset("fashion")
    let few = data.few_shot(1, seed: seed)
    templates ways {
      group "clean" { "a clean photo of a {}." "a sharp photo of a {}." }
      group "dark"  { "a dark photo of a {}."  "a dim photo of a {}." }
    }
    if kind == "write" {
      // What one run writes into its weights is its own.
      let first = clip.parameters[0]
      first[0] = 3.5
    }
    if kind == "tune" { clip.unfreeze("text_projection") }
    func made() {
      if kind == "coop" { return coop(clip, classes: data.classes, init: "a photo of a", seed: seed) }
      if kind == "mixture" { return mixture(clip, ways, classes: data.classes, seed: seed) }
      return zero_shot(clip, classes: data.classes, template: "a photo of a {}.")
    }
    let model = made()
    if kind == "coop" or kind == "mixture" {
      let run = train(model, on: few.train, for: 2 epochs, batch: 5, seed: seed)
      print(run.losses)
    }
    if kind == "tune" {
      let x = clip.encode_text("a photo of a bag")
      sum(x * x).backward()
      sgd(clip.parameters, lr: 0.01).step()
    }
    let test = data.test[0..<60]
    let report = evaluate(model, on: test)
    print(kind, seed, report.accuracy, clip.hash, sum(clip.encode_text("a photo of a bag")).item())
    result({accuracy: report.accuracy, hash: clip.hash})
    """

  @Test func eachRunGivesWhatItGivesAlone() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Self.program.write(toFile: folder + "/a.moco", atomically: true, encoding: .utf8)
    let swept = try MocoProcess.run(["sweep", "a.moco", "--jobs", "3", "--threads", "6"], in: folder)
    #expect(swept.status == 0, "\(swept.errors)")
    let runs = try SweepFolder(folder + "/runs/a").runs()
    #expect(runs.count == 10)
    for run in runs {
      let kind = run.settings["kind"]?.stringValue ?? ""
      let seed = run.settings["seed"]?.intValue ?? 0
      let alone = try MocoProcess.run(
        ["run", "a.moco", "--no-record", "--set", "kind=\(kind)", "--set", "seed=\(seed)"], in: folder)
      #expect(alone.status == 0, "\(alone.errors)")
      let printed = try String(contentsOfFile: run.folder + "/stdout.txt", encoding: .utf8)
      #expect(printed == alone.output, "\(run.name)")
    }
    // Other weights are others' alone.
    let hashes = Set(runs.compactMap { $0.result?["hash"]?.stringValue })
    #expect(hashes.count == 3)
  }

  /// A run whose model or data have changed is not finished.
  @Test func changedFilesMakeRunsStale() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in ["cat", "dog"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/photos/\(name)", withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: Repository.fixture("golden/preprocess/0.png"), toPath: "\(folder)/photos/\(name)/1.png")
    }
    try """
    let x = over([1, 2])
    let data = dataset("photos", split: {train: 1.0})
    result({count: len(data.train)})
    """.write(toFile: folder + "/a.moco", atomically: true, encoding: .utf8)
    func counts() throws -> [Int?] {
      try SweepFolder(folder + "/runs/a").runs().map { $0.result?["count"]?.intValue }
    }
    let first = try MocoProcess.run(["sweep", "a.moco"], in: folder)
    #expect(first.status == 0, "\(first.errors)")
    #expect(try counts() == [2, 2])
    try FileManager.default.copyItem(
      atPath: Repository.fixture("golden/preprocess/0.png"), toPath: folder + "/photos/dog/2.png")
    let states = try SweepFolder(folder + "/runs/a").runs()
    #expect(states.allSatisfy { $0.state == .stale && $0.reason.contains("photos has changed") })
    #expect(try counts() == [nil, nil])
    let status = try MocoProcess.run(["sweep", "a.moco", "--status"], in: folder)
    #expect(status.output.contains("2 stale"), "\(status.output)")
    #expect(try MocoProcess.run(["sweep", "a.moco"], in: folder).output.contains("2 finished\n"))
    #expect(try counts() == [3, 3])
    // What is not there at all says nothing: a run may have been on another machine.
    try FileManager.default.moveItem(atPath: folder + "/photos", toPath: folder + "/elsewhere")
    #expect(try SweepFolder(folder + "/runs/a").runs().allSatisfy { $0.state == .finished })
  }
}
