// Generated pages: functions, and types with their members.

import MocoLang

extension Manual {
  /// A page for each built-in function and value.
  static func functions(_ interpreter: Interpreter) -> [ManualPage] {
    interpreter.indexOfNames.map { entry in
      ManualPage(
        name: "function-\(entry.name)", kind: .function, title: entry.name, summary: entry.summary,
        markdown: "# \(entry.name)\n\n```moco\n\(entry.form)\n```\n\n"
          + described(entry.text, also: interpreter.relatedNames[entry.name]))
    }
  }

  /// A page for each type, with its members in the order of help.
  static func types(_ interpreter: Interpreter) -> [ManualPage] {
    interpreter.indexOfTypes.map { type, members in
      var text = "# \(type.name)\n\n\(type.summary)\n"
      if let element = type.element { text += "\nIts elements have the type \(element).\n" }
      for (member, entry) in zip(type.members, members) {
        text += "\n## \(member.name)\n\n"
        if member.function != nil {
          text += "```moco\n\(entry.form)\n```\n\n"
          if let result = member.type { text += "Returns: \(result).\n\n" }
        } else if let result = member.type {
          text += "Type: \(result).\n\n"
        }
        text += described(entry.text, also: interpreter.relatedNames[entry.name])
      }
      return ManualPage(
        name: "type-\(type.name)", kind: .type, title: type.name, summary: type.summary, markdown: text)
    }
  }

  private static func described(_ text: String, also: [String]?) -> String {
    guard let also, !also.isEmpty else { return text + "\n" }
    return text + "\n\nSee also: " + also.map { "`\($0)`" }.joined(separator: ", ") + "\n"
  }
}
