import MocoRuntime
import MocoSession
import MocoTestSupport
import Testing

/// What `?words` and `help("words")` find.
@Suite struct SearchTests {
  private static let library = StandardLibrary(root: Built.root + "/stdlib")

  private let index = SearchIndex(
    Runtime(options: RuntimeOptions()).interpreter, library: StandardLibrary(root: Built.root + "/stdlib"))

  private func found(_ topic: String) -> [SearchIndex.Entry] { index.find(topic) }

  @Test(arguments: [
    ("H", "**H, harmonic mean**"), ("harmonic mean", "**H, harmonic mean**"),
    ("learning rate", "**learning rate**"), ("Few-Shot", "**few-shot**"), ("the few-shot", "**few-shot**"),
  ])
  func aTermIsTheFirstResult(_ topic: String, _ summary: String) throws {
    let first = try #require(found(topic).first)
    #expect(first.question == "help(\"glossary\")" && first.summary.hasPrefix(summary), "\(first)")
    #expect(first.isNamed)
  }

  @Test func aLetterIsAWholeWord() {
    #expect(!found("H").contains { $0.question == "?shuffle" || $0.question == "?hash" })
  }

  @Test func aSignIsNotItsLetter() {
    let pages = found("^C")
    #expect(pages.contains { $0.question == "help(\"tutorial\")" })
    #expect(!pages.contains { $0.question == "?LinearProbe.c" || $0.question.hasPrefix("?replace") })
  }

  @Test func aPageIsFoundByItsTitle() throws {
    for page in Self.library.pages where page != "all" && page != "index" && page != "glossary" {
      let text = try #require(Self.library.page(page))
      let title = try #require(text.split(separator: "\n").first { $0.hasPrefix("# ") }?.dropFirst(2))
      let entry = try #require(found(String(title)).first { $0.question == "help(\"\(page)\")" }, "\(page)")
      #expect(entry.isNamed && entry.summary.hasPrefix("the page \"\(title)\": "), "\(entry)")
      #expect(entry.summary.count < 200 && !entry.summary.contains("|"), "\(entry)")
    }
  }

  @Test func commonWordsAndEndingsDoNotMatter() {
    #expect(found("where are features cached").contains { $0.question == "help(\"features\")" })
    #expect(found("how to resume a training").contains { $0.question == "help(\"resume\")" })
    #expect(found("learning_rate") == found("learning rate") && !found("learning_rate").isEmpty)
    #expect(!found("the").isEmpty, "a question of common words has these")
    #expect(found("learning rate").contains { $0.question == "?sgd" })
  }

  @Test func theFunctionHelpFindsTheSame() {
    let typed = Typed()
    typed.enter("?learning rate")
    typed.enter("help(\"learning rate\")")
    let pages = typed.frontEnd.pages
    #expect(pages.count == 2 && pages.first == pages.last)
    #expect(
      pages.first?.hasPrefix("Found for `learning rate`:\n\n- `help(\"glossary\")`: **learning rate**")
        == true)
    typed.enter("?division by zero")
    #expect(typed.frontEnd.pages.last?.contains("`?E0403`") == true)
    #expect(typed.enter("help(\"valuess\")").contains("did you mean help(\"values\")?"))
    #expect(typed.enter("help(\"xyzzy plugh\")").contains("E0305"))
    #expect(typed.enter("help(\"keep_best\")").contains("is an option of train"))
  }

  @Test func rowsOfTheGlossaryAreTerms() {
    let page = "# Glossary\n\n| term | meaning |\n|---|---|\n| a, b c | the `x` | \n\ntext | more |\n"
    #expect(GlossaryTerm.all(in: page).map(\.names) == [["a", "b c"]])
    #expect(GlossaryTerm.all(in: page).map(\.meaning) == ["the `x`"])
  }
}
