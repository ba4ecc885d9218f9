import Foundation
import MocoLang
import MocoRuntime
import MocoSession
import MocoTestSupport
import Testing

/// The files in `editors` hold the words that the language's tables have. `MOCO_RECORD=1` writes them again, and lets the
/// run fail so that nobody records by accident.
@Suite struct EditorGrammarTests {
  private static let words = EditorWords(dialect: .moco)

  private func compare(_ wanted: String, _ name: String) throws {
    let url = URL(fileURLWithPath: Repository.root + "/editors/" + name)
    if ProcessInfo.processInfo.environment["MOCO_RECORD"] != nil {
      try Data(wanted.utf8).write(to: url)
      Issue.record("recorded \(name)")
      return
    }
    #expect(try String(contentsOf: url, encoding: .utf8) == wanted, "\(name) is out of date")
  }

  @Test func textMate() throws {
    let wanted = Self.words.textMate
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(wanted.utf8)) }
    try compare(wanted, "moco.tmLanguage.json")
  }

  @Test func vim() throws { try compare(Self.words.vim, "moco.vim") }

  @Test func aWordOfADialectReachesBothGrammars() {
    let dialect = Dialect(
      forms: [CommandForm("measure", parts: [.init("against", "Y")], doc: "")],
      units: [.init(singular: "round", plural: "rounds", example: 3, doc: "")], blockCalls: ["machine"])
    let words = EditorWords(dialect: dialect)
    for grammar in [words.textMate, words.vim, words.pygments(version: "1")] {
      #expect(grammar.contains("measure") && grammar.contains("against") && grammar.contains("rounds|round"))
      #expect(grammar.contains("(machine)") || grammar.contains("(?:machine)"))
      #expect(!grammar.contains("train") && !grammar.contains("<forms>"))
    }
  }

  @Test func everyKeywordHasAPlace() {
    for grammar in [Self.words.textMate, Self.words.vim, Self.words.pygments(version: "1")] {
      for keyword in Keyword.allCases {
        let isThere = ["(", "|", ":"].contains { before in
          ["|", ")"].contains { grammar.contains(before + keyword.rawValue + $0) }
        }
        #expect(isThere, "\(keyword)")
      }
    }
  }
}
