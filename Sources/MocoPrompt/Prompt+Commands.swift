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
    case cd, edit, explain, export, help, history, load, pwd, quit, reload, reset, run, save, time, timeit, vars, who

    var usage: String {
      switch self {
      case .cd: "cd FOLDER"
      case .edit: "edit [FILE]"
      case .explain: "explain CODE"
      case .export: "export FILE.md"
      case .help: "help"
      case .history: "history [COUNT|TEXT]"
      case .load: "load FILE"
      case .pwd: "pwd"
      case .quit: "quit"
      case .reload: "reload [NAME]"
      case .reset: "reset"
      case .run: "run FILE"
      case .save: "save [-f] FILE.moco"
      case .time: "time CODE"
      case .timeit: "timeit CODE"
      case .vars: "vars"
      case .who: "who [TYPE]"
      }
    }

    var explanation: String {
      switch self {
      case .cd: "changes the folder that paths are relative to"
      case .edit: "opens the last block, or a file, in $EDITOR and runs what comes back"
      case .explain: "says what an error code means"
      case .export: "writes this session as Markdown: blocks and what they showed"
      case .help: "lists the commands"
      case .history: "shows what was entered last, or the last entries that hold a text"
      case .load: "puts the text of a file at the prompt, to be edited and run"
      case .pwd: "shows the folder that paths are relative to"
      case .quit: "leaves, as ^D does"
      case .reload: "runs the modules in use again, or one of them, changed or not"
      case .reset: "forgets all names; %save and %export still know the blocks"
      case .run: "runs a file; its names stay"
      case .save: "writes the blocks of this session that ran to a file; -f over one that is there"
      case .time: "runs code once and says how long it took"
      case .timeit: "runs code many times: mean and deviation of one run"
      case .vars: "lists names with their type and value"
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
      guard argument.isEmpty else { return usage(.reset) }
      let count = ownNames().count
      interpreter.reset()
      Console.print(count == 1 ? "1 name forgotten\n" : "\(count) names forgotten\n")
    case .run:
      guard let text = read(argument, for: .run) else { return }
      runCell(text, name: argument, shows: false)
    case .save: save(argument)
    case .time: time(argument)
    case .timeit: timeit(argument)
    case .vars: listVariables()
    case .who: listNames(argument)
    }
  }

  private func listCommands() {
    for command in Command.allCases {
      Console.print("  %" + command.usage.padded(20) + command.explanation + "\n")
    }
    Console.print("  !" + "COMMAND".padded(20) + "runs a command of the shell\n")
  }

  /// `!command`
  func shell(_ command: String) {
    guard !command.isEmpty else { return Console.report("write !COMMAND, such as !ls\n") }
    Console.flush()
    let status = ce_run_shell(command)
    if status != 0 { Console.report(status < 0 ? "the command was ended\n" : "status \(status)\n") }
  }

  // MARK: Time

  private func time(_ code: String) {
    guard !code.isEmpty else { return usage(.time) }
    let (wall, cpu) = (Terminal.seconds, Prompt.processorSeconds())
    runCell(code)
    let took = (Terminal.seconds - wall, Prompt.processorSeconds() - cpu)
    Console.print("time: \(Prompt.duration(took.0)), processor \(Prompt.duration(took.1))\n")
  }

  /// Seven measurements of as many turns as take about a fifth of a second.
  private func timeit(_ code: String) {
    guard !code.isEmpty else { return usage(.timeit) }
    // The code runs once as it is, so that its errors show their own place.
    let answer = interpreter.value(named: "ans")
    guard runCell(code, shows: false) else { return }
    interpreter.setAnswer(answer)
    let body = "func _timeit(_turns) {\n  for _turn in 0..<_turns {\n\(code)\n  }\n  return nil\n}"
    let made = interpreter.run(SourceFile(name: "%timeit", text: body), mode: .cell)
    guard made.failure == nil, let function = interpreter.value(named: "_timeit") else {
      Console.report(made.diagnostics)
      return
    }
    var turns = 1
    var times: [Double] = []
    do {
      try Console.interruptible {
        while true {
          let start = Terminal.seconds
          _ = try interpreter.call(function, [.int(turns)])
          let took = Terminal.seconds - start
          if took >= 0.2 || turns >= 10_000_000 { break }
          let (more, overflow) = turns.multipliedReportingOverflow(
            by: took > 0.02 ? Int(0.25 / took) + 1 : 10)
          turns = overflow ? 10_000_000 : min(more, 10_000_000)
        }
        for _ in 0..<7 {
          let start = Terminal.seconds
          _ = try interpreter.call(function, [.int(turns)])
          times.append((Terminal.seconds - start) / Double(turns))
        }
      }
    } catch {
      Console.report(error)
      return
    }
    let mean = times.reduce(0, +) / Double(times.count)
    let deviation = (times.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(times.count)).squareRoot()
    let sign = traits.glyphs == .unicode ? "±" : "+-"
    Console.print(
      "\(Prompt.duration(mean)) \(sign) \(Prompt.duration(deviation)) a turn (7 runs of \(turns))\n")
  }

  static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Three digits and a unit: `12.3 ms`.
  static func duration(_ seconds: Double) -> String {
    let (value, unit): (Double, String) =
      seconds >= 1
      ? (seconds, "s")
      : seconds >= 1e-3
        ? (seconds * 1e3, "ms")
        : seconds >= 1e-6 ? (seconds * 1e6, "µs") : (seconds * 1e9, "ns")
    let scale = value >= 100 ? 1.0 : value >= 10 ? 10 : 100
    let rounded = (value * scale).rounded() / scale
    return (rounded == rounded.rounded() && scale == 1 ? String(Int(rounded)) : String(rounded)) + " " + unit
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
      let value = interpreter.value(named: info.name).map { interpreter.display($0, width: room) } ?? ""
      let line = value.split(separator: "\n").first.map(String.init) ?? ""
      let short = line.count > room ? line.prefix(room - 1) + "…" : line[...]
      Console.print("  \(info.name.padded(nameWidth + 2))\(info.typeName.padded(typeWidth + 2))\(short)\n")
    }
  }

  // MARK: Files

  private func usage(_ command: Command) { Console.report("write %\(command.usage)\n") }

  private func read(_ path: String, for command: Command) -> String? {
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

  private func expanded(_ path: String) -> String {
    if path == "~" || path.hasPrefix("~/"), let home = environment("HOME") { return home + path.dropFirst() }
    return path
  }

  private func save(_ argument: String) {
    let words = argument.split(separator: " ", maxSplits: 1).map(String.init)
    let isForced = words.first == "-f"
    let path = isForced ? (words.count > 1 ? words[1].trimmed : "") : argument
    guard !path.isEmpty, path != "-f" else { return usage(.save) }
    let file = expanded(path)
    guard isForced || saved.contains(file) || FileSystem.kind(file) == .missing else {
      return Console.report("\(path) is there already; %save -f \(path) writes over it\n")
    }
    do {
      try AtomicFile.write(SavedSession.text(accepted.map(\.block)), to: file)
      saved.insert(file)
      Console.show(written(path))
    } catch {
      Console.report(error)
    }
  }

  private func written(_ path: String) -> String {
    (accepted.count == 1 ? "1 block" : "\(accepted.count) blocks") + " written to \(path)\n"
  }

  private func exportSession(_ path: String) {
    guard path.hasSuffix(".md") else { return usage(.export) }
    let cells = accepted.map { cell in
      "```moco\n\(cell.block)\n```\n" + (cell.output.isEmpty ? "" : "\n```\n\(cell.output)\n```\n")
    }.joined(separator: "\n")
    do {
      try AtomicFile.write("# A session of moco \(Moco.version)\n\n" + cells, to: expanded(path))
      Console.show(written(path))
    } catch {
      Console.report(error)
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

  private func showHistory(_ argument: String) {
    // A number says how many, anything else what they hold.
    let count = Int(argument)
    if let count, count < 1 { return usage(.history) }
    let wanted =
      argument.isEmpty || count != nil ? history.entries : history.entries.filter { $0.contains(argument) }
    for entry in wanted.suffix(count ?? 20).map({ TerminalText.safe($0) }) {
      let text = traits.colour == .none ? entry : Highlighter.coloured(entry)
      Console.print(
        text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  ") + "\n")
    }
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
