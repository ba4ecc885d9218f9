import CEditline
import MocoBase
import MocoCLIP
import MocoLang
import MocoRuntime
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

extension Prompt {
  typealias Command = CommandName

  func command(_ line: String) {
    let text = line.dropFirst()
    let name = String(text.prefix { !$0.isWhitespace })
    let argument = String(text.dropFirst(name.count)).trimmed
    guard let command = Command(rawValue: name) else {
      let near = Nearest.name(to: name, among: Command.allCases.map(\.rawValue))
      Console.report(
        "there is no command %\(name)" + (near.map { "; did you mean %\($0)?" } ?? "; %help lists them")
          + "\n")
      return
    }
    switch command {
    case .cd: changeFolder(argument)
    case .config: configure(argument)
    case .edit: edit(argument)
    case .explain: if argument.isEmpty { ErrorPages.list() } else { _ = ErrorPages.show(argument) }
    case .export: exportSession(argument)
    case .help: listCommands()
    case .history: showHistory(argument)
    case .load:
      if let text = read(argument, for: .load) { preset = text.trimmed }
    case .pwd: Console.show(currentFolder() + "\n")
    case .quit: isLeaving = true
    case .reload: reload(argument)
    case .reset:
      reset(argument.split(separator: " ").map(String.init))
    case .run:
      run(argument)
    case .save: save(argument)
    case .time: time(argument)
    case .timeit: timeit(argument)
    case .vars: listVariables()
    case .where: showFailedFrames()
    case .who: listNames(argument)
    }
  }

  private func listCommands() {
    let rows =
      Command.allCases.map { ("%" + $0.usage, $0.explanation) } + [
        ("!COMMAND", "runs a command of the shell"),
        ("x = !COMMAND", "makes a list of the lines that it prints"),
      ]
    // A command that is longer than most stands on a line of its own.
    let width = 22
    for (usage, explanation) in rows {
      let head =
        usage.count < width ? usage.padded(width) : usage + "\n" + String(repeating: " ", count: width + 2)
      Console.print("  " + head + explanation + "\n")
    }
  }

  // MARK: Names

  private func ownNames() -> [Interpreter.NameInfo] {
    interpreter.names.filter { !$0.isBuiltin && !$0.name.hasPrefix("_") }
  }

  private func listNames(_ type: String) {
    let all = ownNames()
    let names = all.filter { type.isEmpty || $0.typeName.lowercased() == type.lowercased() }.map(\.name)
    guard names.isEmpty else { return Console.print(names.joined(separator: "  ") + "\n") }
    let types = Set(all.map(\.typeName)).sorted().joined(separator: ", ")
    Console.print(
      type.isEmpty || types.isEmpty ? "no names\n" : "no names of type \(type); there are: \(types)\n")
  }

  private func listVariables() {
    let names = ownNames()
    guard !names.isEmpty else { return Console.print("no names\n") }
    let (nameWidth, typeWidth) = (names.map(\.name.count).max() ?? 0, names.map(\.typeName.count).max() ?? 0)
    for info in names {
      let room = max(traits.width - nameWidth - typeWidth - 6, 10)
      let short = interpreter.value(named: info.name).map { interpreter.brief($0, width: room) } ?? ""
      Console.print("  \(info.name.padded(nameWidth + 2))\(info.typeName.padded(typeWidth + 2))\(short)\n")
    }
  }

  // MARK: Files

  func usage(_ command: Command) { Console.report("write %\(command.usage)\n") }

  func read(_ path: String, for command: Command) -> String? {
    guard !path.isEmpty else {
      usage(command)
      return nil
    }
    do {
      return try FileSystem.readText(expanded(path))
    } catch {
      Console.report(error)
      return nil
    }
  }

  private func edit(_ path: String) {
    var file = expanded(path)
    let isTemporary = path.isEmpty
    if isTemporary {
      var pattern = Array(((environment("TMPDIR") ?? "/tmp") + "/moco-XXXXXX.moco").utf8CString)
      guard pattern.withUnsafeMutableBufferPointer({ ce_temporary($0.baseAddress, 5) }) else {
        Console.report("no temporary file can be made\n")
        return
      }
      file = String(decoding: pattern.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      try? AtomicFile.write((inputs.last ?? "") + "\n", to: file)
    }
    defer { if isTemporary { unlink(file) } }
    let command = environment("VISUAL") ?? environment("EDITOR") ?? "vi"
    Console.flush()
    let before = try? FileSystem.readText(file).trimmed
    let status = ce_run_editor(command, file)
    guard status == 0 else {
      return Console.report("\(command) ended with status \(status); nothing was run\n")
    }
    guard let text = read(file, for: .edit)?.trimmed, !text.isEmpty else {
      return Console.report("\(command) left nothing to run\n")
    }
    if isTemporary, text == before { return Console.print("nothing changed, nothing was run\n") }
    history.append(text)
    let shown = TerminalText.safe(text)
    Console.print((traits.colour == .none ? shown : Highlighter.coloured(shown)) + "\n")
    runCell(text)
  }

  private func changeFolder(_ path: String) {
    guard let target = path == "-" ? folderBefore : path.isEmpty ? environment("HOME") ?? "/" : expanded(path)
    else {
      return Console.report("there is no folder to go back to\n")
    }
    let here = currentFolder()
    if chdir(target) != 0 {
      Console.report("\(target): \(String(cString: strerror(errno)))\n")
    } else {
      folderBefore = here
      Console.show(currentFolder() + "\n")
    }
  }

  private func currentFolder() -> String {
    guard let name = getcwd(nil, 0) else { return "." }
    defer { free(name) }
    return String(cString: name)
  }
}
