import Foundation
import MocoBase
import MocoKernel
import MocoTestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct InterruptTests {
  /// A cell that says by a file that it runs, and then runs for ever.
  private func endless(_ kernel: RunningKernel, _ name: String = "begun") -> String {
    "write_text(\"\(kernel.folder.path)/\(name)\", \"\")\nwhile true { }"
  }

  private func wait(_ client: Client, _ kernel: RunningKernel, _ name: String = "begun") throws {
    try client.wait(for: kernel.folder.path + "/" + name)
  }

  @Test func controlAnswersWhileACellRuns() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let cell = client.sendCell(endless(kernel))
    try wait(client, kernel)
    let info = client.send("kernel_info_request", on: client.control)
    #expect(try client.reply(on: client.control).content["implementation"] == "moco")
    client.heartbeat.send([[], [1]])
    #expect(try client.heartbeat.receive() == [[], [1]])
    let stop = client.send("interrupt_request", on: client.control)
    #expect(try client.reply(on: client.control).content == ["status": "ok"])
    let reply = try client.reply()
    #expect(reply.parentID == cell && reply.content["status"] == "error" && reply.content["ename"] == "E0406")
    let all = try client.published(until: cell)
    // Both were answered before the cell had ended.
    for id in [info, stop] { #expect(all.filter { $0.parentID == id }.map(\.state) == ["busy", "idle"]) }
    #expect(try client.run("1 + 1").result == "2")
  }

  @Test(arguments: ["control", "shell", "signal"])
  func namesAreAsAfterTheLastStep(by way: String) throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    try client.run("var n = 0; let before = [1]")
    let cell = client.sendCell("n = 5\nbefore.append(2)\n" + endless(kernel))
    try wait(client, kernel)
    switch way {
    case "control":
      client.send("interrupt_request", on: client.control)
      #expect(try client.reply(on: client.control).type == "interrupt_reply")
    case "shell":
      client.send("interrupt_request")
      #expect(try client.reply().type == "interrupt_reply")
    default: kernel.process.signal(SIGINT)
    }
    let reply = try client.reply()
    #expect(reply.parentID == cell && reply.content["ename"] == "E0406")
    _ = try client.published(until: cell)
    #expect(try client.run("[n, len(before)]").result == "[5, 2]")
  }

  @Test func aTrainingIsKeptAsItStands() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    #expect(try client.run(Lesson.setup).status == "ok")
    let path = kernel.folder.path
    let cell = client.sendCell(
      "let mark = s => if s.index == 3 { write_text(\"\(path)/begun\", \"\") }\n"
        + "let run = train(mix, on: data.train, for: 100000 epochs, batch: 10, each_step: mark)")
    try wait(client, kernel)
    client.send("interrupt_request", on: client.control)
    _ = try client.reply(on: client.control)
    let reply = try client.reply()
    #expect(reply.content["evalue"]?.stringValue?.hasPrefix("training was interrupted after step") == true)
    _ = try client.published(until: cell)
    #expect(try client.run("run.steps >= 3").result == "true")
  }

  @Test func whereNothingRunsNothingHappens() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    try client.run("let a = 1")
    for _ in 0..<3 {
      let asked = client.send("interrupt_request", on: client.control)
      #expect(try client.reply(on: client.control).content == ["status": "ok"])
      #expect(try client.published(until: asked).map(\.state) == ["busy", "idle"])
      kernel.process.signal(SIGINT)
    }
    // Signals take their time: one may still meet this cell, and none the next.
    _ = try client.run("nil")
    // The request is not kept for the next cell.
    #expect(try client.run("var s = 0; for i in 1...100000 { s += a }; s").result == "100000")
  }

  @Test func anInterruptEndsTheWaitForInput() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let cell = client.sendCell("let line = input(\"? \")")
    #expect(try client.reply(on: client.stdin).type == "input_request")
    client.send("interrupt_request", on: client.control)
    _ = try client.reply(on: client.control)
    #expect(try client.reply().content["ename"] == "E0406")
    _ = try client.published(until: cell)
    #expect(try client.run("1 + 1").result == "2")
  }

  @Test func anInterruptCallsOffWhatWaits() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let first = client.sendCell(endless(kernel), [("stop_on_error", false)])
    try wait(client, kernel)
    let later = ["print(1)", "print(2)"].map { client.sendCell($0, [("stop_on_error", false)]) }
    // What asks about the shell's queue is answered behind them, so they have arrived when control has answered both.
    client.send("kernel_info_request", on: client.control)
    _ = try client.reply(on: client.control)
    usleep(200_000)
    client.send("interrupt_request", on: client.control)
    _ = try client.reply(on: client.control)
    #expect(try client.reply().parentID == first)
    for id in later {
      let reply = try client.reply()
      #expect(reply.parentID == id && reply.content["status"] == "aborted")
      let messages = try client.published(until: id).filter { $0.parentID == id }
      #expect(messages.map(\.state) == ["busy", "idle"])
    }
    #expect(try client.run("1 + 1").result == "2")
  }

  @Test func anInterruptEndsACommandOfTheShell() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let cell = client.sendCell("!sh -c 'echo $$ > child; touch begun; sleep 600'; true")
    try wait(client, kernel)
    client.send("interrupt_request", on: client.control)
    _ = try client.reply(on: client.control)
    #expect(try client.reply().parentID == cell)
    #expect(try client.published(until: cell).last?.state == "idle")
    // Nothing of it is left.
    let text = try kernel.folder.read("child").trimmingCharacters(in: .whitespacesAndNewlines)
    let child = try #require(Int32(text))
    for _ in 0..<1000 where kill(child, 0) == 0 && !isZombie(child) { usleep(10_000) }
    #expect(kill(child, 0) != 0 || isZombie(child))
  }

  // MARK: The queue after an error

  @Test func anErrorCallsOffTheCellsThatWaitAndNothingElse() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let path = kernel.folder.path + "/sent"
    let failing = client.sendCell("while not exists(\"\(path)\") { sleep(0.005) }\n[1][5]")
    let called = [client.sendCell("let a = 1"), client.sendCell("print(2)")]
    let asked = client.send("complete_request", ["code": "pri", "cursor_pos": 3])
    let info = client.send("kernel_info_request")
    try kernel.folder.write("", to: "sent")
    let replies = try (0..<5).map { _ in try client.reply() }
    #expect(replies.map(\.parentID) == [failing] + called + [asked, info])
    #expect(replies.map { $0.content["status"]?.stringValue } == ["error", "aborted", "aborted", "ok", "ok"])
    #expect(replies[1].type == "execute_reply")
    let messages = try client.published(until: info)
    for id in called { #expect(messages.filter { $0.parentID == id }.map(\.state) == ["busy", "idle"]) }
    // What is sent after the error was seen runs.
    #expect(try client.run("a").status == "error")
    #expect(try client.run("1 + 1").result == "2")
  }

  @Test func withoutStopOnErrorTheQueueGoesOn() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    client.sendCell("[1][5]", [("stop_on_error", false)])
    client.sendCell("1 + 1")
    #expect(try [client.reply(), client.reply()].map { $0.content["status"] } == ["error", "ok"])
  }

  @Test func aSilentErrorCallsOffNothing() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    client.sendCell("[1][5]", [("silent", true)])
    client.sendCell("1 + 1")
    #expect(try [client.reply(), client.reply()].map { $0.content["status"] } == ["error", "ok"])
  }

  // MARK: The end

  @Test(arguments: [true, false])
  func shutdownIsRepliedAndTheStatusIsZero(onControl: Bool) throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    let socket = onControl ? client.control : client.shell
    let id = client.send("shutdown_request", ["restart": false], on: socket)
    #expect(try client.reply(on: socket).content == ["status": "ok", "restart": false])
    #expect(try client.published(until: id).map(\.state) == ["busy", "idle"])
    #expect(try kernel.ended() == 0)
  }

  @Test func shutdownEndsACellThatRuns() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    client.sendCell(endless(kernel))
    try wait(client, kernel)
    let id = client.send("shutdown_request", ["restart": true], on: client.control)
    #expect(try client.reply(on: client.control).content == ["status": "ok", "restart": true])
    #expect(try client.published(until: id).last?.state == "idle")
    #expect(try kernel.ended() == 0)
  }

  /// The sequence of a client's shutdown: an interrupt, and then the request.
  @Test func anInterruptBeforeShutdownDoesNoHarm() throws {
    let kernel = try RunningKernel()
    let client = try kernel.client()
    client.send("interrupt_request", on: client.control)
    client.send("shutdown_request", ["restart": false], on: client.control)
    #expect(try client.reply(on: client.control).type == "interrupt_reply")
    #expect(try client.reply(on: client.control).type == "shutdown_reply")
    #expect(try kernel.ended() == 0)
  }

  @Test func aSignalThatAsksForTheEndIsHeeded() throws {
    let kernel = try RunningKernel()
    kernel.process.signal(SIGTERM)
    #expect(try kernel.ended() == 0 && kernel.log.contains("received signal 15"))
  }

  @Test func theKernelEndsWithTheProcessThatHasStartedIt() throws {
    let folder = try TemporaryFolder()
    let ports = try RunningKernel.freePorts()
    try folder.write(RunningKernel.connectionFile(ports, key: "k"), to: "k.json")
    // A parent that starts the kernel, names itself, and goes when the kernel listens.
    let script = """
      export JPY_PARENT_PID=$$ MOCO_HISTORY=
      "\(try Built.moco())" kernel "\(folder.path)/k.json" 2> "\(folder.path)/log" &
      echo $! > "\(folder.path)/pid"
      while [ ! -e "\(folder.path)/go" ]; do sleep 0.02; done
      """
    var variables = ProcessInfo.processInfo.environment
    variables["MOCO_STDLIB"] = Built.root + "/stdlib"
    let parent = try ChildProcess("/bin/sh", ["-c", script], environment: variables)
    var client: Client?
    for _ in 0..<3000 where client == nil {
      client = try? Client(ports: ports, key: "k")
      if client == nil { usleep(10_000) }
    }
    let living = try #require(client)
    #expect(try living.run("1 + 1").result == "2")
    try folder.write("", to: "go")
    parent.wait()
    let pid = try #require(Int32(try folder.read("pid").trimmingCharacters(in: .whitespacesAndNewlines)))
    for _ in 0..<6000 where kill(pid, 0) == 0 && !isZombie(pid) { usleep(10_000) }
    #expect(kill(pid, 0) != 0 || isZombie(pid))
    #expect(try folder.read("log").contains("its parent process has ended"))
  }

  private func isZombie(_ pid: Int32) -> Bool {
    let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
    return text.split(separator: ")").last?.hasPrefix(" Z") ?? true
  }
}
