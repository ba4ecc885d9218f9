import CEditline
import MocoCLIP
import MocoLang
import MocoRuntime

#if canImport(Glibc)
  import Glibc
#endif

extension Prompt {
  /// Commands of the prompt: `%name`.
  enum Command: String, CaseIterable {
    case cd, config, edit, explain, export, help, history, load, pwd, quit, reload, reset, run, save, time,
      timeit
    case vars, `where`, who

    var usage: String {
      switch self {
      case .cd: "cd FOLDER"
      case .config: "config [NAME [VALUE]]"
      case .edit: "edit [FILE]"
      case .explain: "explain CODE"
      case .export: "export [-f] FILE.md"
      case .help: "help"
      case .history: "history [-n COUNT|FIRST-LAST|TEXT]"
      case .load: "load FILE"
      case .pwd: "pwd"
      case .quit: "quit"
      case .reload: "reload [NAME]"
      case .reset: "reset [NAME …]"
      case .run: "run FILE [--set name=value] [-- args …]"
      case .save: "save [-f] FILE.moco"
      case .time: "time CODE"
      case .timeit: "timeit [-n TURNS] [-r RUNS] CODE"
      case .vars: "vars"
      case .where: "where"
      case .who: "who [TYPE]"
      }
    }

    var explanation: String {
      switch self {
      case .cd: "changes the folder that paths are relative to"
      case .config: "shows and changes settings: digits, rows, images, suggest"
      case .edit: "opens the last block, or a file, in $EDITOR and runs what comes back"
      case .explain: "says what an error code means"
      case .export:
        "writes this session as Markdown: blocks and what they showed; -f over a file that is there"
      case .help: "lists the commands"
      case .history:
        "shows what was entered last, inputs of this session by number, or entries that hold a text"
      case .load: "puts the text of a file at the prompt, to be edited and run"
      case .pwd: "shows the folder that paths are relative to"
      case .quit: "leaves, as ^D does"
      case .reload: "runs the modules in use again, or one of them, changed or not"
      case .reset: "forgets all names, or those given; %save and %export still know the blocks"
      case .run: "runs a file; its names stay; args holds what stands behind --"
      case .save: "writes the blocks of this session that ran to a file; -f over one that is there"
      case .time: "runs code once and says how long it took; { … } goes on over several lines"
      case .timeit: "runs code many times: mean and deviation of one run; { … } goes on over several lines"
      case .vars: "lists names with their type and value"
      case .where: "shows the variables of the functions that the last error has ended"
      case .who: "lists names, all or of one type"
      }
    }
  }

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

extension String {
  func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }
}
