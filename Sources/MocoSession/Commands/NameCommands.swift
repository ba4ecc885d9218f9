import MocoBase
import MocoLang

extension SessionCommand {
  static let vars = SessionCommand("vars", "", "lists names with their type and value") { session, _ in
    session.listVariables()
  }

  static let who = SessionCommand("who", "[TYPE]", "lists names, all or of one type", completion: .code) {
    session, argument in
    session.listNames(argument)
  }

  static let `where` = SessionCommand(
    "where", "", "shows the variables of the functions in which the last error occurred"
  ) { session, _ in
    session.showFailedFrames()
  }

  static let reset = SessionCommand(
    "reset", "[NAME …]", "removes all names, or the given ones; %save and %export keep the blocks",
    completion: .code
  ) { session, argument in
    session.reset(argument.split(separator: " ").map(String.init))
  }
}

extension Session {
  private func ownNames() -> [Interpreter.NameInfo] {
    interpreter.names.filter { !$0.isBuiltin && !$0.name.hasPrefix("_") }
  }

  fileprivate func listNames(_ type: String) {
    let all = ownNames()
    let names = all.filter { type.isEmpty || $0.typeName.lowercased() == type.lowercased() }.map(\.name)
    guard names.isEmpty else { return say(names.joined(separator: "  ") + "\n") }
    let types = Set(all.map(\.typeName)).sorted().joined(separator: ", ")
    say(type.isEmpty || types.isEmpty ? "no names\n" : "no names of type \(type); existing types: \(types)\n")
  }

  fileprivate func listVariables() {
    let names = ownNames()
    guard !names.isEmpty else { return say("no names\n") }
    let (nameWidth, typeWidth) = (names.map(\.name.count).max() ?? 0, names.map(\.typeName.count).max() ?? 0)
    for info in names {
      let room = max(width - nameWidth - typeWidth - 6, 10)
      let short = interpreter.value(named: info.name).map { interpreter.brief($0, width: room) } ?? ""
      say("  \(info.name.padded(nameWidth + 2))\(info.typeName.padded(typeWidth + 2))\(short)\n")
    }
  }

  /// `%where`: the calls in which the last error occurred, and the values of their variables.
  fileprivate func showFailedFrames() {
    guard let lastFailure else { return say("no error yet\n") }
    say(lastFailure + "\n")
    let frames = interpreter.failedFrames
    guard !frames.isEmpty else {
      return say("  the error did not occur in a function; %vars lists all names\n")
    }
    for frame in frames {
      let place = frame.line.map { "\(frame.file):\($0)" } ?? frame.file
      say("\n  \(frame.function.map { "in \($0)" } ?? "at the top level"), \(place)\n")
      if frame.variables.isEmpty { say("    no variables\n") }
      let nameWidth = frame.variables.map(\.name.count).max() ?? 0
      let typeWidth = frame.variables.map(\.typeName.count).max() ?? 0
      for variable in frame.variables {
        let head = "    \(variable.name.padded(nameWidth + 2))\(variable.typeName.padded(typeWidth + 2))"
        say(head + DisplayColumns.cut(variable.text, to: max(width - head.count - 1, 10)) + "\n")
      }
      if frame.omitted > 0 { say("    and \(frame.omitted) more\n") }
    }
  }

  /// `%reset`, `%reset mean`: removes all names or some, and restores built-ins that they hide.
  fileprivate func reset(_ names: [String]) {
    let own = ownNames().map(\.name)
    guard !names.isEmpty else {
      interpreter.reset()
      outputs.removeAll()
      return say(own.count == 1 ? "1 name removed\n" : "\(own.count) names removed\n")
    }
    for name in names {
      let wasCovering = interpreter.covered.contains(name)
      guard interpreter.forget(name) else {
        let near = Nearest.name(to: name, among: own).map { "; did you mean \($0)?" } ?? ""
        let isBuiltin = interpreter.value(named: name) != nil
        complain(isBuiltin ? "\(name) is already the built-in\n" : "unknown name \(name)\(near)\n")
        continue
      }
      say(
        wasCovering
          ? "deleted your '\(name)'; \(name) is the built-in function again\n" : "\(name) is removed\n")
    }
  }
}
