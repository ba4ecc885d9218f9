import Foundation
import MocoBase
import MocoFormats

/// The built program as a process of its own, which gets a signal, or loses its reader, at a moment by chance.
///
/// Whatever the moment: it ends with the status of the signal or of its own end; it says what has ended it and where;
/// a file that is there under its name is whole; nothing is left that was only being written; the run's record says
/// how it ended.
package struct FuzzSignals {
  private enum Event {
    /// A signal that asks for the end.
    case end(Int32, String)
    /// Stopped, and some time later told to go on.
    case pause(Int32)
    /// A signal that does nothing.
    case ignored
    /// Nobody reads what is printed any more.
    case closed
  }

  private struct Result {
    var status: Int32
    var bySignal: Bool
    var output: String
    var errors: String
  }

  /// The built `moco`.
  private let executable: String
  private let library: String
  private let folder: String
  /// Programs that ran, and those of them that a signal or the lost reader has ended.
  package private(set) var ran = 0
  package private(set) var cut = 0

  package init(executable: String, library: String, folder: String) {
    (self.executable, self.library, self.folder) = (executable, library, folder)
  }

  // MARK: Programs

  private static let pieces = [
    "print(\"line\", i, \"x\" * 100)",
    "write_text(\"t\\(i % 3).txt\", \"BEGIN\\n\" + \"y\" * 100_000 + \"\\nEND\\n\")",
    "write_json(\"j.json\", {a: [k for k in 0..<2000]})",
    "write_csv(\"c.csv\", [{a: k, b: \"END\"} for k in 0..<500])",
    "save_tensors(\"s.safetensors\", {a: randn([60, 60]), b: ones([4])})",
    "append_text(\"log.txt\", \"one line of the log END\\n\")",
    "plot.line([k * k for k in 0..<50]).save(\"f.svg\")",
    "checkpoint(coop0, \"m.safetensors\")",
    "let _ = train(coop0, on: data0.train, for: 3 epochs, batch: 2, checkpoint: \"c.safetensors\", quiet: true)",
    "let _ = train(mix0, on: data0.train, for: 2 epochs, batch: 3, keep_best: data0.test[0..<4])",
    "let _ = evaluate(mix0, on: data0.test)",
    "let _ = evaluate(zero1, on: fashion0.test[i % 40..<i % 40 + 9], quiet: true)",
    "sleep(0.01)",
    "try { write_text(\"u.txt\", \"BEGIN\\n\" + \"z\" * 50_000 + \"\\nEND\\n\"); sleep(0.005) } catch e { print(\"caught\", e.code) }",
    "if i > 0 { try { assert(read_text(\"first.txt\").ends_with(\"END\\n\")) } catch e { print(\"caught\", e.code) } }",
    "let _ = sum([k * k % 7 for k in 0..<3000])",
    "let _ = (randn([120, 120]) @ randn([120, 120])).sum().item()",
  ]

  package static func program(seed: UInt64) -> String {
    var random = FuzzRandom(seed)
    let count = 1 + random.below(5)
    var chosen = (0..<count).map { _ in random.pick(pieces) }
    // So that it can be seen how far it has come.
    chosen.insert("print(\"at\", i)", at: random.below(chosen.count + 1))
    let needs = chosen.joined()
    var lines: [String] = []
    if needs.contains("0, ") || needs.contains("zero1") { lines.append(FuzzMethod.prelude) }
    if needs.contains("zero1") {
      lines.append("let fashion0 = dataset(\"fashion\")")
      lines.append("let zero1 = zero_shot(clip0, classes: fashion0.classes, template: \"{}\")")
    }
    lines.append("write_text(\"first.txt\", \"BEGIN\\nEND\\n\")")
    lines.append("for i in 0..<\(5 + random.below(40)) {\n  \(chosen.joined(separator: "\n  "))\n}")
    lines.append("print(\"END\")")
    return lines.joined(separator: "\n") + "\n"
  }

  /// - Throws: `Finding`.
  package mutating func run(seed: UInt64) throws {
    var random = FuzzRandom(seed &+ 0x5EED)
    let place = folder + "/signals"
    try? FileManager.default.removeItem(atPath: place)
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try FuzzSignals.program(seed: seed).write(
      toFile: place + "/program.moco", atomically: false, encoding: .utf8)
    let record = random.pick(["--no-record", "--out record", ""])
    let events: [Event] = [
      .end(SIGINT, "SIGINT"), .end(SIGTERM, "SIGTERM"), .end(SIGHUP, "SIGHUP"), .end(SIGUSR1, "SIGUSR1"),
      .end(SIGTERM, "SIGTERM"), .pause(SIGTSTP), .pause(SIGSTOP), .ignored, .closed,
    ]
    let event = events[random.below(events.count)]
    let (result, isLate) = try run(in: place, record.split(separator: " ").map(String.init), event, &random)
    ran += 1
    try check(result, event, in: place, isLate: isLate)
  }

  /// - Returns: what came of it, and whether the program had ended before anything happened to it.
  private func run(
    in place: String, _ arguments: [String], _ event: Event, _ random: inout FuzzRandom
  ) throws -> (Result, Bool) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = ["run", "program.moco"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: place)
    var variables = ProcessInfo.processInfo.environment
    variables["MOCO_STDLIB"] = library
    variables["XDG_CACHE_HOME"] = place + "/cache"
    variables["NO_COLOR"] = "1"
    process.environment = variables
    for name in ["out", "err"] {
      _ = FileManager.default.createFile(atPath: "\(place)/.\(name)", contents: nil)
    }
    let pipe = Pipe()
    var isClosed = false
    if case .closed = event { isClosed = true }
    process.standardOutput = isClosed ? pipe : FileHandle(forWritingAtPath: place + "/.out")
    process.standardError = FileHandle(forWritingAtPath: place + "/.err")
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // Half of them from the first file on, the others from the start of the process on.
    if random.chance(70) {
      while process.isRunning, !FileManager.default.fileExists(atPath: place + "/first.txt") { usleep(500) }
    }
    usleep(UInt32(random.below(random.chance(50) ? 20_000 : 300_000)))
    let isLate = !process.isRunning
    let id = process.processIdentifier
    switch event {
    case .end(let number, _): if !isLate { kill(id, number) }
    case .pause(let number):
      if !isLate { kill(id, number) }
      usleep(UInt32(random.below(30_000)))
      if process.isRunning { kill(id, SIGCONT) }
    case .ignored: if !isLate { kill(id, SIGPIPE) }
    case .closed:
      try? pipe.fileHandleForWriting.close()
      try? pipe.fileHandleForReading.close()
    }
    process.waitUntilExit()
    func text(_ name: String) -> String {
      String(decoding: FileManager.default.contents(atPath: place + "/" + name) ?? Data(), as: UTF8.self)
    }
    return (
      Result(
        status: process.terminationStatus, bySignal: process.terminationReason != .exit, output: text(".out"),
        errors: text(".err")), isLate
    )
  }

  // MARK: What must hold

  private mutating func check(_ result: Result, _ event: Event, in place: String, isLate: Bool) throws {
    func fail(_ what: String) throws -> Never {
      let errors = result.errors.suffix(600)
      throw Fuzzer.Finding(
        description:
          "\(event), status \(result.status)\(result.bySignal ? " of a signal" : ""): \(what)\n\(errors)")
    }
    let isWhole = result.output.hasSuffix("END\n")
    if result.output.contains("caught") { try fail("what has ended it was caught") }
    var status: Int32 = 0
    var name: String?
    switch event {
    case .end(let number, let text): (status, name) = (128 + number, text)
    case .closed: (status, name) = (128 + SIGPIPE, "SIGPIPE")
    case .pause, .ignored: break
    }
    let begun = FileManager.default.fileExists(atPath: place + "/first.txt")
    let isEnded = result.status != 0
    if isEnded { cut += 1 }
    if result.bySignal {
      // Before the program begins nothing is there that would use it, and behind its end nothing is lost.
      if begun && !isWhole { try fail("it was killed") }
      if begun, let number = name.map({ _ in status - 128 }), number != result.status {
        try fail("another killed it")
      }
    } else if isEnded {
      if isLate || result.status != status { try fail("that is not a status of it") }
      if status != 128 + SIGPIPE {
        let says = result.errors
        if !says.contains("interrupted") { try fail("it does not say what has ended it") }
        if let name, begun, !says.contains(name), !says.contains("program.moco:") {
          try fail("it says neither \(name) nor where")
        }
      }
    } else if name != "SIGPIPE", !isWhole {
      try fail("it ends well before its end")
    }
    try checkOutput(result.output, fail)
    try checkFiles(in: place, fail)
    if begun { try checkRecord(in: place, isEnded && !isWhole ? name : nil, fail) }
  }

  /// Lines come whole and in their order.
  private func checkOutput(_ output: String, _ fail: (String) throws -> Never) throws {
    if !output.isEmpty, !output.hasSuffix("\n") { try fail("its last line is cut") }
    let places = output.split(separator: "\n").filter { $0.hasPrefix("at ") }.map { Int($0.dropFirst(3)) }
    if places != places.indices.map({ $0 }) { try fail("lines are missing") }
  }

  private func checkFiles(in place: String, _ fail: (String) throws -> Never) throws {
    guard let walker = FileManager.default.enumerator(atPath: place) else { return }
    for case let name as String in walker {
      let path = place + "/" + name
      if name.hasSuffix(".tmp") { try fail("it leaves \(name)") }
      let text = { String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self) }
      switch name.split(separator: ".").last {
      case "txt":
        if !text().hasSuffix("END\n") || !(name == "log.txt" || text().hasPrefix("BEGIN\n")) {
          try fail("\(name) is not whole")
        }
      case "csv": if !text().hasSuffix("END\n") { try fail("\(name) is not whole") }
      case "svg": if !text().hasSuffix("</svg>\n") { try fail("\(name) is not whole") }
      case "json": if (try? Json.parse(file: path)) == nil { try fail("\(name) is not whole") }
      case "jsonl":
        for line in text().split(separator: "\n") where (try? Json.parse(String(line))) == nil {
          try fail("a line of \(name) is not whole")
        }
      case "safetensors":
        do { _ = try SafetensorsFile(path: path) } catch { try fail("\(name): \(error)") }
      default: break
      }
    }
  }

  /// - Parameter name: the signal that has ended it.
  private func checkRecord(in place: String, _ name: String?, _ fail: (String) throws -> Never) throws {
    for folder in ["record", "runs/program-1"] {
      let path = "\(place)/\(folder)/run.json"
      guard FileManager.default.fileExists(atPath: path), let record = try? Json.parse(file: path) else {
        continue
      }
      let status = record["status"]?.stringValue
      let by = record["interrupted_by"]?.stringValue
      guard status == (name == nil ? "finished" : "interrupted"), by == name else {
        try fail("the record says \(status ?? "nothing"), by \(by ?? "nobody")")
      }
    }
  }
}
