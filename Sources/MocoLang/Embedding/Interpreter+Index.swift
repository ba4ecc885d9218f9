// The index of all names: shown by `help("all")` and used by the search.

/// A function, value, field or method in the index.
public struct IndexEntry {
  /// The name as written: `sorted`, `Report.accuracy`, `Split.batches`.
  public var name: String
  /// The signature of a function, the type of a field.
  public var form: String
  /// One sentence.
  public var summary: String
  /// The text from which the summary is taken.
  public var text: String
}

extension Interpreter {
  /// The built-in functions and values, by name.
  public var indexOfNames: [IndexEntry] {
    globals.builtins.slots.keys.filter { !$0.hasPrefix("_") }.sorted().compactMap { name in
      guard let slot = globals.builtins.slots[name], globals.words[slot].tag != .undefined else { return nil }
      let doc = globals.doc(slot) ?? ""
      let form: String
      switch globals.words[slot].tag {
      case .native: form = nativeFunction(globals.words[slot]).signature.text
      default: form = name
      }
      return IndexEntry(name: name, form: form, summary: Summary.of(doc), text: doc)
    }
  }

  /// The named arguments of built-in functions and their option blocks, each with the functions.
  public var indexOfOptions: [(option: String, functions: [String])] {
    var found: [String: [String]] = [:]
    func add(_ option: String, _ owner: String) {
      // Single letters and `..rest` are not options to search for.
      guard option.utf8.count > 1, found[option]?.last != owner else { return }
      found[option, default: []].append(owner)
    }
    func add(_ blocks: [String: OptionBlock], _ owner: String) {
      for (name, block) in blocks.sorted(by: { $0.key < $1.key }) {
        add(name, owner)
        for option in block.names { add(option, owner) }
        add(block.blocks, owner)
      }
    }
    for name in globals.builtins.slots.keys.sorted() where !name.hasPrefix("_") {
      guard let slot = globals.builtins.slots[name], globals.words[slot].tag == .native else { continue }
      let function = nativeFunction(globals.words[slot])
      for parameter in function.signature.parameters { add(parameter.name, name) }
      add(function.blocks, name)
    }
    return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The members of all types, by type.
  public var indexOfTypes: [(type: HostType, members: [IndexEntry])] {
    hostTypes.values.sorted { $0.name < $1.name }.map { type in
      (
        type,
        type.members.map { member in
          IndexEntry(
            name: "\(type.name).\(member.name)",
            form: member.function?.signature.text ?? member.name + (member.type.map { ": \($0)" } ?? ""),
            summary: member.summary, text: member.function?.doc ?? member.summary)
        }
      )
    }
  }

  /// `help("all")`, as Markdown.
  public var indexPage: String {
    var lines = [
      "# Index of all names", "",
      "`help(name)` describes a function, `help(x)` a value and its members. At the prompt, `?word` searches this index.",
      "", "## Functions and values", "",
    ]
    lines += indexOfNames.map { "- `\($0.form)`: \($0.summary)" }
    for (type, members) in indexOfTypes {
      lines += ["", "## \(type.name)", "", type.summary]
      if !members.isEmpty { lines.append("") }
      lines += members.map { "- `\($0.form)`: \($0.summary)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
