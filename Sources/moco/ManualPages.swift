import MocoBase

/// Pages for `man`, one for each command, made of the commands' own declarations.
struct ManualPages {
  /// Names of files, such as `moco-sweep.1`, and what stands in them.
  private(set) var files: [(name: String, text: String)] = []
  private let version: String

  /// - Parameters:
  ///   - declarations: what the parser of the command line says of itself, as JSON.
  ///   - version: that of moco.
  /// - Throws: E0502 where it is in another form than this reads.
  init(_ declarations: String, version: String) throws {
    self.version = version
    let json = try Json.parse(declarations, name: "the declarations of the commands")
    guard json["serializationVersion"] == 0, let command = json["command"] else {
      throw Failure("E0502", "the declarations of the commands are in a form that is not known")
    }
    add(command, path: [])
  }

  private mutating func add(_ command: Json, path above: [String]) {
    let path = above + [command["commandName"]?.stringValue ?? ""]
    let inner = (command["subcommands"]?.arrayValue ?? []).filter {
      $0["commandName"] != "help" && $0["shouldDisplay"] != false
    }
    let name = path.joined(separator: "-")
    var text = ".TH \(name.uppercased().escaped) 1 \"\" \"moco \(version)\" \"moco\"\n"
    text += ".SH NAME\n\(name.escaped) \\- \(abstract(command).lowercasedFirst.escaped)\n"
    let arguments = (command["arguments"]?.arrayValue ?? []).filter { $0["shouldDisplay"] != false }
    text += ".SH SYNOPSIS\n.B \(path.joined(separator: " ").escaped)\n" + synopsis(arguments, inner)
    if let discussion = command["discussion"]?.stringValue {
      text += ".SH DESCRIPTION\n" + paragraphs(discussion)
    }
    if !inner.isEmpty {
      text += ".SH COMMANDS\n"
      for command in inner {
        let name = command["commandName"]?.stringValue ?? ""
        let page = (path + [name]).joined(separator: "-")
        text +=
          ".TP\n.B \((path + [name]).joined(separator: " ").escaped)\n\(abstract(command).escaped) See\n"
          + ".BR \(page.escaped) (1).\n"
      }
    }
    text += section("ARGUMENTS", arguments.filter { $0["kind"] == "positional" })
    var titles: [String] = []
    let options = arguments.filter { $0["kind"] != "positional" }
    for option in options {
      let title = option["sectionTitle"]?.stringValue ?? ""
      if !titles.contains(title) { titles.append(title) }
    }
    for title in titles {
      text += section(
        title.isEmpty ? "OPTIONS" : title.uppercased(),
        options.filter { ($0["sectionTitle"]?.stringValue ?? "") == title })
    }
    text += ".SH SEE ALSO\n" + related(path, inner)
    files.append((name + ".1", text))
    for command in inner { add(command, path: path) }
  }

  private func abstract(_ command: Json) -> String { command["abstract"]?.stringValue ?? "" }

  private func synopsis(_ arguments: [Json], _ inner: [Json]) -> String {
    var parts: [String] = []
    if arguments.contains(where: { $0["kind"] != "positional" }) { parts.append("[options]") }
    if !inner.isEmpty { parts.append("[command]") }
    for argument in arguments where argument["kind"] == "positional" {
      let name = argument["valueName"]?.stringValue ?? ""
      let isRepeating = argument["isRepeating"] == true
      let text = "\\fI\(name.escaped)\\fR" + (isRepeating ? " ..." : "")
      parts.append(argument["isOptional"] == true ? "[\(text)]" : text)
    }
    return parts.isEmpty ? "" : parts.joined(separator: " ") + "\n"
  }

  private func section(_ title: String, _ arguments: [Json]) -> String {
    guard !arguments.isEmpty else { return "" }
    return ".SH \(title.escaped)\n" + arguments.map(entry).joined()
  }

  private func entry(_ argument: Json) -> String {
    let value = argument["valueName"]?.stringValue ?? ""
    let names = (argument["names"]?.arrayValue ?? []).compactMap { name -> String? in
      guard let text = name["name"]?.stringValue else { return nil }
      return "\\fB\((name["kind"] == "long" ? "--" : "-").escaped)\(text.escaped)\\fR"
    }
    var head = names.joined(separator: ", ")
    if argument["kind"] == "positional" { head = "\\fI\(value.escaped)\\fR" }
    if argument["kind"] == "option" { head += " \\fI\(value.escaped)\\fR" }
    var text = argument["abstract"]?.stringValue ?? ""
    let values = (argument["allValues"]?.arrayValue ?? []).compactMap(\.stringValue)
    if !values.isEmpty, !values.allSatisfy({ text.contains($0) }) {
      text += " One of \(values.joined(separator: ", "))."
    }
    if let usual = argument["defaultValue"]?.stringValue { text += " The default is \(usual)." }
    if let more = argument["discussion"]?.stringValue { text += "\n\n" + more }
    return ".TP\n\(head)\n" + paragraphs(text, indented: true)
  }

  private func paragraphs(_ text: String, indented: Bool = false) -> String {
    let parts = text.split(separator: "\n\n").map { part in
      part.split(separator: "\n").map { String($0).escaped + "\n" }.joined(separator: ".br\n")
    }
    return parts.joined(separator: indented ? ".IP\n" : ".PP\n")
  }

  private func related(_ path: [String], _ inner: [Json]) -> String {
    var names = inner.map { (path + [$0["commandName"]?.stringValue ?? ""]).joined(separator: "-") }
    if path.count > 1 { names.insert(path.dropLast().joined(separator: "-"), at: 0) }
    let lines = names.map { ".BR \($0.escaped) (1)" }.joined(separator: ",\n")
    return (lines.isEmpty ? "" : lines + "\n.PP\n")
      + "The manual with a search: \\fBmoco docs \\-o\\fR \\fIdir\\fR. At the prompt: \\fBhelp(\"index\")\\fR.\n"
  }
}

extension String {
  /// As text of roff: nothing in it is a command.
  fileprivate var escaped: String {
    var text = replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("`", with: "\\(ga")
    text = text.replacing("'", with: "\\(aq").replacing("^", with: "\\(ha").replacing("~", with: "\\(ti")
    return text.hasPrefix(".") ? "\\&" + text : text
  }

  fileprivate var lowercasedFirst: String {
    var text = prefix(1).lowercased() + dropFirst()
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
