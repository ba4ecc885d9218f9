import MocoBase
import MocoLang
import MocoRuntime

extension Session {
  /// The topic of `?name`, `name?` or `?`; nil if a block is not a question. `help` alone is `?`.
  func question(_ block: String) -> String? {
    let text = block.trimmed
    if text == "help", !interpreter.covered.contains(text) { return "" }
    guard !text.contains("\n") else { return nil }
    if text.hasPrefix("?") { return String(text.dropFirst()).trimmed }
    // `?name?` is one question.
    guard text.hasSuffix("?") else { return nil }
    let name = String(text.dropLast()).trimmed
    let isPath = name.unicodeScalars.allSatisfy { $0 == "." || SourceScanner.continuesName($0) }
    return isPath && !name.isEmpty ? name : nil
  }

  func help(_ topic: String) {
    if topic.isEmpty {
      delegate.show(page: Session.guide)
      return
    }
    if topic.hasPrefix("%"), page(of: topic) == nil {
      let name = topic.dropFirst().split(separator: " ").first.map(String.init) ?? ""
      return complain("unknown command %\(name); %help lists them\n")
    }
    if let text = page(of: topic) ?? interpreter.helpPage?(topic) { return delegate.show(page: text) }
    if let found = searchResults(topic) { return delegate.show(page: found) }
    let near = Nearest.name(to: topic, among: interpreter.names.map(\.name))
    complain(
      "unknown name \(topic), and no help text mentions it"
        + (near.map { "; did you mean \($0)?" } ?? "") + "\n")
  }

  /// Names and pages that have or mention words; nil if there are none.
  func searchResults(_ topic: String) -> String? {
    let found = SearchIndex(interpreter, library: library, commands: commands).find(topic)
    return found.isEmpty ? nil : SearchIndex.page(found, topic: topic)
  }

  /// The help of a name, a member, a type, a keyword, an operator, a command or an error code, in Markdown; nil
  /// for an unknown name.
  func page(of topic: String) -> String? {
    if topic.hasPrefix("%") {
      let name = topic.dropFirst().split(separator: " ").first.map(String.init) ?? ""
      return commands.first { $0.name == name }.map { "`%\($0.usage)`\n\n\($0.doc)" }
    }
    if topic.hasPrefix("E"), interpreter.dialect.errors.entry(for: topic) != nil {
      return try? ErrorPages.page(topic, interpreter.dialect.errors, library: library)
    }
    if let text = interpreter.help(named: topic, showsValue: true) { return text }
    // A member of a value in scope, then of a type: `?report.accuracy`, `?Report.accuracy`.
    let names = topic.split(separator: ".").map(String.init)
    return Lookup(interpreter: interpreter).help(names) ?? typeHelp(names) ?? KeywordHelp.text(for: topic)
      ?? OperatorHelp.text(for: topic) ?? interpreter.dialect.help(verb: topic)
      ?? (topic == "all" ? interpreter.indexPage : nil)
  }

  /// `?Report` and `?Report.accuracy`.
  func typeHelp(_ names: [String]) -> String? {
    guard let first = names.first, let type = interpreter.hostTypes[first] else { return nil }
    if names.count == 2 { return interpreter.help(member: names[1], ofType: first) }
    guard names.count == 1 else { return nil }
    let members = type.members.map { "- `\($0.function?.signature.text ?? $0.name)`: \($0.summary)" }
    return "\(type.name)\n\n\(type.summary)\n\n" + members.joined(separator: "\n")
  }

  static let guide = """
    New here? `help("tutorial")` shows the first steps, and `help()` lists all pages.

    # The prompt

    Type an expression to see its value; `;` at the end hides it, `ans` holds the last one. Enter begins another
    line while a block is open; Esc Enter always does.

    - `?name`, `name?`, `help(name)`: a description with an example. `?word` searches names, summaries and errors, `?@` and
      `?|>` explain operators, `?E0203` an error, `help("all")` lists everything.
    - Tab completes names, members, argument labels and paths. ↑ ↓ search the history for entries with the typed
      prefix, PgUp PgDn move by blocks, ^R searches. Suggestions from the history are dim: → or ^E accepts one, M-f
      a word. ^X ^E opens the block in an editor.
    - Ctrl-C (^C) stops the running code and keeps all names; ^D or exit leaves. ^_ undoes, ^Y inserts the text removed by
      ^K, ^U or ^W, M-y the text removed before that.
    - `Out[3]` is the value of input 3, `%history` shows the numbers. `lines = !ls` stores the output of a command.
    - `%help` lists the commands: `%time`, `%timeit`, `%vars`, `%run`, `%save`, `%edit` and more.

    # A first program

    ```
    let clip = load_clip("small")
    let data = dataset("fashion")
    clip.classify(data.test[0].image, data.classes)
    ```
    """
}
