import Foundation
import MocoRuntime
import Testing

/// The README and the pages of the language reference are true: every program in them runs, and prints what
/// they say.
@Suite struct ReadmeTests {
  struct Program: Sendable, CustomTestStringConvertible {
    let page: String
    let source: String
    let expected: String?
    var testDescription: String { page + ": " + source.prefix { $0 != "\n" } }
  }

  private static let docs = MocoProcess.root + "/stdlib/docs"

  static let pages: [String] = ((try? FileManager.default.contentsOfDirectory(atPath: docs)) ?? [])
    .filter { $0.hasSuffix(".md") }.sorted()

  static let readme = programs(in: MocoProcess.root + "/README.md")
  static let reference = pages.flatMap { programs(in: docs + "/" + $0) }

  /// Fenced programs; a plain fenced block right after one is what it prints. One that is `continued` goes on from the last.
  private static func programs(in path: String) -> [Program] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
    let page = (path as NSString).lastPathComponent
    var found: [Program] = []
    var language: String?
    var awaitsOutput = false
    var lines: [String] = []
    for line in text.components(separatedBy: "\n") {
      if line.hasPrefix("```") {
        if let open = language {
          let body = lines.joined(separator: "\n") + "\n"
          if open == "moco" {
            found.append(Program(page: page, source: body, expected: nil))
            awaitsOutput = true
          } else if open == "moco continued", let last = found.popLast() {
            found.append(Program(page: page, source: last.source + body, expected: last.expected ?? ""))
            awaitsOutput = true
          } else if open == "text", awaitsOutput, let last = found.popLast() {
            found.append(Program(page: page, source: last.source, expected: (last.expected ?? "") + body))
            awaitsOutput = false
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
  }

  @Test func tourHasTenPrograms() {
    #expect(Self.readme.count >= 1)
    #expect(Self.reference.filter { $0.page == "tour.md" }.count >= 10)
  }

  /// A page without programs only lists the others.
  @Test func everyPageHasPrograms() {
    #expect(Self.pages.count >= 12)
    let with = Set(Self.reference.map(\.page))
    #expect(Self.pages.filter { !with.contains($0) } == ["all.md", "index.md"])
    #expect(Self.reference.filter { $0.expected == nil }.map(\.testDescription) == [])
  }

  @Test(arguments: ReadmeTests.readme + ReadmeTests.reference)
  func runs(_ program: Program) throws {
    let result = try MocoProcess.run(program: program.source)
    #expect(result.status == 0, "\(result.errors)")
    if let expected = program.expected { #expect(result.output == expected) }
  }

  // MARK: help

  @Test func helpShowsPages() throws {
    for page in Self.pages {
      let text = try String(contentsOfFile: Self.docs + "/" + page, encoding: .utf8)
      let shown = printed("help(\"\(page.dropLast(3))\")")
      #expect(shown.hasPrefix(text.trimmingCharacters(in: .newlines)), "\(page)")
    }
    #expect(printed("help()").contains("| collections |"))
    // A page and a function of one name: the text asks for the page, the name for the function.
    #expect(printed("help(\"values\")").hasPrefix("# Values"))
    #expect(printed("help(\"values\")").contains("help(values)"))
    #expect(printed("help(values)").hasPrefix("values(r)"))
    #expect(printed("help(values)").hasSuffix("`help(\"values\")` shows the page.\n"))
    #expect(!printed("help(sorted)").contains("shows the page"))
    #expect(printed("help(\"sorted\")").hasPrefix("sorted(xs"))
    // Only pages are shown, and no file besides.
    #expect(printed("help(\"../examples/compare\")").hasPrefix("E0305 unknown page or name"))
    #expect(printed("help(\"statement\")", helps: true).contains("did you mean help(\"statements\")?"))
  }

  /// Every name that programs have says what it is, and every function shows an example.
  @Test func everyBuiltInIsDescribed() {
    let session = Runtime(options: RuntimeOptions())
    let names = session.interpreter.names.filter(\.isBuiltin)
    #expect(names.count > 150)
    for name in names {
      let text = session.interpreter.help(named: name.name) ?? ""
      let parts = text.split(separator: "\n\n", maxSplits: 1)
      #expect(parts.count == 2 && parts[1].count > 20, "\(name.name) has no description")
      if name.typeName == "Function" { #expect(text.contains("```"), "\(name.name) has no example") }
    }
  }
}
