import Foundation
import MocoBase
import MocoTestSupport
import Testing

/// The pages of `man` and the completions of shells, against what the commands declare.
@Suite struct CommandPagesTests {
  /// A command with its path and what it declares.
  private struct Command {
    var path: [String]
    var json: Json
    var inner: [Json] { (json["subcommands"]?.arrayValue ?? []).filter { $0["commandName"] != "help" } }
    var arguments: [Json] { (json["arguments"]?.arrayValue ?? []).filter { $0["shouldDisplay"] != false } }
  }

  private static func commands() throws -> [Command] {
    let json = try Json.parse(try moco(["--experimental-dump-help"]).output)
    func all(_ json: Json, _ above: [String]) -> [Command] {
      let command = Command(path: above + [json["commandName"]?.stringValue ?? ""], json: json)
      return [command] + command.inner.flatMap { all($0, command.path) }
    }
    return all(try #require(json["command"]), [])
  }

  /// Text of roff as a reader sees it.
  private func plain(_ roff: String) -> String {
    [
      ("\\-", "-"), ("\\(aq", "'"), ("\\(ga", "`"), ("\\(ha", "^"), ("\\(ti", "~"), ("\\fB", ""),
      ("\\fI", ""), ("\\fR", ""), ("\\&", ""), ("\\e", "\\"),
    ]
    .reduce(roff) { $0.replacing($1.0, with: $1.1) }
  }

  @Test func everyCommandAndOptionHasItsPlace() throws {
    let folder = try TemporaryFolder()
    let ran = try moco(["docs", "--man", folder.path + "/man1"])
    let commands = try Self.commands()
    #expect(
      ran.status == 0 && ran.output == "wrote \(commands.count) pages to \(folder.path)/man1\n", "\(ran)")
    #expect(commands.count > 25)
    #expect(
      try FileSystem.list(folder.path + "/man1")
        == commands.map { $0.path.joined(separator: "-") + ".1" }.sorted())
    for command in commands {
      let name = command.path.joined(separator: "-")
      let page = plain(try folder.read("man1/\(name).1"))
      for line in page.split(separator: "\n") where line.hasPrefix("'") {
        Issue.record("\(name): roff takes this line for a request: \(line)")
      }
      for argument in command.arguments {
        let names = (argument["names"]?.arrayValue ?? []).map {
          ($0["kind"] == "long" ? "--" : "-") + ($0["name"]?.stringValue ?? "")
        }
        for name in names {
          #expect(page.contains("\n\(name)") || page.contains(", \(name)"), "\(command.path) \(name)")
        }
        let first = argument["abstract"]?.stringValue?.split(separator: "\n").first
        #expect(first.map { page.contains($0) } == true, "\(command.path) \(names): no help")
        for value in argument["allValues"]?.arrayValue ?? [] {
          #expect(page.contains(value.stringValue ?? "?"))
        }
      }
      for inner in command.inner {
        #expect(page.contains(".BR \(name)-\(inner["commandName"]?.stringValue ?? "?") (1)"))
      }
    }
    #expect(try folder.read("man1/moco-sweep.1").contains(".SH SEE ALSO\n.BR moco (1)"))
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/groff")))
  func manAndGroffTakeThePages() throws {
    let folder = try TemporaryFolder()
    #expect(try moco(["docs", "--man", folder.path]).status == 0)
    for name in try FileSystem.list(folder.path) {
      let ran = try run("/usr/bin/groff", ["-man", "-Tutf8", "-Kutf8", "-ww", "\(folder.path)/\(name)"])
      #expect(ran.status == 0 && ran.errors.isEmpty, "\(name): \(ran.errors)")
    }
  }

  @Test func docsWantsAFolder() throws {
    #expect(try moco(["docs"]).status == 64)
    #expect(try moco(["docs", "--man", ""]).status == 64)
  }

  /// What takes a file or a few words says so, for the shells.
  @Test func whatCanBeCompletedIs() throws {
    let files: Set<String> = [
      "file", "files", "dir", "run", "folder", "csv", "path", "connection-file", "file or folder",
    ]
    for command in try Self.commands() {
      for argument in command.arguments where files.contains(argument["valueName"]?.stringValue ?? "") {
        #expect(
          argument["completionKind"] != nil, "\(command.path): \(argument["valueName"]?.stringValue ?? "")")
      }
      for argument in command.arguments where argument["kind"] != "flag" {
        let help = argument["abstract"]?.stringValue ?? ""
        let saysWords = help.contains(" or ") && argument["allValues"] != nil
        #expect(!saysWords || argument["completionKind"] != nil, "\(command.path): \(help)")
      }
    }
  }

  // MARK: bash

  /// What bash offers for the last word of a line.
  private func offered(_ words: [String], folder: String) throws -> [String] {
    let script = try moco(["--generate-completion-script", "bash"]).output
    try script.write(toFile: folder + "/completion", atomically: true, encoding: .utf8)
    let line = words.joined(separator: " ")
    let quoted = words.map { "'\($0)'" }.joined(separator: " ")
    let program = """
      source ./completion
      COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count - 1); COMP_LINE='\(line)'; COMP_POINT=\(line.utf8.count); COMP_TYPE=9; COMP_KEY=9
      function=$(complete -p moco | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
      "$function" moco '\(words.last ?? "")' '\(words.dropLast().last ?? "")'
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let ran = try run("/bin/bash", ["--norc", "-c", program], folder: folder)
    return ran.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash"))) func bashCompletes() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "own.moco")
    try folder.write("", to: "other.txt")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/folder", withIntermediateDirectories: true)
    #expect(try offered(["moco", "sw"], folder: folder.path) == ["sweep"])
    #expect(try offered(["moco", "ker"], folder: folder.path) == ["kernel"])
    #expect(try offered(["moco", "kernel", "unin"], folder: folder.path) == ["uninstall"])
    #expect(try offered(["moco", "sweep", "--dry"], folder: folder.path) == ["--dry-run"])
    #expect(try offered(["moco", "run", "--color", "al"], folder: folder.path) == ["always"])
    #expect(try offered(["moco", "explain", "E020"], folder: folder.path).contains("E0203"))
    #expect(try offered(["moco", "editor", "install", "neo"], folder: folder.path) == ["neovim"])
    #expect(try offered(["moco", "run", "o"], folder: folder.path) == ["own.moco"])
    #expect(try offered(["moco", "check", "a.moco", "o"], folder: folder.path) == ["own.moco"])
    #expect(try offered(["moco", "docs", "--man", "fol"], folder: folder.path) == ["folder"])
  }

  /// What stands after `--` belongs to the program that runs, and to other commands as a file whose name may begin with a
  /// dash.
  @Test func whatStandsAfterTwoDashes() throws {
    let folder = try TemporaryFolder()
    try folder.write("print(args())\n", to: "-a.moco")
    #expect(try moco(["check", "--", "-a.moco"], folder: folder.path).output == "-a.moco: ok\n")
    #expect(
      try moco(["run", "./-a.moco", "--", "--seed", "-e", "run"], folder: folder.path).output
        == "[\"--seed\", \"-e\", \"run\"]\n")
    #expect(try moco(["./-a.moco", "--"], folder: folder.path).output == "[]\n")
    #expect(try moco(["-e", "print(args())", "--", "check", "--"]).output == "[\"check\", \"--\"]\n")
    #expect(try moco(["--", "x"], input: "print(args())").output == "[\"x\"]\n")
    #expect(try moco(["-", "--", "x"], input: "print(args())").output == "[\"x\"]\n")
  }
}
