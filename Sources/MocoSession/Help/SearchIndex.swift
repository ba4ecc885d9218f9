import MocoLang
import MocoRuntime

/// The results of `?word` if the word is not a name: names, members, terms, pages, keywords, commands and errors that
/// have it in their name or mention it.
package struct SearchIndex {
  /// A search result.
  package struct Entry: Equatable {
    /// What to type to read more.
    package var question: String
    /// A description, in one sentence.
    package var summary: String
    /// Whether the words are in its name.
    package var isNamed = false
  }

  private struct Candidate {
    var entry: Entry
    /// In lower case, as the summary and the text.
    var names: [String]
    var summary: String
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
    addPages(library)
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

  /// The written pages with their titles, and the terms of the glossary.
  private mutating func addPages(_ library: StandardLibrary?) {
    let glossary = library?.page("glossary") ?? ""
    for term in GlossaryTerm.all(in: glossary) {
      add(term.names + [term.title], "help(\"glossary\")", "**\(term.title)**: \(term.meaning).", "")
    }
    // The contents are tables of the same form.
    let subjects = Dictionary(
      GlossaryTerm.all(in: library?.page("index") ?? "").map { ($0.title, $0.meaning) },
      uniquingKeysWith: { first, _ in first })
    for page in library?.pages ?? [] where page != "all" && page != "index" {
      let text = library?.page(page) ?? ""
      let title = text.split(separator: "\n").first { $0.hasPrefix("# ") }.map { String($0.dropFirst(2)) }
      let subject = subjects[page].map { ": \($0)." } ?? "."
      let summary = "the page \"\(title ?? page)\"\(subject)"
      // The terms of the glossary are results of their own.
      add([page] + (title.map { [$0] } ?? []), "help(\"\(page)\")", summary, page == "glossary" ? "" : text)
    }
  }

  private mutating func add(_ name: String, _ question: String, _ summary: String, _ text: String) {
    add(name.hasPrefix("%") ? [name, String(name.dropFirst())] : [name], question, summary, text)
  }

  private mutating func add(_ names: [String], _ question: String, _ summary: String, _ text: String) {
    candidates.append(
      Candidate(
        entry: Entry(question: question, summary: summary), names: names.map { $0.lowercased() },
        summary: summary.lowercased(), text: text.lowercased()))
  }

  /// Entries with the words as their name, in their name, then in their summary, then in their text; each group in
  /// the order of the index. Every word must match; common words such as "the" do not count.
  package func find(_ topic: String) -> [Entry] {
    let found = find(SearchWords(topic))
    // `learning_rate` is no name, but the words are somewhere.
    return found.isEmpty && topic.contains("_") ? find(SearchWords(topic.replacing("_", with: " "))) : found
  }

  private func find(_ words: SearchWords) -> [Entry] {
    guard !words.words.isEmpty else { return [] }
    var ranks = [[Entry]](repeating: [], count: 9)
    for candidate in candidates {
      guard let rank = Self.rank(candidate, words) else { continue }
      var entry = candidate.entry
      entry.isNamed = rank <= 2
      ranks[rank].append(entry)
    }
    return ranks.flatMap { $0 }
  }

  private static func rank(_ candidate: Candidate, _ words: SearchWords) -> Int? {
    let joined = words.words.joined(separator: " ")
    let names = candidate.names
    if names.contains(where: { $0 == words.phrase || $0 == joined }) { return 0 }
    let isInText = words.phrase.count > 1 && candidate.text.contains(words.phrase)
    // `^C` is not the word c.
    if words.areLetters, words.phrase != joined { return isInText ? 5 : nil }
    if names.contains(where: words.areWords(of:)) { return 1 }
    if names.contains(where: words.areIn) { return 2 }
    let head = names.joined(separator: " ") + " " + candidate.summary
    if head.contains(words.phrase) && words.phrase.count > 1 || words.areWords(of: head) { return 3 }
    if words.areIn(head) { return 4 }
    if words.areLetters { return nil }
    if isInText { return 5 }
    if words.areWords(of: candidate.text) { return 6 }
    if words.areIn(candidate.text) { return 7 }
    return words.stemsAreIn(head + " " + candidate.text) ? 8 : nil
  }

  /// As Markdown.
  package static func page(_ found: [Entry], topic: String) -> String {
    var lines = found.prefix(most).map { "- `\($0.question)`: \($0.summary)" }
    if found.count > most { lines.append("- and \(found.count - most) more; add another word") }
    let isNamed = found.contains(where: \.isNamed)
    let head = isNamed ? "Found for `\(topic)`:" : "No name contains `\(topic)`. It appears in"
    return head + "\n\n" + lines.joined(separator: "\n")
  }
}
