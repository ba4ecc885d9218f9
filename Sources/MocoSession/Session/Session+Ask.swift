import MocoLang
import MocoRuntime

// Queries of a front end while the user types. They run no code and change nothing.

/// Whether a text is a complete cell.
public enum Completeness: Equatable, Sendable {
  /// It can be executed.
  case complete
  /// It is incomplete: the next line has this indentation.
  case incomplete(indent: Int)
  /// It has an error that further text cannot fix.
  case invalid
}

/// The description of a name.
public struct Inspection: Equatable, Sendable {
  /// As it is written: `report.accuracy`.
  public var name: String
  /// The type of its value, if it is known without running anything.
  public var type: String?
  /// In Markdown: a short description, and from detail 1 on its full doc text.
  public var markdown: String
}

extension Session {
  /// - Parameter cursor: in Unicode scalars.
  public func complete(_ text: String, at cursor: Int) -> Completion {
    completer().completion(text, cursor: cursor)
  }

  /// The same in a file that has not run.
  ///
  /// - Parameters:
  ///   - declared: what the file declares.
  ///   - file: whose folder paths of modules are relative to.
  package func complete(
    _ text: String, at cursor: Int, declared: DeclaredNames, in file: SourceFile
  ) -> Completion {
    completer(declared, in: file).completion(text, cursor: cursor)
  }

  func completer(
    _ declared: DeclaredNames? = nil, in file: SourceFile = SourceFile(name: "prompt", text: "")
  ) -> Completer {
    let names = runtime.moduleNames
    return Completer(
      interpreter: interpreter, library: library, commands: commands,
      moduleNames: { (try? names($0, file)) ?? [] }, declared: declared)
  }

  /// Whether Enter should execute a text, and how the next line begins if it should not.
  public func isComplete(_ text: String) -> Completeness {
    let trimmed = text.drop { $0 == " " || $0 == "\n" }
    let bound = Set(interpreter.names.filter { !$0.isBuiltin }.map(\.name))
    for command in ["%timeit ", "%time "] where trimmed.hasPrefix(command) {
      let argument = String(trimmed.dropFirst(command.count))
      return TimedCode.isComplete(argument, boundNames: bound, interpreter.dialect)
        ? .complete : goesOn(argument)
    }
    if ShellAssignment(String(trimmed)) != nil { return .complete }
    if trimmed.isEmpty || trimmed.hasPrefix("%") || trimmed.hasPrefix("!") || question(String(trimmed)) != nil
    {
      return .complete
    }
    let parsed = Parser.parse(SourceFile(name: "", text: text), interpreter.dialect, boundNames: bound)
    if parsed.isIncomplete { return goesOn(text) }
    return parsed.hasErrors ? .invalid : .complete
  }

  private func goesOn(_ text: String) -> Completeness {
    .incomplete(
      indent: SourceScanner.openIndentation(Array(text.unicodeScalars), interpreter.dialect).map { $0 + 2 }
        ?? 0)
  }

  /// The name at a position of a text, or the function of the enclosing call; nil if it is unknown.
  ///
  /// - Parameters:
  ///   - cursor: in Unicode scalars.
  ///   - detail: 0 for signature and first sentence, 1 for all.
  public func inspect(_ text: String, at cursor: Int, detail: Int = 0) -> Inspection? {
    let scalars = Array(text.unicodeScalars)
    var end = min(max(cursor, 0), scalars.count)
    while end < scalars.count, SourceScanner.continuesName(scalars[end]) { end += 1 }
    let before = Array(scalars[..<end])
    let scanner = SourceScanner(before, interpreter.dialect)
    guard case .code = scanner.end else { return nil }
    let completer = completer()
    if let steps = completer.chain(before, scanner), let found = inspect(steps, detail) { return found }
    for open in scanner.open.reversed().prefix(Completer.deepestBlock) where before[open] == "(" {
      if let steps = completer.chain(Array(before[..<open]), scanner), let found = inspect(steps, detail) {
        return found
      }
    }
    return nil
  }

  /// The description of a name such as `evaluate`, `report.accuracy`, `Report.accuracy`, `for` or `%save`.
  public func inspect(_ name: String, detail: Int = 0) -> Inspection? {
    guard let markdown = page(of: name) else { return nil }
    let found = lookup.find(name.split(separator: ".").map { .name(String($0)) })
    return Inspection(name: name, type: found?.typeName, markdown: Session.cut(markdown, detail))
  }

  private var lookup: Lookup { Lookup(interpreter: interpreter) }

  func inspect(_ steps: [Lookup.Step], _ detail: Int) -> Inspection? {
    var names: [String] = []
    for case .name(let name) in steps { names.append(name) }
    if names.count == steps.count { return inspect(names.joined(separator: "."), detail: detail) }
    let found = lookup.find(steps)
    let markdown =
      lookup.help(steps) ?? found?.typeName.flatMap { typeHelp([$0]) }
      ?? { if case .value(let value)? = found { interpreter.help(for: value) } else { nil } }()
    guard let markdown else { return nil }
    return Inspection(
      name: names.joined(separator: "."), type: found?.typeName, markdown: Session.cut(markdown, detail))
  }

  /// Head and first paragraph, or all.
  private static func cut(_ markdown: String, _ detail: Int) -> String {
    guard detail < 1 else { return markdown }
    let parts = markdown.split(separator: "\n\n", maxSplits: 2, omittingEmptySubsequences: false)
    return parts.prefix(2).joined(separator: "\n\n")
  }

  /// The history from the oldest to the newest entry, those that ran in this session with the number of their last run.
  public var historyEntries: [(number: Int?, text: String)] {
    history.entries.enumerated().map { (entryNumbers[$0.offset], $0.element) }
  }

  /// Entries of the history that contain a text, the newest last.
  public func searchHistory(_ text: String, limit: Int = .max) -> [String] {
    Array(history.entries.filter { $0.contains(text) }.suffix(max(limit, 0)))
  }
}
