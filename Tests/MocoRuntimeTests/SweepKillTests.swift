import Foundation
import MocoSweeps
import MocoTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Sweeps that are killed or stopped: at most what was in flight is lost, and nothing of what comes out changes.
@Suite struct SweepKillTests {
  private static let program = """
    let x = over(1...6)
    let y = over(["a", "b"])
    print("begins", x, y)
    sleep(0.02)
    let r = random()
    print("ends", r)
    result({x: x, r: r})
    """

  private func folder(_ program: String = program) throws -> String {
    let path = try MocoProcess.temporaryFolder()
    try program.write(toFile: path + "/a.moco", atomically: true, encoding: .utf8)
    return path
  }

  /// All that comes out of a sweep: settings, results, and what was printed, byte by byte.
  private func outcome(_ path: String) throws -> [String] {
    try SweepFolder(path + "/runs/a").runs().map { run in
      let printed = try? String(contentsOfFile: run.folder + "/stdout.txt", encoding: .utf8)
      return [
        run.name, run.state.rawValue,
        run.settings.map { "\($0.key) \($0.value.serialized())" }.joined(separator: ", "),
        run.result.map { $0.map { "\($0.key) \($0.value.serialized())" }.joined(separator: ", ") } ?? "-",
        printed ?? "-",
      ].joined(separator: " | ")
    }
  }

  private func start(_ path: String, jobs: Int) throws -> ChildProcess {
    var variables = ProcessInfo.processInfo.environment
    variables["MOCO_STDLIB"] = MocoProcess.root + "/stdlib"
    variables["XDG_CACHE_HOME"] = path + "/.cache"
    return try ChildProcess(
      MocoProcess.executable, ["sweep", "a.moco", "--jobs", String(jobs), "--quiet"], folder: path,
      environment: variables)
  }

  /// Killed after every few milliseconds more, and taken up again each time, until all is done.
  @Test(arguments: [1, 3]) func aKillChangesNothing(jobs: Int) throws {
    let undisturbed = try folder()
    defer { try? FileManager.default.removeItem(atPath: undisturbed) }
    #expect(try MocoProcess.run(["sweep", "a.moco"], in: undisturbed).status == 0)
    let expected = try outcome(undisturbed)
    #expect(expected.count == 12 && expected.allSatisfy { $0.contains("finished") })
    let killed = try folder()
    defer { try? FileManager.default.removeItem(atPath: killed) }
    var kills = 0
    var generator = SystemRandomNumberGenerator()
    for round in 0..<200 {
      let process = try start(killed, jobs: jobs)
      let pause = UInt32.random(in: 0...(60_000 + UInt32(round) * 8_000), using: &generator)
      usleep(pause)
      if process.isRunning {
        process.signal(SIGKILL)
        kills += 1
      }
      if process.wait() == .init(status: 0, bySignal: false) { break }
      // What has finished is what it would have been; the rest is open, and says so.
      guard FileManager.default.fileExists(atPath: killed + "/runs/a/sweep.json") else { continue }
      for (line, whole) in zip(try outcome(killed), expected) where line.contains("| finished |") {
        #expect(line == whole)
      }
      let states = try SweepFolder(killed + "/runs/a").runs().map(\.state)
      #expect(states.allSatisfy { [.finished, .missing, .dead, .interrupted].contains($0) }, "\(states)")
    }
    #expect(kills > 0)
    #expect(try outcome(killed) == expected)
    let names = try FileManager.default.contentsOfDirectory(atPath: killed + "/runs/a")
    #expect(names.filter { $0.hasPrefix(".claim") }.isEmpty, "\(names)")
  }

  @Test(arguments: [(SIGTERM, 143), (SIGINT, 130), (SIGUSR1, 138)] as [(Int32, Int32)])
  func aStopGivesClaimsBack(
    signal: Int32, status: Int32
  ) throws {
    let path = try folder(
      """
      let x = over(1...4)
      append_text("log.txt", "\\(x)\\n")
      if x > 1 { while not exists("go") { sleep(0.01) } }
      result({x: x})
      """)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let process = try start(path, jobs: 2)
    func log() -> [String] {
      ((try? String(contentsOfFile: path + "/log.txt", encoding: .utf8)) ?? "").split(separator: "\n").map(
        String.init)
    }
    while log().count < 3 { usleep(5000) }
    process.signal(signal)
    #expect(process.wait() == .init(status: status, bySignal: false))
    let runs = try SweepFolder(path + "/runs/a").runs()
    #expect(runs.map(\.state).filter { $0 == .interrupted }.count == 2, "\(runs.map(\.state))")
    #expect(runs.map(\.state).filter { $0 == .finished }.count == 1)
    try "".write(toFile: path + "/go", atomically: true, encoding: .utf8)
    let rest = try MocoProcess.run(["sweep", "a.moco"], in: path)
    #expect(rest.status == 0 && rest.output.contains("4 finished (1 before)"), "\(rest.output)\(rest.errors)")
  }
}
