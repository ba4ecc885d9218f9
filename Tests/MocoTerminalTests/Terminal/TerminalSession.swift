import Foundation
import MocoTestSupport
import Testing

/// A session of moco on a pseudo-terminal, written down as steps and then played.
///
///     var session = try TerminalSession()
///     session.type("1 + 2\r")
///     session.wait("^3$")
///     session.screen()
///     session.leave()
///     let seen = try session.play()
struct TerminalSession {
  struct Screen: Decodable {
    let lines: [String]
    let row: Int
    let column: Int
    /// The colour of every cell, as pyte names it: `default`, `green`, `magenta` …
    let colors: [[String]]
  }

  struct Seen {
    let screens: [Screen]
    let status: Int?
    let signal: Int?
    /// How often all of the screen was cleared at once.
    let clearings: Int

    /// The last screen as text, without the empty lines at its end.
    var text: String {
      var lines = screens.last?.lines ?? []
      while lines.last == "" { lines.removeLast() }
      return lines.joined(separator: "\n")
    }
  }

  private struct Step: Encodable {
    var kind: String
    var text: String?
    var color: String?
    var columns: Int?
    var rows: Int?
  }

  private struct Script: Encodable {
    var program: String
    var arguments: [String]
    var environment: [String: String]
    var folder: String
    var columns: Int
    var rows: Int
    var seconds: Int
    var steps: [Step]
  }

  private struct Report: Decodable {
    var screens: [Screen]
    var clearings: Int
    var failure: String?
    var status: Int?
    var signal: Int?
  }

  private var script: Script
  let folder: TemporaryFolder

  /// - Parameter suggests: whether the history suggests; most tests say exactly what comes after the prompt.
  /// - Parameter folder: where the history lies and the program starts; share it to continue a session in
  ///   another.
  init(
    _ arguments: [String] = [], columns: Int = 80, rows: Int = 24, environment: [String: String] = [:],
    folder: TemporaryFolder? = nil, suggests: Bool = false
  ) throws {
    let place = try folder ?? TemporaryFolder()
    self.folder = place
    var variables = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": place.path,
      "LANG": "C.UTF-8",
      "TERM": "xterm-256color", "XDG_STATE_HOME": place.path + "/state",
      "MOCO_STDLIB": Built.root + "/stdlib",
    ]
    variables.merge(environment) { $1 }
    script = Script(
      program: try Built.moco(),
      arguments: suggests || arguments.first == "run" ? arguments : ["--no-suggest"] + arguments,
      environment: variables, folder: place.path,
      columns: columns,
      rows: rows, seconds: 240, steps: [])
    wait("moco>")
  }

  /// Sends a signal to the program.
  mutating func signal(_ number: Int32) {
    script.steps.append(Step(kind: "signal", columns: Int(number)))
  }

  /// Types a whole block and Enter, and waits for the next prompt: what comes next is typed at it, not ahead
  /// of it.
  mutating func enter(_ text: String) { script.steps.append(Step(kind: "enter", text: text)) }
  /// Types, and does not wait for anything.
  mutating func type(_ text: String) { script.steps.append(Step(kind: "type", text: text)) }
  /// Waits for a regular expression to match somewhere on the screen; `^` and `$` are ends of lines.
  mutating func wait(_ pattern: String) { script.steps.append(Step(kind: "wait", text: pattern)) }
  mutating func waitGone(_ pattern: String) { script.steps.append(Step(kind: "gone", text: pattern)) }
  /// Waits for a word to have a colour.
  mutating func wait(for word: String, toBe color: String) {
    script.steps.append(Step(kind: "color", text: word, color: color))
  }
  /// Waits for the cursor to stand in a column, counted from 0.
  mutating func waitForCursor(column: Int) { script.steps.append(Step(kind: "cursor", columns: column)) }
  /// Types a line at a column, then Enter, which has to begin another line at the next column: another one
  /// than that in which the line ends, so that it can be told that it has begun.
  mutating func typeLine(_ line: String, at column: Int, then next: Int) {
    type(line)
    waitForCursor(column: column + line.count)
    type("\r")
    waitForCursor(column: next)
  }
  mutating func screen() { script.steps.append(Step(kind: "screen")) }
  mutating func resize(columns: Int, rows: Int) {
    script.steps.append(Step(kind: "resize", columns: columns, rows: rows))
  }
  /// ^C, as the terminal sends it.
  mutating func interrupt() { type(Key.controlC) }
  mutating func waitForPrompt() { script.steps.append(Step(kind: "prompt")) }
  /// ^D at the prompt, and the end of the program.
  mutating func leave() {
    waitForPrompt()
    type(Key.controlD)
    script.steps.append(Step(kind: "end"))
  }
  mutating func waitForEnd() { script.steps.append(Step(kind: "end")) }

  func play() throws -> Seen {
    let helper = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "drive.py").path
    // Debian's packages belong to Debian's Python, which need not be the first on the path.
    let python =
      FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") ? "/usr/bin/python3" : "python3"
    let result = try run("/usr/bin/env", [python, helper], input: JSONEncoder().encode(script))
    guard result.status == 0 else {
      throw TestFailure(
        "the terminal tests need python3 with pexpect and pyte (Debian: python3-pexpect, python3-pyte):\n\(result.errors)"
      )
    }
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    if let failure = report.failure { throw TestFailure(failure) }
    return Seen(
      screens: report.screens, status: report.status, signal: report.signal, clearings: report.clearings)
  }
}

enum Key {
  static let up = "\u{1B}[A"
  static let down = "\u{1B}[B"
  static let left = "\u{1B}[D"
  static let right = "\u{1B}[C"
  static let controlA = "\u{1}"
  static let controlC = "\u{3}"
  static let controlD = "\u{4}"
  static let controlE = "\u{5}"
  static let controlK = "\u{B}"
  static let controlL = "\u{C}"
  static let controlR = "\u{12}"
  static let controlU = "\u{15}"
  static let controlY = "\u{19}"
  static let undo = "\u{1F}"
  static let backspace = "\u{7F}"
  static let pageUp = "\u{1B}[5~"
  static let pageDown = "\u{1B}[6~"
  static let shiftLeft = "\u{1B}[1;2D"
  static let controlLeft = "\u{1B}[1;5D"
  static let controlRight = "\u{1B}[1;5C"
  static let controlDelete = "\u{1B}[3;5~"
  static let escape = "\u{1B}"
  static let controlS = "\u{13}"
  static let controlW = "\u{17}"
  static let controlX = "\u{18}"
  static let quit = "\u{1C}"
  static func meta(_ key: String) -> String { "\u{1B}" + key }
  static func paste(_ text: String) -> String { "\u{1B}[200~" + text + "\u{1B}[201~" }
}
