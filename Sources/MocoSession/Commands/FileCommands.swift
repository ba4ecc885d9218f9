import MocoBase
import MocoLang
import MocoRuntime

extension SessionCommand {
  static let run = SessionCommand(
    "run", "FILE [--set name=value] [-- args …]",
    "runs a file and keeps its names; args holds the arguments after --", completion: .program
  ) { session, argument in
    session.run(argument)
  }

  static let load = SessionCommand(
    "load", "FILE", "loads the text of a file at the prompt, to edit and run it", completion: .path
  ) { session, argument in
    if let text = session.read(argument, for: "load") { session.outcome.nextInput = text.trimmed }
  }

  static let save = SessionCommand(
    "save", "[-f] FILE.moco",
    "writes the blocks of this session that ran to a file; -f overwrites an existing one",
    completion: .writtenPath
  ) { session, argument in
    session.save(argument)
  }
}

extension Session {
  /// The text of a file that a command names; reports an error if it cannot be read.
  func read(_ path: String, for command: String) -> String? {
    guard !path.isEmpty else {
      usage(command)
      return nil
    }
    do {
      return try FileSystem.readText(expanded(path))
    } catch {
      report(error)
      return nil
    }
  }

  /// `%run FILE [--set name=value] [-- args …]`
  fileprivate func run(_ argument: String) {
    let request: RunRequest
    do {
      request = try RunRequest(argument) { FileSystem.kind(expanded($0)) == .file }
    } catch {
      switch error {
      case .usage: usage("run")
      case .message(let text): complain(text + "\n")
      }
      return
    }
    guard let text = read(request.path, for: "run") else { return }
    runProgram(text, name: request.path, request)
  }

  /// Runs a program with its own settings and arguments, which are removed afterwards. Its names are kept.
  private func runProgram(_ text: String, name: String, _ request: RunRequest) {
    let before = interpreter.value(named: "args")?.asList?.compactMap(\.asString) ?? []
    interpreter.clearOverrides()
    for setting in request.settings { interpreter.setOverride(setting.name, setting.text) }
    interpreter.setArguments(request.arguments)
    defer {
      interpreter.clearOverrides()
      interpreter.setArguments(before)
    }
    runCell(check(SourceFile(name: name, text: text)), shows: false, mode: .program)
  }

  /// Whether a file may be written: it does not exist, or `-f` is given. Otherwise reports what to type.
  package func mayWrite(_ target: WriteTarget, for command: String) -> Bool {
    if target.isForced || FileSystem.kind(expanded(target.path)) == .missing { return true }
    complain(
      "\(target.path) already exists; use %\(command) -f \(target.path) to overwrite it\n")
    return false
  }

  fileprivate func save(_ argument: String) {
    guard let target = WriteTarget(argument) else { return usage("save") }
    guard mayWrite(target, for: "save") else { return }
    // Declarations of the start-up file are not in the blocks.
    let remark = startUpPath.map { "// The session began with the start-up file \($0).\n\n" } ?? ""
    var context = checkContext()
    for name in SavedSession.promptNames {
      context.names[name] = nil
      context.builtins.removeValue(forKey: name)
    }
    let (text, leftOut) = SavedSession.text(recording.blocks.map(\.text), context)
    let note = leftOut == 0 ? "" : ", \(leftOut) as a comment: Out and ans are names of the prompt"
    write(remark + text, to: target, note: note)
  }

  private func write(_ text: String, to target: WriteTarget, note: String = "") {
    do {
      try AtomicFile.write(text, to: expanded(target.path))
      say("\(NumberText.counted(recording.blocks.count, "block")) written to \(target.path)\(note)\n")
    } catch {
      report(error)
    }
  }
}
