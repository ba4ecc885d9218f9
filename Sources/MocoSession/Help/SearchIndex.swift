import MocoLang
import MocoRuntime

/// The results of `?word` if the word is not a name: names, members, keywords, commands and errors that have it in
/// their name or mention it.
package struct SearchIndex {
  /// A search result.
  package struct Entry: Equatable {
    /// What to type to read more.
    package var question: String
    /// A description, in one sentence.
    package var summary: String
  }

  private struct Candidate {
    var entry: Entry
    var name: String
    var text: String
  }

  /// Entries that a page shows.
  package static let most = 20

  private var candidates: [Candidate] = []

  /// An index of the names of an interpreter, with pages, errors and commands.
  package init(
    _ interpreter: Interpreter, library: StandardLibrary?, commands: [SessionCommand] = SessionCommand.all
  ) {
    for info in interpreter.names where !info.isBuiltin {
      let summary = Summary.of(info.doc)
      add(
        info.name, "?" + info.name, summary.isEmpty ? "a \(info.typeName) of this session" : summary,
        info.doc ?? "")
    }
    for name in interpreter.indexOfNames { add(name.name, "?" + name.name, name.summary, name.text) }
    for (type, members) in interpreter.indexOfTypes {
      add(type.name, "?" + type.name, type.summary, type.summary)
      for member in members { add(member.name, "?" + member.name, member.summary, member.text) }
    }
    addOptions(interpreter)
    for keyword in KeywordHelp.keywords {
      guard let entry = KeywordHelp.entry(for: keyword) else { continue }
      add(keyword, "?" + keyword, Summary.of(entry.sentence), entry.sentence)
    }
    for (sign, entry) in OperatorHelp.entries { add(sign, "?" + sign, entry.sentence, entry.sentence) }
    for command in commands {
      add("%" + command.name, "?%" + command.name, command.doc + ".", command.doc)
    }
    for page in library?.pages ?? [] where page != "all" && page != "index" {
      add(page, "help(\"\(page)\")", "a page of the reference.", library?.page(page) ?? "")
    }
    for entry in interpreter.dialect.errors.entries {
      let page = interpreter.dialect.errors.pagePath(for: entry.code).flatMap { library?.text(at: $0) } ?? ""
      add(entry.code, "?" + entry.code, entry.title + ".", page)
    }
  }

  /// The arguments of built-in functions by name, and the options of their blocks.
  private mutating func addOptions(_ interpreter: Interpreter) {
    for (option, functions) in interpreter.indexOfOptions {
      let list = functions.prefix(6).joined(separator: ", ") + (functions.count > 6 ? " …" : "")
      add(option, "?" + functions[0], "`\(option):` is an option of \(list).", "")
    }
  }

  private mutating func add(_ name: String, _ question: String, _ summary: String, _ text: String) {
    candidates.append(
      Candidate(
        entry: Entry(question: question, summary: summary), name: name.lowercased(), text: text.lowercased()))
  }

  /// Entries with the words in their name, then in their summary, then in their text; each group in the order of
  /// the index. Every word must match.
  package func find(_ topic: String) -> [Entry] {
    let words = topic.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
    guard !words.isEmpty else { return [] }
    var ranks: [[Entry]] = [[], [], []]
    for candidate in candidates {
      let summary = candidate.entry.summary.lowercased()
      if words.allSatisfy({ candidate.name.contains($0) }) {
        ranks[0].append(candidate.entry)
      } else if words.allSatisfy({ candidate.name.contains($0) || summary.contains($0) }) {
        ranks[1].append(candidate.entry)
      } else if words.allSatisfy({ candidate.text.contains($0) }) {
        ranks[2].append(candidate.entry)
      }
    }
    return ranks.flatMap { $0 }
  }

  /// As Markdown.
  package static func page(_ found: [Entry], topic: String) -> String {
    var lines = found.prefix(most).map { "- `\($0.question)`: \($0.summary)" }
    if found.count > most { lines.append("- and \(found.count - most) more; add another word") }
    return "No name is `\(topic)`. It appears in\n\n" + lines.joined(separator: "\n")
  }
}
