import Foundation
import MocoBase
import MocoSweeps
import Synchronization
import Testing

/// The right to work on a point: who gets it, who keeps it, and what is left when a process is gone.
@Suite struct ClaimTests {
  private func folder() throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/moco-claim-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  /// A lock as another process would have written it.
  private func write(_ lock: String, _ path: String, age: Double = 0) throws {
    try AtomicFile.write(lock, to: path)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: path)
  }

  private func foreign(released: Bool = false) -> String {
    """
    {"process": {"id": 1, "host": "elsewhere", "ticks": 5, "began": "2026-01-01T00:00:00Z"}, "place": "other", "began": \
    "2026-01-01T00:00:00Z", "job": "slurm 7_1"\(released ? ", \"released\": true" : "")}
    """
  }

  @Test func onePointHasOneHolder() throws {
    let root = try folder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    let first = try #require(try Claim.take("a", in: root))
    #expect(!first.isTakenOver)
    #expect(try Claim.take("a", in: root) == nil)
    #expect(try FileSystem.list(root + "/a") == ["lock"])
    first.release()
    let second = try #require(try Claim.take("a", in: root))
    #expect(second.isTakenOver)
    #expect(try FileSystem.list(root + "/a") == ["lock-2"])
    #expect(try Claim.take("a", in: root) == nil)
    second.release()
  }

  /// Threads that all want the same points at once: each point has one holder, new and given back.
  @Test func ofManyTakersOneWins() throws {
    let root = try folder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    for round in 0..<3 {
      let winners = Mutex<[String: Int]>([:])
      let claims = Mutex<[Claim]>([])
      DispatchQueue.concurrentPerform(iterations: 16) { _ in
        for name in ["a", "b", "c", "d"] {
          guard let claim = try? Claim.take(name, in: root) else { continue }
          winners.withLock { $0[name, default: 0] += 1 }
          claims.withLock { $0.append(claim) }
        }
      }
      #expect(winners.withLock { $0 } == ["a": 1, "b": 1, "c": 1, "d": 1], "round \(round)")
      for claim in claims.withLock({ $0 }) { claim.release() }
      // Nothing of those who lost stays.
      #expect(try FileSystem.list(root) == ["a", "b", "c", "d"])
      for name in ["a", "b", "c", "d"] { #expect(try FileSystem.list("\(root)/\(name)").count == 1) }
    }
  }

  @Test func ofAForeignProcessOnlyItsSilenceTells() throws {
    let root = try folder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    try FileSystem.createFolder(root + "/a")
    try write(foreign(), root + "/a/lock")
    #expect(try Claim.take("a", in: root) == nil)
    try write(foreign(), root + "/a/lock", age: 250)
    #expect(try Claim.take("a", in: root) == nil)
    try write(foreign(), root + "/a/lock", age: 400)
    #expect(try Claim.take("a", in: root) != nil)
    // What was given back is free at once.
    try FileSystem.createFolder(root + "/b")
    try write(foreign(released: true), root + "/b/lock-7")
    #expect(try Claim.take("b", in: root) != nil)
    #expect(try FileSystem.list(root + "/b") == ["lock-8"])
  }

  /// A lock that is just being written, or that nobody can read, is somebody's for as long as it is young.
  @Test func aLockWithoutWordsIsSomebodys() throws {
    let root = try folder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    for (name, text) in [("a", ""), ("b", "{\"process\""), ("c", "[]")] {
      try FileSystem.createFolder("\(root)/\(name)")
      try write(text, "\(root)/\(name)/lock")
      #expect(try Claim.take(name, in: root) == nil)
      try write(text, "\(root)/\(name)/lock", age: 400)
      #expect(try Claim.take(name, in: root) != nil)
    }
  }

  @Test func aProcessOfThisMachineThatIsGoneHoldsNothing() throws {
    let root = try folder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    let claim = try #require(try Claim.take("a", in: root))
    let text = try FileSystem.readText(root + "/a/lock")
    // The same machine, another start of this process's number.
    let ticks = try #require(try Json.parse(text)["process"]?["ticks"]?.intValue)
    try write(
      text.replacingOccurrences(of: "\(ticks)", with: "\(ticks + 1)"), root + "/a/lock")
    #expect(try FileSystem.readText(root + "/a/lock") != text)
    #expect(try Claim.take("a", in: root) != nil)
    claim.touch()
  }

  @Test func whatIsKeptToGoOnFromStays() throws {
    let root = try folder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    let claim = try #require(try Claim.take("a", in: root))
    for path in ["run.json", "figures/1.svg", "kept/1.safetensors"] {
      try FileSystem.createFolder(FileSystem.parent(of: root + "/a/" + path))
      try AtomicFile.write("x", to: root + "/a/" + path)
    }
    try FileManager.default.createSymbolicLink(atPath: root + "/a/link", withDestinationPath: root)
    try claim.empty(keeping: ["kept"])
    #expect(try FileSystem.list(root + "/a") == ["kept", "lock"])
    #expect(try FileSystem.list(root + "/a/kept") == ["1.safetensors"])
  }

  @Test func aFolderWithoutRightsIsRefused() throws {
    guard getuid() != 0 else { return }
    let root = try folder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    chmod(root, 0o555)
    defer { chmod(root, 0o755) }
    let failure = #expect(throws: Failure.self) { _ = try Claim.take("a", in: root) }
    #expect(failure?.code == "E0504")
  }
}
