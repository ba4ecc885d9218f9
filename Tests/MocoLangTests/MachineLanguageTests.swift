import Foundation
import MocoLang
import Testing

/// Runs every program under Tests/Language and compares what it prints, and how it ends, with its comments:
///
///     print(1 + 1)        // expect: 2
///     print(1 / 0)        // expect error: E0403 division
///
/// An expected error has to be raised at the line of its comment; what follows the code has to be part of its
/// message or help. Files that begin with `_` are modules of other tests.
@Suite struct MachineLanguageTests {
  struct Program: CustomTestStringConvertible, Sendable {
    var path: String
    var name: String
    var testDescription: String { name }
  }

  static let folder: URL = {
    var url = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    for _ in 0..<2 { url.deleteLastPathComponent() }
    return url.appendingPathComponent("Language")
  }()

  static let programs: [Program] = {
    let root = folder.resolvingSymlinksInPath().path
    guard let walker = FileManager.default.enumerator(atPath: root) else { return [] }
    return walker.compactMap { $0 as? String }
      .filter { $0.hasSuffix(".moco") && !($0.split(separator: "/").last?.hasPrefix("_") ?? true) }
      .sorted()
      .map { Program(path: root + "/" + $0, name: String($0.dropLast(5))) }
  }()

  @Test func thereAreEnough() { #expect(MachineLanguageTests.programs.count >= 120) }

  @Test(arguments: programs)
  func program(_ program: Program) throws {
    let text = try String(contentsOfFile: program.path, encoding: .utf8)
    var expected: [String] = []
    var failure: (line: Int, code: String, words: String)?
    for (index, line) in text.components(separatedBy: "\n").enumerated() {
      if let range = line.range(of: "// expect error: ") {
        let parts = line[range.upperBound...].split(separator: " ", maxSplits: 1)
        failure = (index + 1, String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
      } else if let range = line.range(of: "// expect:") {
        expected.append(String(line[range.upperBound...].dropFirst()))
      }
    }
    let session = TestSession()
    let result = session.interpreter.run(SourceFile(name: program.path, text: text))
    var printed = session.printed.text.components(separatedBy: "\n")
    if printed.last == "" { printed.removeLast() }
    #expect(printed == expected, "\(program.name): \(result.failure?.render() ?? "")")
    if let failure {
      let found = try #require(result.failure, "\(program.name) should fail with \(failure.code)")
      #expect(found.code == failure.code, "\(found.render())")
      #expect(found.line == failure.line, "\(found.render())")
      let told = ([found.message] + found.help).joined(separator: "\n")
      #expect(failure.words.isEmpty || told.contains(failure.words), "\(told)")
    } else {
      #expect(result.failure == nil, "\(result.failure?.render() ?? "")")
    }
  }
}
