import MocoLang
import MocoRuntime
import MocoSession
import MocoTestSupport
import Testing

/// Pages and options are found by who looks for them.
@Suite struct FindingTests {
  private func candidates(_ text: String) -> [String] {
    let completer = Completer(
      interpreter: Runtime(options: RuntimeOptions()).interpreter,
      library: StandardLibrary(root: Built.root + "/stdlib"))
    return completer.completion(text, cursor: text.unicodeScalars.count).texts
  }

  @Test func helpCompletesItsPages() {
    #expect(candidates("help(\"st") == ["statements\"", "strings\""])
    #expect(candidates("help(\"we") == ["weights\""])
    #expect(candidates("help(\"").contains("all\""))
    #expect(!candidates("help(\"").contains { $0.hasSuffix("/") }, "help reads no files")
  }

  @Test func optionsAreFoundByName() throws {
    let interpreter = Runtime(options: RuntimeOptions()).interpreter
    let index = SearchIndex(interpreter, library: StandardLibrary(root: Built.root + "/stdlib"))
    for (option, function) in [
      ("top_k", "mixture"), ("resume", "train"), ("keep_best", "train"), ("weight_decay", "adam"),
    ] {
      let found = index.find(option)
      #expect(
        found.contains {
          $0.summary.hasPrefix("`\(option):` is an option of ") && $0.summary.contains(function)
        },
        "\(option): \(found)")
    }
  }
}
