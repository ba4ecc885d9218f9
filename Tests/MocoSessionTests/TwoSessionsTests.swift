import Foundation
import MocoSession
import MocoTestSupport
import Testing

/// Two sessions in one process, each on a thread of its own.
@Suite struct TwoSessionsTests {
  /// A session that runs a cell on another thread.
  ///
  /// - Safety: that thread alone uses the session, and what it leaves is read when it has ended.
  private final class Running: @unchecked Sendable {
    let typed = Typed()
    private var outcome: Outcome?
    private let end = DispatchSemaphore(value: 0)

    init(_ setup: String, _ cell: String) {
      typed.enter(setup)
      let thread = Thread { [self] in
        outcome = typed.session.execute(cell)
        end.signal()
      }
      thread.start()
    }

    func ended() throws -> Outcome {
      end.wait()
      return try #require(outcome)
    }
  }

  private func wait(for path: String) {
    while !FileManager.default.fileExists(atPath: path) { usleep(2000) }
  }

  @Test func anInterruptIsOfOneSession() throws {
    let folder = try TemporaryFolder()
    func path(_ name: String) -> String { folder.path + "/" + name }
    let first = Running("", "write_text(\"\(path("first"))\", \"\"); while true { }")
    let second = Running(
      "",
      "write_text(\"\(path("second"))\", \"\"); var n = 0; while n == 0 or not exists(\"\(path("go"))\") { n += 1 }; n > 0"
    )
    wait(for: path("first"))
    wait(for: path("second"))
    first.typed.session.stopFlag.request()
    let stopped = try first.ended()
    #expect(stopped.status == .interrupted && stopped.failure?.code == "E0406")
    // The other's loop goes on, and to its end.
    try "".write(toFile: path("go"), atomically: true, encoding: .utf8)
    let whole = try second.ended()
    #expect(whole.status == .fine && whole.value?.asBool == true, "\(whole.diagnostics)")
    // The request is gone with the cell that it stopped.
    #expect(first.typed.session.execute("1 + 1").value?.asInt == 2)
  }

  /// Kernels and threads of the pool look at the flag of the session they compute for.
  @Test func trainingsAreInterruptedApart() throws {
    let folder = try TemporaryFolder()
    func path(_ name: String) -> String { folder.path + "/" + name }
    func training(_ name: String, epochs: Int, until: String) -> String {
      """
      let mark = s => if s.index == 2 { write_text("\(path(name))", "") }
      let wait = s => { mark(s); if s.index == 3 { while not exists("\(path(until))") { sleep(0.002) } } }
      let run = train(mix, on: data.train, for: \(epochs) epochs, batch: 10, each_step: wait);
      run.steps
      """
    }
    let first = Running(PublishingTests.setup, training("first", epochs: 100_000, until: "first"))
    let second = Running(PublishingTests.setup, training("second", epochs: 2, until: "go"))
    wait(for: path("first"))
    wait(for: path("second"))
    first.typed.session.stopFlag.request()
    let stopped = try first.ended()
    #expect(stopped.status == .interrupted)
    #expect(stopped.failure?.message.hasPrefix("training was interrupted after step") == true)
    try "".write(toFile: path("go"), atomically: true, encoding: .utf8)
    let whole = try second.ended()
    #expect(whole.status == .fine && whole.value?.asInt == 8, "\(whole.diagnostics)")
    // Beside another it learns what it learns alone.
    let alone = Typed()
    alone.enter(PublishingTests.setup)
    alone.enter("let run = train(mix, on: data.train, for: 2 epochs, batch: 10)")
    #expect(alone.enter("run.losses") == second.typed.enter("run.losses"))
  }
}
