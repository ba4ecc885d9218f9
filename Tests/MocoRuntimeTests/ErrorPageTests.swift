import Foundation
import MocoLang
import MocoRuntime
import MocoTestSupport
import Testing

/// Every page of `moco explain` shows what its example really prints: the pages are the golden files of the
/// messages. `MOCO_RECORD=1` writes the texts again, and lets the run fail so that nobody records by accident.
@Suite struct ErrorPageTests {
  static let codes = Dialect.moco.errors.entries.map(\.code)

  /// A page, taken apart at its fences.
  private struct Page {
    let path: String
    let text: String
    /// Programs: the one that fails, then fixed ones.
    let programs: [String]
    /// A command that fails where the program has run; nil where the program itself fails.
    let command: String?
    /// What follows the first program, or the command, in a fence of its own.
    let shown: String?

    init(_ code: String) throws {
      path = MocoProcess.root + "/stdlib/errors/\(code).md"
      text = try String(contentsOfFile: path, encoding: .utf8)
      let fences = text.components(separatedBy: "```moco\n").dropFirst()
      programs = fences.map { $0.components(separatedBy: "```\n").first ?? "" }
      var behind = fences.first?.dropFirst((programs.first?.count ?? 0) + 4) ?? ""
      if behind.hasPrefix(Page.prompt) {
        let line = behind.dropFirst(Page.prompt.count).prefix { $0 != "\n" }
        command = String(line)
        behind = behind.dropFirst(Page.prompt.count + line.count + 5)
      } else {
        command = nil
      }
      shown =
        behind.hasPrefix(Page.opening)
        ? behind.dropFirst(Page.opening.count).description.components(separatedBy: "```\n").first : nil
    }

    private static let opening = "\n```text\n"
    private static let prompt = "\n```sh\n"

    /// The page with another text behind its first program.
    func recording(_ message: String) -> String {
      let example =
        "```moco\n" + (programs.first ?? "") + "```\n" + (command.map { Page.prompt + $0 + "\n```\n" } ?? "")
      let old = example + (shown.map { Page.opening + $0 + "```\n" } ?? "")
      return text.replacingOccurrences(of: old, with: example + Page.opening + message + "```\n")
    }
  }

  /// What an example finds in its folder, besides what it writes itself.
  private static let images: [String: [String]] = [
    "E0510": ["photos/1.png", "photos/2.png"],
    "E0511": ["photos/cat/1.png"],
    "E0512": ["photos/hot_dog/1.png", "photos/Hot dog/1.png"],
    "E0514": ["photos/dog/1.png", "photos/cat/"],
    "E0516": ["photos/train/cat/1.png", "photos/train/dog/1.png", "photos/test/cat/1.png"],
    "E0517": ["photos/cat/1.png"],
    "E0521": ["photos/train/cat/1.png", "photos/val/cat/1.png", "photos/valid/cat/1.png"],
  ]

  @Test(arguments: codes) func exampleShowsTheError(code: String) throws {
    let page = try Page(code)
    let program = try #require(page.programs.first)
    let printed = try message(of: program, code, page.command)
    #expect(printed.contains("[\(code)]"))
    if ProcessInfo.processInfo.environment["MOCO_RECORD"] != nil {
      try page.recording(printed).write(toFile: page.path, atomically: true, encoding: .utf8)
      Issue.record("recorded \(code)")
      return
    }
    #expect(page.shown == printed)
  }

  @Test(arguments: codes) func mendedProgramsRun(code: String) throws {
    for program in try Page(code).programs.dropFirst() {
      let result = try MocoProcess.run(program: program)
      #expect(result.status == 0, "\(result.errors)")
      #expect(!result.errors.contains("error["))
    }
  }

  /// What moco says of a program: of warnings, which a run leaves to the check, what `moco check` says.
  private func message(of program: String, _ code: String, _ command: String?) throws -> String {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in Self.images[code] ?? [] {
      let path = folder + "/" + name
      let parent = name.hasSuffix("/") ? path : (path as NSString).deletingLastPathComponent
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      if parent != path {
        try FileManager.default.copyItem(
          atPath: Repository.fixture("golden/preprocess/0.png"), toPath: path)
      }
    }
    // The page on files that are not UTF-8 means its example in Latin-1.
    let data = try #require(program.data(using: code == "E0100" ? .isoLatin1 : .utf8))
    try data.write(to: URL(fileURLWithPath: folder + "/example.moco"))
    let checked = try MocoProcess.run(["check", "example.moco"], in: folder)
    if checked.errors.contains("[\(code)]") { return checked.errors }
    var words = ["run", "example.moco"]
    if let command {
      // The program makes what the command is given, unless it is the program that the command is given.
      if !command.contains("example.moco") { _ = try MocoProcess.run(words, in: folder) }
      words = command.split(separator: " ").dropFirst().map(String.init)
    }
    if code == "E0307" { words += ["--set", "shot=4"] }
    let ran: MocoProcess.Result
    if code == "E0406" {
      ran = try MocoProcess.run(
        ["-s", "INT", "1", MocoProcess.executable] + words, in: folder, program: "/usr/bin/timeout")
    } else {
      // The page on Slurm means a machine without it; those on parts one without a scheduler.
      ran = try MocoProcess.run(words, in: folder, environment: code == "E1128" ? ["PATH": "/none"] : [:])
    }
    // Notes on what was loaded and how training goes come first.
    let message = ran.errors.range(of: "error[").map { String(ran.errors[$0.lowerBound...]) } ?? ran.errors
    // How much memory is free is another number every time.
    return message.replacing(/[0-9.]+ [kMGT]?B are free/, with: "16 GB are free")
  }
}
