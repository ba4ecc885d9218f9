import MocoBase
import MocoLang
import MocoRuntime
import MocoSession

extension Prompt {
  /// What `?name`, `name?` or `?` ask about; nil where a block is no question.
  func question(_ block: String) -> String? {
    let text = block.trimmed
    guard !text.contains("\n") else { return nil }
    if text.hasPrefix("?") { return String(text.dropFirst()).trimmed }
    // `?name?` asks once.
    guard text.hasSuffix("?") else { return nil }
    let name = String(text.dropLast()).trimmed
    let isPath = name.unicodeScalars.allSatisfy { $0 == "." || SourceScanner.continuesName($0) }
    return isPath && !name.isEmpty ? name : nil
  }

  func help(_ topic: String) {
    if topic.isEmpty {
      Console.showHelp(Prompt.guide)
      return
    }
    if topic.hasPrefix("%") {
      let name = topic.dropFirst().split(separator: " ").first.map(String.init) ?? ""
      if let command = Command(rawValue: name) {
        Console.showHelp("`%\(command.usage)`\n\n\(command.explanation)")
      } else {
        Console.report("there is no command %\(name); %help lists them\n")
      }
      return
    }
    if topic.hasPrefix("E"), Dialect.moco.errors.entry(for: topic) != nil {
      _ = ErrorPages.show(topic)
      return
    }
    if let text = interpreter.help(named: topic, showsValue: true) {
      Console.showHelp(text)
      return
    }
    // A member of a value in scope, then of a type: `?report.accuracy`, `?Report.accuracy`.
    let names = topic.split(separator: ".").map(String.init)
    let lookup = Lookup(interpreter: interpreter)
    if let text = lookup.help(names) ?? typeHelp(names) {
      Console.showHelp(text)
      return
    }
    let text =
      KeywordHelp.text(for: topic) ?? OperatorHelp.text(for: topic)
      ?? interpreter.dialect.help(verb: topic)
      ?? (topic == "all" ? interpreter.indexPage : interpreter.helpPage?(topic))
    if let text {
      Console.showHelp(text)
      return
    }
    let found = SearchIndex(interpreter, library: StandardLibrary.locate()).find(topic)
    if !found.isEmpty {
      Console.showHelp(SearchIndex.page(found, topic: topic))
      return
    }
    let near = Nearest.name(to: topic, among: interpreter.names.map(\.name))
    Console.report(
      "nothing is known by the name \(topic), and nothing that is known mentions it"
        + (near.map { "; did you mean \($0)?" } ?? "") + "\n")
  }

  /// `?Report` and `?Report.accuracy`.
  private func typeHelp(_ names: [String]) -> String? {
    guard let first = names.first, let type = interpreter.hostTypes[first] else { return nil }
    if names.count == 2 { return interpreter.help(member: names[1], ofType: first) }
    guard names.count == 1 else { return nil }
    let members = type.members.map { "- `\($0.function?.signature.text ?? $0.name)`: \($0.summary)" }
    return "\(type.name)\n\n\(type.summary)\n\n" + members.joined(separator: "\n")
  }

  static let guide = """
    # The prompt

    Type an expression and its value is shown; `;` at the end hides it, `ans` holds the last one. Enter begins another
    line while a block is open; Esc Enter does so always.

    - `?name`, `name?`, `help(name)`: what it is, with an example. `?word` searches names, summaries and errors, `?@` and
      `?|>` explain operators, `?E0203` an error, `help("all")` lists everything.
    - Tab completes names, members, argument labels and paths. ↑ ↓ go through history by what is typed, PgUp PgDn by
      whole blocks, ^R searches. What the history suggests stands dim: → or ^E takes it, M-f a word. ^X ^E opens the block in an editor.
    - ^C stops what runs and keeps everything; ^D or exit leaves. ^_ undoes, ^Y brings back what ^K, ^U or ^W took away,
      M-y what they took before.
    - `Out[3]` is the value of input 3, `%history` shows the numbers. `lines = !ls` keeps what a command prints.
    - `%help` lists the commands: `%time`, `%timeit`, `%vars`, `%run`, `%save`, `%edit` and more.

    # A first program

    ```
    let clip = load_clip("small")
    clip.classify(load_image("shoe.png"), ["a shoe", "a coat"])
    ```
    """
}
