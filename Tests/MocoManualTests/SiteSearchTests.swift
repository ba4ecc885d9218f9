import Foundation
import MocoManual
import MocoRuntime
import MocoTestSupport
import Testing

/// The search of the manual. What it finds needs a program that runs JavaScript.
@Suite struct SiteSearchTests {
  private static let node = ["/usr/bin/node", "/usr/local/bin/node"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  private func script() throws -> String {
    let library = StandardLibrary(root: Repository.root + "/stdlib")
    let manual = try Manual(Runtime(options: RuntimeOptions()).interpreter, library: library)
    return try #require(ManualSite(manual, version: "0").files["search.js"])
  }

  @Test func termsAndLettersAreInTheIndex() throws {
    let script = try script()
    #expect(
      script.contains(
        #"["H, harmonic mean", "glossary.html#:~:text=H%2C%20harmonic%20mean", "Glossary", "2·base"#))
    #expect(script.contains(#"const common = new Set(["a", "an", "and"#))
  }

  /// The terms and pages that are found for each question, best first.
  private func results(_ questions: [String]) throws -> [[String]] {
    let element =
      "{ addEventListener() {}, replaceChildren() {}, value: \"\", form: { addEventListener() {} } }"
    let folder = try TemporaryFolder()
    let asked = String(decoding: try JSONEncoder().encode(questions), as: UTF8.self)
    try folder.write(
      "const document = { getElementById: () => (\(element)), addEventListener() {} };\n" + script()
        + "console.log(JSON.stringify(\(asked).map(it => find(it).map(page => page[1].startsWith('glossary.html#') ? page[0] : page[1]))));\n",
      to: "search.js")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.node))
    process.arguments = [folder.path + "/search.js"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return try JSONDecoder().decode([[String]].self, from: data)
  }

  @Test(.enabled(if: SiteSearchTests.node != nil)) func whatIsMeantComesFirst() throws {
    let found = try results([
      "H", "learning rate", "where are features cached", "the train", "gate", "how to resume a training",
      "the",
      "xyzzy", "",
    ])
    #expect(found[0].first == "H, harmonic mean" && !found[0].contains("function-shuffle.html"), "\(found[0])")
    #expect(found[1].first == "learning rate" && found[1].contains("function-cosine.html"), "\(found[1])")
    #expect(found[2].first == "features.html", "\(found[2])")
    #expect(found[3].first == "function-train.html", "\(found[3])")
    #expect(found[4].first == "router, gate", "\(found[4])")
    #expect(found[5].first == "resume.html", "\(found[5])")
    #expect(!found[6].isEmpty && found[7].isEmpty && found[8].isEmpty)
  }
}
