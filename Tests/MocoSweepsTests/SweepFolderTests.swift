import Foundation
import MocoBase
import MocoSweeps
import Testing

/// What a folder tells of a sweep, without anything else.
@Suite struct SweepFolderTests {
  private func folder() throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/moco-sweep-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  private func record(_ names: [String]) -> SweepRecord {
    SweepRecord(
      script: "few.moco", path: "/few.moco", moco: "0", code: "c", swept: ["shots": [1, 2]],
      points: names.enumerated().map {
        .init(name: $1, identity: $1 + "ffff", settings: ["rate": 0.1, "shots": .int($0 + 1)])
      })
  }

  private func write(_ json: Json, _ path: String) throws {
    try FileSystem.createFolder(FileSystem.parent(of: path))
    try AtomicFile.write(json.serialized(), to: path)
  }

  @Test func pointsAreToldInTheirOrderWhateverHasBecomeOfThem() throws {
    let root = try folder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    try record(["b-1", "a-2", "c-3", "d-4", "e-5", "f-6"]).write(folder: root)
    try write(
      [
        "point": "a-2ffff", "status": "finished", "seconds": 1.5, "settings": ["shots": 2, "late": true],
        "result": ["accuracy": 0.5],
      ], root + "/a-2/run.json")
    try write(
      [
        "point": "c-3ffff", "status": "failed", "error": ["code": "E0901", "message": "no"],
        "result": ["accuracy": 1],
      ],
      root + "/c-3/run.json")
    try write(
      ["point": "d-4ffff", "status": "interrupted", "interrupted_by": "SIGTERM"], root + "/d-4/run.json")
    try FileSystem.createFolder(root + "/e-5")
    // Another point's run under this name is none of it.
    try write(["point": "other", "status": "finished", "result": ["accuracy": 1]], root + "/f-6/run.json")
    let runs = try SweepFolder(root).runs()
    #expect(runs.map(\.name) == ["b-1", "a-2", "c-3", "d-4", "e-5", "f-6"])
    #expect(runs.map(\.state) == [.missing, .finished, .failed, .interrupted, .dead, .dead])
    #expect(runs[1].result == ["accuracy": 0.5])
    #expect(runs[1].settings == ["rate": 0.1, "shots": 2, "late": true])
    #expect(runs[1].seconds == 1.5)
    #expect(runs[2].result == nil && runs[2].reason == "E0901: no")
    #expect(runs[3].reason == "SIGTERM")
    #expect(runs[5].result == nil)
  }

  @Test func foreignAndLaterRecordsAreRefused() throws {
    let root = try folder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    #expect(throws: Failure.self) { _ = try SweepFolder(root) }
    for json: Json in [
      ["format": "moco-run"], ["format": "moco-sweep", "version": 99, "script": "few.moco"], [],
    ] {
      try AtomicFile.write(json.serialized(), to: root + "/sweep.json")
      let failure = #expect(throws: Failure.self) { _ = try SweepFolder(root) }
      #expect(failure?.code == "E0502")
    }
  }
}

extension JsonObject: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, Json)...) { self.init(elements) }
}
