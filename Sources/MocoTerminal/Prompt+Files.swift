import MocoBase
import MocoCLIP
import MocoLang
import MocoRuntime
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

extension Prompt {
  func expanded(_ path: String) -> String {
    if path == "~" || path.hasPrefix("~/"), let home = environment("HOME") { return home + path.dropFirst() }
    return path
  }

  /// `%run FILE [--set name=value] [-- args …]`
  func run(_ argument: String) {
    let request: RunRequest
    do {
      request = try RunRequest(argument) { FileSystem.kind(expanded($0)) == .file }
    } catch {
      switch error {
      case .usage: usage(.run)
      case .message(let text): Console.report(text + "\n")
      }
      return
    }
    guard let text = read(request.path, for: .run) else { return }
    runProgram(text, name: request.path, request)
  }

  /// Runs a program with settings and arguments of its own, which are gone afterwards. Its names stay.
  func runProgram(_ text: String, name: String, _ request: RunRequest) {
    let before = interpreter.value(named: "args")?.asList?.compactMap(\.asString) ?? []
    interpreter.clearOverrides()
    for setting in request.settings { interpreter.setOverride(setting.name, setting.text) }
    interpreter.setArguments(request.arguments)
    defer {
      interpreter.clearOverrides()
      interpreter.setArguments(before)
    }
    runCell(text, name: name, shows: false, mode: .program)
  }

  /// The program that the session begins with: its names stay, also after an error.
  public func begin(with source: SourceFile) {
    dress()
    runCell(source.text, name: source.name, shows: false, mode: .program)
    interpreter.clearOverrides()
  }

  /// Whether a file may be written: it is not there, or `-f` says so. Says what to type where it may not.
  private func mayWrite(_ target: WriteTarget, for command: Command) -> Bool {
    if target.isForced || FileSystem.kind(expanded(target.path)) == .missing { return true }
    Console.report(
      "\(target.path) is there already; %\(command.rawValue) -f \(target.path) writes over it\n")
    return false
  }

  func save(_ argument: String) {
    guard let target = WriteTarget(argument) else { return usage(.save) }
    guard mayWrite(target, for: .save) else { return }
    // What the start-up file has declared is not in the blocks.
    let remark = startUpPath.map { "// The session began with the start-up file \($0).\n\n" } ?? ""
    var context = CheckContext(interpreter)
    for name in SavedSession.promptNames {
      context.names[name] = nil
      context.builtins.removeValue(forKey: name)
    }
    let (text, leftOut) = SavedSession.text(accepted.map(\.block), context)
    let note = leftOut == 0 ? "" : ", \(leftOut) as a comment: Out and ans are names of the prompt"
    write(remark + text, to: target, note: note)
  }

  func exportSession(_ argument: String) {
    guard let target = WriteTarget(argument), target.path.hasSuffix(".md") else { return usage(.export) }
    guard mayWrite(target, for: .export) else { return }
    let cells = accepted.map { cell in
      "```moco\n\(cell.block)\n```\n" + (cell.output.isEmpty ? "" : "\n```\n\(cell.output)\n```\n")
    }.joined(separator: "\n")
    write("# A session of moco \(Moco.version)\n\n" + cells, to: target)
  }

  private func write(_ text: String, to target: WriteTarget, note: String = "") {
    do {
      try AtomicFile.write(text, to: expanded(target.path))
      Console.show(
        (accepted.count == 1 ? "1 block" : "\(accepted.count) blocks") + " written to \(target.path)\(note)\n"
      )
    } catch {
      Console.report(error)
    }
  }
}
