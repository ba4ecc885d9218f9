import Foundation
import MocoLang
import MocoRuntime
import MocoSession
import Testing

/// What people type who come from Python, NumPy, PyTorch, Julia, R, Swift or JavaScript, and what they are told: the
/// first error of each program of `Tests/Diagnostics/habits.table` stands below it.
///
/// `MOCO_RECORD=1` writes the answers again, and lets the run fail so that nobody records by accident.
@Suite struct HabitTests {
  static let path = MocoProcess.root + "/Tests/Diagnostics/habits.table"
  private static let separator = "====\n"
  private static let divider = "----\n"

  struct Row {
    var program: String
    var answer: String
  }

  static func rows() throws -> [Row] {
    try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: separator).map { block in
      let parts = block.components(separatedBy: divider)
      return Row(program: parts[0], answer: parts.count > 1 ? parts[1] : "")
    }
  }

  /// The first error, before the run or in it.
  static func answer(_ program: String) -> String {
    let session = librarySession()
    session.interpreter.output = { _ in }
    let source = SourceFile(name: "habit.moco", text: program)
    var found = Checker.check(source, CheckContext(session.interpreter)).filter(\.isError)
    if found.isEmpty { found = session.interpreter.run(source, mode: .program).diagnostics.filter(\.isError) }
    guard let first = found.first else { return "fine\n" }
    return (["\(first.code) \(first.message)"] + first.help.map { "help: \($0)" }).joined(separator: "\n")
      + "\n"
  }

  @Test func everyHabitIsAnswered() throws {
    let rows = try Self.rows()
    #expect(rows.count > 300)
    let answered = rows.map { Row(program: $0.program, answer: Self.answer($0.program)) }
    if ProcessInfo.processInfo.environment["MOCO_RECORD"] != nil {
      let text = answered.map { $0.program + Self.divider + $0.answer }.joined(separator: Self.separator)
      try text.write(toFile: Self.path, atomically: true, encoding: .utf8)
      Issue.record("recorded \(Self.path)")
      return
    }
    for (row, found) in zip(rows, answered) {
      #expect(found.answer == row.answer, "\(row.program)")
    }
  }

  /// Help tells what to do: it begins with a verb, or asks which name was meant.
  @Test func helpBeginsWithAVerb() throws {
    let verbs: Set<Substring> = [
      "write", "leave", "put", "take", "ask", "append", "let", "give", "use", "make", "choose", "close",
      "remove", "pass", "check",
      "compare", "count", "did", "separate", "transpose", "reduce", "add", "convert", "declare",
    ]
    for row in try Self.rows() {
      let help = row.answer.split(separator: "\n").filter { $0.hasPrefix("help: ") }.map { $0.dropFirst(6) }
      guard let first = help.first else { continue }
      #expect(verbs.contains(first.prefix { $0 != " " }), "\(row.program) \(first)")
    }
  }
}
