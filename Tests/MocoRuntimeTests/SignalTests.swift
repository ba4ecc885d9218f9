import Foundation
import MocoBase
import MocoFormats
import Testing

/// Signals of schedulers and terminals while a program runs.
@Suite struct SignalTests {
  /// Trains on features alone; 8 steps an epoch.
  static func training(_ epochs: Int, _ options: String) -> String {
    """
    let c = clip_model({embedding: 8, context: 12, merges: 100
      text: {width: 8, layers: 1, heads: 2}
      vision: {image_size: 8, patch: 4, channels: 1, width: 8, layers: 1, heads: 2}}, seed: 1)
    let d = dataset(features: randn([60, 8], seed: 3), labels: [i % 3 for i in 0..<60], classes: ["a", "b", "c"])
    let m = coop(c, classes: ["a", "b", "c"], tokens: 2)
    let r = train(m, on: d.train, for: \(epochs) epochs, batch: 7, \(options))
    print(r.steps, r.losses, [p.to_list() for p in m.parameters])
    """
  }

  /// Stops in step 11 until it is interrupted.
  static let waiting = """
    checkpoint: "c.safetensors", each_step: s => if s.index == 11 {
      write_text("started", "")
      while not exists("never") { }
    }
    """

  static func names(_ folder: String) throws -> [String] { try FileSystem.list(folder) }

  @Test(arguments: [
    (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP"), (SIGUSR1, "SIGUSR1"), (SIGUSR2, "SIGUSR2"),
    (SIGXCPU, "SIGXCPU"), (SIGINT, "SIGINT"),
  ])
  func aTrainingIsStoppedAndKept(_ signal: Int32, _ name: String) throws {
    try RunningMoco.inFolder { folder in
      let running = try RunningMoco(Self.training(4, Self.waiting), ["--out", "record"], in: folder)
      try running.wait(for: "started")
      running.signal(signal)
      let result = running.result()
      #expect(!result.bySignal && result.status == 128 + signal, "\(result)")
      #expect(result.errors.contains("interrupted after step 11 of 32"))
      #expect(result.errors.contains("resume: \"c.safetensors\""))
      let file = try SafetensorsFile(path: folder + "/c.safetensors")
      #expect(try Json.parse(file.metadata("position") ?? "", name: "position")["step"]?.intValue == 11)
      let record = try Json.parse(file: folder + "/record/run.json")
      #expect(record["status"]?.stringValue == "interrupted")
      #expect(record["interrupted_by"]?.stringValue == name)
      #expect(try !Self.names(folder).contains { $0.hasSuffix(".tmp") })

      // It goes on from there as if nothing had been.
      let resumed = try RunningMoco(
        Self.training(4, "resume: \"c.safetensors\""), ["--no-record"], in: folder
      ).result()
      let whole = try RunningMoco(
        Self.training(4, "checkpoint: \"other.safetensors\""), ["--no-record"], in: folder
      ).result()
      #expect(whole.status == 0 && whole.output.hasPrefix("32 "), "\(whole)")
      #expect(resumed.output == whole.output, "\(resumed)")
      #expect(resumed.errors.contains("c.safetensors: continues after step 11 of 32"), "\(resumed)")
    }
  }

  @Test func nothingElseRunsOn() throws {
    try RunningMoco.inFolder { folder in
      let running = try RunningMoco(
        "write_text(\"started\", \"\")\ntry { while true { } } catch e { print(\"caught\") }\nprint(\"on\")",
        ["--no-record"], in: folder)
      try running.wait(for: "started")
      running.signal(SIGTERM)
      let result = running.result()
      #expect(result.status == 143 && !result.bySignal && result.output.isEmpty)
      #expect(result.errors.contains("interrupted by SIGTERM"))
    }
  }

  /// The checkpoint goes to a pipe that nobody empties: stopping would take for ever.
  @Test func aSecondOneEndsAtOnce() throws {
    try RunningMoco.inFolder { folder in
      #expect(mkfifo(folder + "/pipe", 0o600) == 0)
      let reader = open(folder + "/pipe", O_RDONLY | O_NONBLOCK)
      let writer = open(folder + "/pipe", O_WRONLY | O_NONBLOCK)
      while write(writer, [UInt8](repeating: 0, count: 4096), 4096) > 0 {}
      close(writer)
      defer { close(reader) }
      let running = try RunningMoco(
        Self.training(4, "checkpoint: \"pipe\", each_step: s => write_text(\"started\", \"\")"),
        ["--out", "record"], in: folder)
      try running.wait(for: "started")
      running.signal(SIGTERM)
      usleep(1_200_000)
      running.signal(SIGTERM)
      let result = running.result()
      #expect(result.status == 143 && !result.bySignal)
      #expect(try Json.parse(file: folder + "/record/run.json")["status"] == nil)
    }
  }

  @Test func anIgnoredHangupStaysIgnored() throws {
    try RunningMoco.inFolder { folder in
      let running = try RunningMoco(
        "write_text(\"started\", \"\")\nwhile not exists(\"go\") { }\nprint(\"done\")", ["--no-record"],
        in: folder, wrapper: "trap '' HUP; exec \"$@\"")
      try running.wait(for: "started")
      running.signal(SIGHUP)
      _ = FileManager.default.createFile(atPath: folder + "/go", contents: nil)
      let result = running.result()
      #expect(result.status == 0 && result.output == "done\n", "\(result)")
    }
  }

  @Test func aRunWithoutAnEndIsDead() throws {
    try RunningMoco.inFolder { folder in
      let running = try RunningMoco(Self.training(4, Self.waiting), in: folder)
      try running.wait(for: "started")
      #expect(try MocoProcess.run(["runs"], in: folder).output.hasPrefix("program-1  running  20"))
      running.signal(SIGKILL)
      running.result()
      let listed = try MocoProcess.run(["runs", "runs"], in: folder)
      #expect(listed.status == 0 && listed.output.hasPrefix("program-1  dead  20"), "\(listed)")
      // Records of others, and from before.
      let record = try Json.parse(file: folder + "/runs/program-1/run.json")
      for (name, change) in [
        ("elsewhere", ["process": ["id": 1, "host": "another", "ticks": 1]] as Json),
        ("old", ["process": .null]), ("ended", ["status": "finished", "seconds": 1.25]),
        ("stopped", ["status": "interrupted", "interrupted_by": "SIGTERM"]),
      ] {
        var object = try #require(record.objectValue)
        for (key, value) in try #require(change.objectValue) { object[key] = value }
        try FileSystem.createFolder(folder + "/runs/" + name)
        try AtomicFile.write(Json.object(object).serialized(), to: folder + "/runs/\(name)/run.json")
      }
      try FileSystem.createFolder(folder + "/runs/damaged")
      try AtomicFile.write("{", to: folder + "/runs/damaged/run.json")
      let all = try MocoProcess.run(["runs"], in: folder).output
      for line in [
        "elsewhere  running or dead on another", "old        not finished", "ended      finished",
        "stopped    interrupted by SIGTERM", "damaged    its run.json cannot be read", "program-1  dead",
      ] {
        #expect(all.contains(line), "\(all)")
      }
      #expect(try MocoProcess.run(["runs", "none"], in: folder).status == 70)
    }
  }

  // MARK: Output that nobody reads

  private static let reader = "{ \"$@\"; echo $? > status; } | head -1"

  @Test func whatNobodyReadsStopsAProgram() throws {
    try RunningMoco.inFolder { folder in
      let result = try RunningMoco(
        """
        let data = dataset("fashion")
        for i in 0..<100_000_000 { print("line", i) }
        """, ["--out", "record"], in: folder, wrapper: Self.reader
      ).result()
      #expect(result.output == "line 0\n" && MocoProcess.withoutRemarks(result.errors) == "", "\(result)")
      #expect(try FileSystem.readText(folder + "/status") == "141\n")
      let record = try Json.parse(file: folder + "/record/run.json")
      #expect(record["status"]?.stringValue == "interrupted")
      #expect(record["interrupted_by"]?.stringValue == "SIGPIPE")
    }
  }

  @Test func aTrainingThatNobodyReadsIsKept() throws {
    try RunningMoco.inFolder { folder in
      let result = try RunningMoco(
        Self.training(
          100_000, "checkpoint: \"c.safetensors\", checkpoint_every: 1000, each_step: s => print(s.index)"),
        ["--no-record"], in: folder, wrapper: Self.reader
      ).result()
      #expect(try FileSystem.readText(folder + "/status") == "141\n")
      #expect(result.errors.contains("training was interrupted after step"), "\(result)")
      #expect(
        try FileSystem.kind(folder + "/c.safetensors") == .file
          && !Self.names(folder).contains { $0.hasSuffix(".tmp") })
    }
  }

  // MARK: What cannot be written

  @Test func theLimitOfAFilesSizeIsAnError() throws {
    try RunningMoco.inFolder { folder in
      let result = try RunningMoco(
        """
        let long = "x" * 100_000
        let tensors = {a: zeros([100_000])}
        write_text("there", "old")
        for write in [
          () => write_text("new", long), () => write_text("there", long), () => append_text("there", long),
          () => append_text("added", long), () => save_tensors("t.safetensors", tensors)] {
          try { write(); print("written") } catch e { print(e.code) }
        }
        print(read_text("there"), exists("added"))
        """, ["--no-record"], in: folder, wrapper: "ulimit -f 16; exec \"$@\""
      ).result()
      #expect(result.output == String(repeating: "E0504\n", count: 5) + "old false\n", "\(result)")
      #expect(result.status == 0)
      #expect(try Self.names(folder).filter { !$0.hasPrefix(".") } == ["program.moco", "there"])
    }
  }

  @Test func aPipeWhoseReaderGoesIsAnError() throws {
    try RunningMoco.inFolder { folder in
      #expect(mkfifo(folder + "/pipe", 0o600) == 0)
      for function in ["write_text", "append_text"] {
        let reader = open(folder + "/pipe", O_RDONLY | O_NONBLOCK)
        let running = try RunningMoco(
          """
          write_text("\(function)", "")
          try { \(function)("pipe", "x" * 1_000_000) } catch e { print(e.code, e.message) }
          """, ["--no-record"], in: folder)
        var byte: UInt8 = 0
        while read(reader, &byte, 1) != 1 { usleep(1000) }
        close(reader)
        let result = running.result()
        #expect(
          result.status == 0 && result.output.hasPrefix("E0504 cannot write pipe: Broken pipe"), "\(result)")
      }
    }
  }

  @Test func aSlowReaderIsWaitedFor() throws {
    try RunningMoco.inFolder { folder in
      #expect(mkfifo(folder + "/pipe", 0o600) == 0)
      let reader = open(folder + "/pipe", O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      let running = try RunningMoco(
        "append_text(\"pipe\", \"x\" * 300_000)\nwrite_text(\"pipe\", \"y\")\nprint(\"done\")",
        ["--no-record"],
        in: folder)
      var bytes = [UInt8](repeating: 0, count: 10_000)
      var count = 0
      while count < 300_001 {
        let got = read(reader, &bytes, bytes.count)
        if got > 0 { count += got } else if !running.process.isRunning { break }
        usleep(2000)
      }
      #expect(running.result().output == "done\n" && count == 300_001)

      // Nobody empties it: an interrupt is heard.
      let stuck = try RunningMoco(
        "write_text(\"stuck\", \"\")\nappend_text(\"pipe\", \"x\" * 300_000)", ["--no-record"], in: folder)
      try stuck.wait(for: "stuck")
      usleep(50_000)
      stuck.signal(SIGINT)
      #expect(stuck.result().status == 130)
    }
  }
}
