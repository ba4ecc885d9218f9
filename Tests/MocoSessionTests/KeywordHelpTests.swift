import MocoLang
import MocoRuntime
import MocoSession
import MocoTestSupport
import Testing

@Suite struct KeywordHelpTests {
  @Test func everyKeywordHasAnExampleThatRuns() throws {
    #expect(Set(KeywordHelp.keywords).isSuperset(of: SourceScanner.keywords.union(SourceScanner.constants)))
    for keyword in KeywordHelp.keywords {
      let entry = try #require(KeywordHelp.entry(for: keyword))
      var options = RuntimeOptions()
      let library = StandardLibrary(root: Repository.root + "/stdlib")
      options.library = library
      let session = Runtime(options: options)
      session.interpreter.output = { _ in }
      let result = session.interpreter.run(SourceFile(name: keyword, text: entry.example), mode: .program)
      #expect(result.diagnostics.map(\.message) == [], "\(keyword)")
      #expect(library.page(entry.page) != nil, "\(keyword)")
      #expect(entry.syntax.contains(keyword) && entry.example.contains(keyword), "\(keyword)")
    }
  }
}
