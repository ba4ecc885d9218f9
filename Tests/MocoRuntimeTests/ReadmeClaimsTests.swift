import Foundation
import Testing

/// What the README says outside of its programs: the table and the picture of the quickstart, and every file, command
/// and setting that it names. (Its programs run in ReadmeTests; measured times name the benchmark that repeats them.)
@Suite struct ReadmeClaimsTests {
  static let text = ["README.md", "docs/results.md", "docs/features.md", "stdlib/docs/own-weights.md"].map {
    (try? String(contentsOfFile: MocoProcess.root + "/" + $0, encoding: .utf8)) ?? ""
  }.joined(separator: "\n")

  /// Inline code, and the lines of shell blocks.
  static let code: [String] = {
    var found: [String] = []
    var shell: Bool?
    for line in text.components(separatedBy: "\n") {
      if line.hasPrefix("```") {
        shell = shell == nil ? line == "```sh" : nil
      } else if let shell {
        if shell { found.append(line) }
      } else {
        let parts = line.components(separatedBy: "`")
        found += parts.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
      }
    }
    return found
  }()

  @Test func filesThatAreNamedExist() {
    let roots = ["scripts/", "stdlib/", "docs/", "editors/", "Tests/", "findings/"]
    let words = Self.code.flatMap { $0.split(separator: " ").map(String.init) }
    let links = Self.text.components(separatedBy: "](").dropFirst().map { String($0.prefix { $0 != ")" }) }
    let named = (words + links).filter { word in roots.contains { word.hasPrefix($0) } }
    #expect(named.count > 10)
    for path in named {
      #expect(FileManager.default.fileExists(atPath: MocoProcess.root + "/" + path), "\(path)")
    }
  }

  @Test func commandsThatAreNamedExist() throws {
    let help = try MocoProcess.run(["--help"], in: NSTemporaryDirectory()).output
    let known = help.components(separatedBy: "SUBCOMMANDS:").last ?? ""
    let commands = Self.code.compactMap { line -> String? in
      let words = line.split(separator: " ")
      guard let place = words.firstIndex(where: { $0 == "moco" || $0.hasSuffix("/moco") }) else { return nil }
      let next = words.dropFirst(place + 1).first ?? ""
      return next.allSatisfy { $0.isLowercase && $0.isASCII } && !next.isEmpty ? String(next) : nil
    }
    #expect(Set(commands).count >= 4)
    for command in Set(commands) { #expect(known.contains("\n  \(command) "), "moco \(command)") }
  }

  /// `script.moco --set name=value`: the script declares the name.
  @Test func settingsThatAreNamedExist() throws {
    let uses = Self.code.filter { $0.contains("--set ") }
    #expect(!uses.isEmpty)
    for use in uses {
      let words = use.split(separator: " ").map(String.init)
      let file = try #require(words.first { $0.hasSuffix(".moco") }, "\(use)")
      let script = try String(
        contentsOfFile: MocoProcess.root + "/stdlib/examples/" + (file as NSString).lastPathComponent,
        encoding: .utf8)
      for (flag, setting) in zip(words, words.dropFirst()) where flag == "--set" {
        let name = setting.prefix { $0 != "=" }
        #expect(script.contains("let \(name) ="), "\(use)")
      }
    }
  }

  /// The table under "Two commands" and docs/routing.svg are what scripts/quickstart ends with. Processors round
  /// differently and training carries that on, so numbers may be off by a point; everything else is the same.
  @Test func quickstartPrintsItsTable() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let script = MocoProcess.root + "/stdlib/examples/quickstart.moco"
    let result = try MocoProcess.run(["run", "--no-record", script], in: folder)
    #expect(result.status == 0, "\(result.errors.suffix(1000))")

    let block = Self.text.components(separatedBy: "```text\n").dropFirst().first ?? ""
    let table = block.components(separatedBy: "```").first ?? ""
    let title = try #require(table.split(separator: "\n").first.map(String.init))
    let printed = result.output.components(separatedBy: "\n")
    let begin = try #require(printed.firstIndex(of: title))
    expectAlike(
      printed[begin...].prefix(table.split(separator: "\n", omittingEmptySubsequences: false).count - 1)
        .joined(separator: "\n"), table.trimmingCharacters(in: .newlines), within: 1)

    let drawn = try String(contentsOfFile: folder + "/routing.svg", encoding: .utf8)
    let kept = try String(contentsOfFile: MocoProcess.root + "/docs/routing.svg", encoding: .utf8)
    #expect(labels(drawn) == labels(kept))
    #expect(labels(kept).count > 10)
  }

  /// Words must be the same, numbers near.
  private func expectAlike(_ found: String, _ expected: String, within tolerance: Double) {
    let (a, b) = (found.split(whereSeparator: \.isWhitespace), expected.split(whereSeparator: \.isWhitespace))
    #expect(a.count == b.count, "\(found)")
    for (x, y) in zip(a, b) {
      if let left = Double(x), let right = Double(y) {
        #expect(abs(left - right) <= tolerance, "\(x) where the README says \(y)")
      } else {
        #expect(x == y)
      }
    }
  }

  /// The texts of a picture that are not numbers.
  private func labels(_ svg: String) -> [String] {
    svg.components(separatedBy: "<text").dropFirst().compactMap { part in
      let text = part.drop { $0 != ">" }.dropFirst().prefix { $0 != "<" }
      return Double(text) == nil ? String(text) : nil
    }
  }
}
