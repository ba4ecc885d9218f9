import MocoLang
import MocoRuntime

#if canImport(Glibc)
  import Glibc
#endif

/// What Tab offers, from the text before the cursor and the values that exist. Nothing is run for it.
struct Completer {
  let interpreter: Interpreter
  /// Its modules and models are offered.
  var library: StandardLibrary?
  static let commands = Prompt.Command.allCases.map { "%" + $0.rawValue }

  func completion(_ block: String, cursor: Int) -> Completion {
    let text = Array(block.unicodeScalars.prefix(cursor))
    if let first = text.first, first == "%" { return command(text) }
    let scanner = SourceScanner(text)
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
      return offer(members(Array(text[..<(start - 1)]), word, scanner), word)
    }
    let before = string(text[..<start]).split(separator: " ", omittingEmptySubsequences: true).last
    if before == "use" || before == "from", text[start - 1] == " " {
      return offer(library?.modules ?? [], word)
    }
    let names = interpreter.names.map(\.name)
    let labels = labels(text, scanner)
    // Without a letter to begin with, what the session itself has.
    if word.isEmpty, labels.isEmpty {
      guard !text.allSatisfy({ $0 == " " || $0 == "\n" }) else { return Completion() }
      return offer(interpreter.names.filter { !$0.isBuiltin }.map(\.name), word)
    }
    let ordinary = word.isEmpty ? [] : names + SourceScanner.keywords + SourceScanner.constants
    return offer(labels.map { $0 + ": " } + ordinary, word)
  }

  private func offer(_ candidates: [String], _ word: String) -> Completion {
    var seen = Set<String>()
    let fitting = candidates.filter { candidate in
      // Names with an underscore in front are private: offered only when asked for.
      candidate.hasPrefix(word) && (!candidate.hasPrefix("_") || word.hasPrefix("_"))
        && seen.insert(candidate).inserted
    }
    return Completion(replaces: word.unicodeScalars.count, candidates: fitting.sorted())
  }

  private func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    String(String.UnicodeScalarView(scalars))
  }

  // MARK: Values

  /// A way to a value: a name, then fields, places and keys.
  private enum Step {
    case name(String)
    case place(Int)
    case key(String)
  }

  /// The steps that end the text: `a.b[0]["c"]`; nil where it ends in something else.
  private func chain(_ text: [Unicode.Scalar], _ scanner: SourceScanner) -> [Step]? {
    var steps: [Step] = []
    var end = text.count
    while true {
      if end > 0, text[end - 1] == "]", let open = scanner.partners[end - 1] {
        let inner = string(text[(open + 1)..<(end - 1)]).trimmed
        if let place = Int(inner) {
          steps.insert(.place(place), at: 0)
        } else if inner.count > 1, inner.hasPrefix("\""), inner.hasSuffix("\""), !inner.contains("\\") {
          steps.insert(.key(String(inner.dropFirst().dropLast())), at: 0)
        } else {
          return nil
        }
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

  /// The value at the end of a chain, through fields of records and host objects.
  private func value(_ steps: [Step]) -> AnyValue? {
    guard case .name(let first) = steps.first, var value = interpreter.value(named: first) else { return nil }
    for step in steps.dropFirst() {
      let next: AnyValue? =
        switch step {
        case .name(let name): field(name, of: value)
        case .place(let place): element(place, of: value)
        case .key(let key):
          value.asRecord?[key] ?? (try? value.asHost((any HostObject).self)?.index([.name(key)]))
        }
      guard let next else { return nil }
      value = next
    }
    return value
  }

  /// The value of names behind each other.
  func value(_ names: [String]) -> AnyValue? { value(names.map { .name($0) }) }

  private func field(_ name: String, of value: AnyValue) -> AnyValue? {
    if let field = value.asRecord?[name] { return field }
    guard let object: any HostObject = value.asHost() else {
      return interpreter.moduleMember(name, of: value)
    }
    if let member = try? object.member(name) { return member }
    return object.method(name).map { .function($0) }
  }

  private func element(_ place: Int, of value: AnyValue) -> AnyValue? {
    if let list = value.asList {
      let index = place < 0 ? place + list.count : place
      return list.indices.contains(index) ? list[index] : nil
    }
    guard let object: any HostObject = value.asHost() else { return nil }
    return try? object.index([.int(place)])
  }

  private func members(
    _ before: [Unicode.Scalar], _ word: String, _ scanner: SourceScanner
  ) -> [String] {
    let value: AnyValue?
    if before.last == "\"" {
      value = .string("")
    } else if before.last == "]", let open = scanner.partners[before.count - 1],
      open == 0
        || !SourceScanner.continuesName(before[open - 1]) && !")]\"".unicodeScalars.contains(before[open - 1])
    {
      value = .list([AnyValue]())
    } else {
      value = chain(before, scanner).flatMap(self.value)
    }
    if let value {
      // Keys that are no names are written in brackets.
      let members = interpreter.members(of: value).filter(SourceScanner.isName)
      let functions = functions(taking: value)
      if !members.isEmpty || !functions.isEmpty { return members + functions }
    }
    // Every function reads as a method, but the whole list of them helps nobody.
    return word.isEmpty ? [] : interpreter.names.filter { $0.typeName == "Function" }.map(\.name)
  }

  /// Built-in functions that are made for a String, a List or a Record, by what they call their first argument.
  private func functions(taking value: AnyValue) -> [String] {
    let wanted: Set<String>
    let more: [String]
    switch value.kind {
    case .string: (wanted, more) = (["s"], ["len", "contains", "reverse", "format"])
    case .list: (wanted, more) = (["xs"], ["len", "min", "max", "zip", "copy"])
    case .record: (wanted, more) = (["r"], [])
    default: return []
    }
    return more
      + interpreter.names.filter { $0.isBuiltin && $0.typeName == "Function" }.map(\.name).filter { name in
        interpreter.value(named: name).map { wanted.contains(interpreter.parameters(of: $0).first ?? "") }
          ?? false
      }
  }

  /// Argument labels of the call that the text stands in, without those of arguments that are there.
  private func labels(_ text: [Unicode.Scalar], _ scanner: SourceScanner) -> [String] {
    guard let open = scanner.open.last else { return [] }
    let here = given(text, open + 1..<text.count, scanner)
    if text[open] == "(" {
      guard let names = chain(Array(text[..<open]), scanner), let function = value(names) else { return [] }
      return interpreter.parameters(of: function).dropFirst(here.positions).filter {
        !here.labels.contains($0)
      }
    }
    guard text[open] == "{" else { return [] }
    // A trailing block: of a call, or of a command form.
    var end = open
    while end > 0, text[end - 1] == " " { end -= 1 }
    if end > 0, text[end - 1] == ")", let paren = scanner.partners[end - 1] {
      guard let names = chain(Array(text[..<paren]), scanner), let function = value(names) else { return [] }
      let before = given(text, paren + 1..<end, scanner)
      return interpreter.parameters(of: function).dropFirst(before.positions)
        .filter { !here.labels.contains($0) && !before.labels.contains($0) }
    }
    let line = text[..<open].split(separator: "\n").last ?? []
    let words = string(ArraySlice(line)).split(separator: " ").map(String.init)
    guard let form = words.first(where: { $0 == "train" || $0 == "evaluate" }),
      let function = interpreter.value(named: form)
    else { return [] }
    let operands: Set = ["model", "on", "for"]
    return interpreter.parameters(of: function).filter { !operands.contains($0) && !here.labels.contains($0) }
  }

  /// The arguments in a part of a text: labels, and how many positions are complete.
  private func given(
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
    // What a closing bracket ends is a position too.
    if range.upperBound < text.count, text[range.upperBound - 1] == ")", !isNamed, range.count > 1 {
      result.positions += 1
    }
    return result
  }

  // MARK: Strings

  private func inString(_ text: [Unicode.Scalar], start: Int, _ scanner: SourceScanner) -> Completion {
    let typed = string(text[(start + 1)...])
    // A key in brackets: template["…"], record["…"].
    if start > 0, text[start - 1] == "[", let names = chain(Array(text[..<(start - 1)]), scanner),
      let value = value(names)
    {
      let keys = keys(of: value)
      if !keys.isEmpty {
        return Completion(
          replaces: typed.unicodeScalars.count,
          candidates: keys.filter { $0.hasPrefix(typed) }.map { $0 + "\"]" }.sorted())
      }
    }
    var completion = paths(typed, isQuoted: true)
    if start > 0, text[start - 1] == "(",
      case .name(let function) = chain(Array(text[..<(start - 1)]), scanner)?.last
    {
      let known = known(to: function).filter { $0.hasPrefix(typed) }.map { $0 + "\"" }
      completion.candidates = known + completion.candidates
      if completion.candidates.count == known.count { completion.replaces = typed.unicodeScalars.count }
    }
    return completion
  }

  /// Words that a function knows as its first argument.
  private func known(to function: String) -> [String] {
    switch function {
    case "load_clip": library?.models ?? []
    case "dataset": ["fashion", "fashion-full"]
    case "style", "styled", "in_style":
      (interpreter.value(named: "styles")?.asList ?? []).compactMap(\.asString)
    default: []
    }
  }

  private func keys(of value: AnyValue) -> [String] {
    if let record = value.asRecord { return record.names }
    guard let object: any HostObject = value.asHost(), let groups = try? object.member("groups") else {
      return []
    }
    if let record = groups.asRecord { return record.names }
    return (groups.asList ?? []).compactMap { group in
      if let name = group.asString { return name }
      guard let object: any HostObject = group.asHost(), let name = try? object.member("name") else {
        return nil
      }
      return name.asString
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
    if real.hasPrefix("~/"), let home = environment("HOME") { real = home + real.dropFirst(1) }
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
    return Completion(replaces: word.unicodeScalars.count, candidates: found.sorted())
  }

  // MARK: Commands

  private func command(_ text: [Unicode.Scalar]) -> Completion {
    guard let space = text.firstIndex(of: " ") else { return offer(Completer.commands, string(text[...])) }
    let word = string(text[..<space])
    let argument = string(text[(space + 1)...])
    switch word {
    case "%load", "%run", "%save", "%cd", "%edit", "%export": return paths(argument)
    default:
      // The rest is code: complete it as such.
      var inner = completion(argument, cursor: argument.unicodeScalars.count)
      inner.candidates = argument.isEmpty ? [] : inner.candidates
      return inner
    }
  }
}
