import Foundation
import Testing

/// The README is true: every program in it runs, and prints what the README says it prints.
@Suite struct ReadmeTests {
  struct Program: Sendable, CustomTestStringConvertible {
    let source: String
    let expected: String?
    var testDescription: String { String(source.prefix { $0 != "\n" }) }
  }

  /// Fenced programs; a plain fenced block right after one is what it prints.
  static let programs: [Program] = {
    guard let text = try? String(contentsOfFile: MocoProcess.root + "/README.md", encoding: .utf8) else { return [] }
    var found: [Program] = []
    var language: String?
    var lines: [String] = []
    for line in text.components(separatedBy: "\n") {
      if line.hasPrefix("```") {
        if let open = language {
          let body = lines.joined(separator: "\n") + "\n"
          if open == "moco" {
            found.append(Program(source: body, expected: nil))
          } else if open == "text", let last = found.last, last.expected == nil {
            found[found.count - 1] = Program(source: last.source, expected: body)
          }
          language = nil
        } else {
          language = String(line.dropFirst(3))
        }
        lines = []
      } else if language != nil {
        lines.append(line)
      }
    }
    return found
  }()

  @Test func tourHasTenPrograms() { #expect(Self.programs.count >= 10) }

  @Test(arguments: ReadmeTests.programs)
  func runs(_ program: Program) throws {
    let result = try MocoProcess.run(program: program.source)
    #expect(result.status == 0, "\(result.errors)")
    if let expected = program.expected { #expect(result.output == expected) }
  }
}
