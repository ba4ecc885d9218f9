import MocoBase
import MocoLang
import MocoRuntime

#if canImport(Glibc)
  import Glibc
#endif

/// The candidates for Tab, from the text before the cursor and the existing values. No code is run.
package struct Completer {
  let interpreter: Interpreter
  /// Its modules and models are offered.
  var library: StandardLibrary?
  var commands: [SessionCommand]
  /// The public names of a module, which is read but not run.
  var moduleNames: (Use.Source) -> [String] = { _ in [] }
  /// Names of a program that has not run.
  var declared: DeclaredNames?

  /// - Parameter moduleNames: the public names of a module, which is read but not run.
  package init(
    interpreter: Interpreter, library: StandardLibrary? = nil,
    commands: [SessionCommand] = SessionCommand.all,
    moduleNames: @escaping (Use.Source) -> [String] = { _ in [] }, declared: DeclaredNames? = nil
  ) {
    self.interpreter = interpreter
    self.library = library
    self.commands = commands
    self.moduleNames = moduleNames
    self.declared = declared
  }

  /// The candidates at the cursor.
  ///
  /// - Parameter cursor: in Unicode scalars.
  package func completion(_ block: String, cursor: Int) -> Completion {
    let text = Array(block.unicodeScalars.prefix(cursor))
    if let first = text.first, first == "%" { return command(text) }
    let scanner = SourceScanner(text, interpreter.dialect)
    switch scanner.end {
    case .comment: return Completion()
    case .string(let start): return inString(text, start: start, scanner)
    case .code: break
    }
    var start = text.count
    while start > 0, SourceScanner.continuesName(text[start - 1]) { start -= 1 }
    let word = string(text[start...])
    if word.unicodeScalars.first.map({ !SourceScanner.startsName($0) }) ?? false { return Completion() }
    if start > 0, text[start - 1] == ".", !(start > 1 && text[start - 2] == ".") {
      return members(Array(text[..<(start - 1)]), word, scanner)
    }
    if let names = imports(block, text, scanner) { return offer(names, word, .word) }
    let before = string(text[..<start]).split(separator: " ", omittingEmptySubsequences: true).last
    if before == "use" || before == "from", text[start - 1] == " " {
      return offer(library?.modules ?? [], word, .module)
    }
    let labels = labels(text, scanner)
    let formWords = interpreter.dialect.continuations(of: words(text[..<start]))
    // Without a first letter, the names of the session.
    if word.isEmpty, labels.isEmpty {
      guard !text.allSatisfy({ $0 == " " || $0 == "\n" }) else { return Completion() }
      return names(interpreter.names.filter { !$0.isBuiltin }.map(\.name) + (declared?.names ?? []), word)
    }
    var found = offer(labels.map { $0 + ": " }, word, .label)
    if !word.isEmpty {
      let ordinary =
        interpreter.names.map(\.name) + (declared?.names ?? []) + formWords + SourceScanner.keywords
        + SourceScanner.constants
      found.candidates = (found.candidates + names(ordinary, word).candidates).sorted { $0.text < $1.text }
    }
    return found
  }

  private func names(_ names: [String], _ word: String) -> Completion {
    let fitting = fitting(names, word)
    let known = named(Set(fitting).contains)
    return Completion(
      replaces: word.unicodeScalars.count,
      candidates: fitting.map { known[$0] ?? Completion.Candidate($0, .keyword) })
  }

  func offer(_ candidates: [String], _ word: String, _ kind: Completion.Candidate.Kind) -> Completion {
    Completion(
      replaces: word.unicodeScalars.count,
      candidates: fitting(candidates, word).map { Completion.Candidate($0, kind) })
  }

  /// Those with this prefix, without duplicates, sorted.
  private func fitting(_ candidates: [String], _ word: String) -> [String] {
    var seen = Set<String>()
    return candidates.filter { candidate in
      // Names with a leading underscore are private: offered only after an underscore is typed.
      candidate.hasPrefix(word) && (!candidate.hasPrefix("_") || word.hasPrefix("_"))
        && seen.insert(candidate).inserted
    }.sorted()
  }

  func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    String(String.UnicodeScalarView(scalars))
  }

  // MARK: Values

  var lookup: Lookup { Lookup(interpreter: interpreter, declared: declared) }

  /// The steps at the end of the text: `a.b[0]["c"].f(x)`; nil if it ends with something else.
  func chain(_ text: [Unicode.Scalar], _ scanner: SourceScanner) -> [Lookup.Step]? {
    var steps: [Lookup.Step] = []
    var end = text.count
    while true {
      if end > 0, text[end - 1] == "]", let open = scanner.partners[end - 1] {
        let inner = string(text[(open + 1)..<(end - 1)]).trimmed
        if let place = Int(inner) {
          steps.insert(.place(place), at: 0)
        } else if inner.count > 1, inner.hasPrefix("\""), inner.hasSuffix("\""), !inner.contains("\\") {
          steps.insert(.key(String(inner.dropFirst().dropLast())), at: 0)
        } else {
          steps.insert(.slice, at: 0)
        }
        end = open
        continue
      }
      if end > 0, text[end - 1] == ")", let open = scanner.partners[end - 1] {
        steps.insert(.call, at: 0)
        end = open
        continue
      }
      var start = end
      while start > 0, SourceScanner.continuesName(text[start - 1]) { start -= 1 }
      guard start < end, SourceScanner.startsName(text[start]) else { return nil }
      steps.insert(.name(string(text[start..<end])), at: 0)
      guard start > 0, text[start - 1] == "." else { return steps }
      end = start - 1
    }
  }

  private func members(
    _ before: [Unicode.Scalar], _ word: String, _ scanner: SourceScanner
  ) -> Completion {
    let found: Lookup.Found?
    if before.last == "\"" {
      found = .type("String")
    } else if before.last == "]", let open = scanner.partners[before.count - 1],
      open == 0
        || !SourceScanner.continuesName(before[open - 1]) && !")]\"".unicodeScalars.contains(before[open - 1])
    {
      found = .type("List")
    } else {
      found = chain(before, scanner).flatMap(lookup.find)
    }
    if let found {
      // Keys that are not names are written in brackets.
      let members = lookup.members(found).filter(SourceScanner.isName)
      let functions = functions(taking: found.typeName ?? "")
      if !members.isEmpty || !functions.isEmpty {
        return Completion(
          replaces: word.unicodeScalars.count,
          candidates: fitting(members + functions, word).map { member($0, of: found) })
      }
    }
    // Every function can be called as a method, but the complete list would not help.
    return names(
      word.isEmpty ? [] : interpreter.names.filter { $0.typeName == "Function" }.map(\.name), word)
  }

  /// Built-in functions for a String, a List or a Record, by the name of their first parameter.
  private func functions(taking typeName: String) -> [String] {
    let wanted: Set<String>
    let more: [String]
    switch typeName {
    case "String": (wanted, more) = (["s"], ["len", "contains", "reversed", "format"])
    case "List": (wanted, more) = (["xs"], ["len", "min", "max", "zip", "copy"])
    case "Record": (wanted, more) = (["r"], [])
    default: return []
    }
    return more
      + interpreter.names.filter { $0.isBuiltin && $0.typeName == "Function" }.map(\.name).filter { name in
        interpreter.value(named: name).map { wanted.contains(interpreter.parameters(of: $0).first ?? "") }
          ?? false
      }
      // Deprecated names are still completed when typed.
      .filter { interpreter.effect(builtin: $0)?.newName == nil }
  }

  /// Argument labels of the call around the cursor, without those of existing arguments.
  private func labels(_ text: [Unicode.Scalar], _ scanner: SourceScanner) -> [String] {
    guard let open = scanner.open.last else { return [] }
    let here = given(text, open + 1..<text.count, scanner)
    if text[open] == "(" {
      guard let steps = chain(Array(text[..<open]), scanner), let function = lookup.find(steps) else {
        return []
      }
      return lookup.parameters(function).dropFirst(here.positions).filter { !here.labels.contains($0) }
    }
    guard text[open] == "{" else { return [] }
    // A trailing block: of a call, or of a command form.
    var end = open
    while end > 0, text[end - 1] == " " { end -= 1 }
    if end > 0, text[end - 1] == ")", let paren = scanner.partners[end - 1] {
      guard let steps = chain(Array(text[..<paren]), scanner), let function = lookup.find(steps) else {
        return []
      }
      let before = given(text, paren + 1..<end, scanner)
      return lookup.parameters(function).dropFirst(before.positions)
        .filter { !here.labels.contains($0) && !before.labels.contains($0) }
    }
    if let name = blockCall(text[..<end]), let function = interpreter.value(named: name) {
      return interpreter.parameters(of: function).filter { !here.labels.contains($0) }
    }
    if let options = options(text, scanner) { return options.filter { !here.labels.contains($0) } }
    guard let form = form(text[..<open]), let function = interpreter.value(named: form.function) else {
      return []
    }
    let parts = Set(form.parts.map(\.word))
    return interpreter.parameters(of: function).dropFirst()
      .filter { !parts.contains($0) && !here.labels.contains($0) }
  }

  /// The arguments in a part of a text: labels, and the number of complete positional arguments.
  func given(
    _ text: [Unicode.Scalar], _ range: Range<Int>, _ scanner: SourceScanner
  ) -> (labels: Set<String>, positions: Int) {
    var result: (labels: Set<String>, positions: Int) = ([], 0)
    var isNamed = false
    var inside = range.lowerBound
    for token in scanner.tokens
    where token.range.lowerBound >= inside && token.range.upperBound <= range.upperBound {
      let first = text[token.range.lowerBound]
      if token.kind == .label {
        result.labels.insert(string(text[token.range]))
        isNamed = true
      } else if token.kind == .bracket, let partner = scanner.partners[token.range.lowerBound] {
        inside = max(inside, partner)
      } else if token.kind == .operator, first == "," {
        if !isNamed { result.positions += 1 }
        isNamed = false
      }
    }
    // An expression that ends with a closing bracket is a positional argument too.
    if range.upperBound < text.count, text[range.upperBound - 1] == ")", !isNamed, range.count > 1 {
      result.positions += 1
    }
    return result
  }

  // MARK: Strings

  private func inString(_ text: [Unicode.Scalar], start: Int, _ scanner: SourceScanner) -> Completion {
    let typed = string(text[(start + 1)...])
    // A key in brackets: template["…"], record["…"].
    if start > 0, text[start - 1] == "[", let steps = chain(Array(text[..<(start - 1)]), scanner),
      let found = lookup.find(steps)
    {
      let keys = lookup.keys(found)
      if !keys.isEmpty {
        return Completion(
          replaces: typed.unicodeScalars.count,
          candidates: keys.filter { $0.hasPrefix(typed) }.sorted().map {
            Completion.Candidate($0 + "\"]", .key)
          })
      }
    }
    var completion = paths(typed, isQuoted: true)
    if start > 0, text[start - 1] == "(",
      case .name(let function) = chain(Array(text[..<(start - 1)]), scanner)?.last
    {
      // The argument of help is not a file.
      if function == "help" { completion.candidates = [] }
      let known = known(to: function).filter { $0.hasPrefix(typed) }.map {
        Completion.Candidate($0 + "\"", .word)
      }
      completion.candidates = known + completion.candidates
      if completion.candidates.count == known.count { completion.replaces = typed.unicodeScalars.count }
    }
    return completion
  }

  /// Words that a function accepts as its first argument.
  private func known(to function: String) -> [String] {
    switch function {
    case "load_clip": library?.models ?? []
    case "dataset": ["fashion", "fashion-full"]
    case "help": (library?.pages ?? []).filter { $0 != "index" }.sorted()
    case "style", "styled", "in_style":
      (interpreter.value(named: "styles")?.asList ?? []).compactMap(\.asString)
    default: []
    }
  }

  /// Files and folders that continue a path; folders end in `/`.
  ///
  /// - Parameter isQuoted: in a string of a program, where names are written as in source.
  func paths(_ typed: String, isQuoted: Bool = false) -> Completion {
    let slash = typed.lastIndex(of: "/")
    let folder = slash.map { String(typed[...$0]) } ?? ""
    let word = slash.map { String(typed[typed.index(after: $0)...]) } ?? typed
    var real = folder.isEmpty ? "." : folder
    if real.hasPrefix("~/"), let home = ProcessEnvironment.value("HOME") { real = home + real.dropFirst(1) }
    guard let handle = opendir(real) else { return Completion() }
    defer { closedir(handle) }
    var found: [String] = []
    while let entry = readdir(handle), found.count < 10_000 {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let written = isQuoted ? String(StringText.quoted(name).dropFirst().dropLast()) : name
      guard name != ".", name != "..", written.hasPrefix(word), !name.hasPrefix(".") || word.hasPrefix(".")
      else {
        continue
      }
      var status = stat()
      let isFolder = stat(real + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      found.append(isFolder ? written + "/" : written)
    }
    return Completion(
      replaces: word.unicodeScalars.count, candidates: found.sorted().map { Completion.Candidate($0, .path) })
  }

  // MARK: Commands

  private func command(_ text: [Unicode.Scalar]) -> Completion {
    guard let space = text.firstIndex(of: " ") else {
      let word = string(text[...])
      var found = offer(commands.map { "%" + $0.name }, word, .command)
      for index in found.candidates.indices {
        let name = found.candidates[index].text.dropFirst()
        found.candidates[index].doc = commands.first { $0.name == name }?.doc
      }
      return found
    }
    let name = string(text[1..<space])
    let argument = string(text[(space + 1)...])
    switch commands.first(where: { $0.name == name })?.completion ?? .code {
    case .nothing: return Completion()
    case .program:
      // The arguments after -- and --set are the program's own.
      return argument.contains(" --") ? Completion() : paths(argument)
    case .writtenPath: return paths(argument.hasPrefix("-f ") ? String(argument.dropFirst(3)) : argument)
    case .path: return paths(argument)
    case .words(let words):
      let (candidates, word) = words(argument)
      return offer(candidates, word, .word)
    case .code:
      var inner = completion(argument, cursor: argument.unicodeScalars.count)
      if argument.isEmpty { inner.candidates = [] }
      return inner
    }
  }
}
