import MocoBase
import MocoLang
import MocoNotebook
import MocoRuntime
import MocoSession
import MocoTensor
import MocoTerminal

/// Runs the cells of a program and writes their outputs.
struct NotebookExport {
  /// The program, and the file to write.
  var file: String
  var output: String
  var running: RunningOptions
  /// What `args` gives.
  var arguments: [String]
  /// Whether code is left out.
  var hidesCode = false
  /// Whether the page runs the values of its controls in advance.
  var movesControls = true
  /// Whether no progress of cells is shown.
  var isQuiet = false
  /// Whether the outputs of cells are also shown in the terminal.
  var prints = false

  func run() -> Status {
    do {
      let source: SourceFile
      do {
        source = try SourceFile.read(file)
      } catch {
        Console.report(error)
        return .usage
      }
      guard let format = NotebookFile.Format(path: output) else { return .usage }
      try NotebookFile.checkWritable(output, beside: file)
      let frontEnd = ConsoleFrontEnd(isQuiet: isQuiet, dialect: Runtime.dialect)
      let recorder = NotebookRecorder(watcher: frontEnd, prints: prints)
      var options = try running.sessionOptions(arguments: arguments)
      let settings = options.runtime.overrides
      options.runtime.overrides = []
      let session = Session(options: options, delegate: recorder)
      let program = session.check(source)
      if program.hasErrors {
        Console.report(program.diagnostics)
        return .invalid
      }
      let notebook = try Notebook(program.parsed.program)
      let isLive = format == .page && movesControls
      let (run, states) = try frontEnd.watching { () throws -> (NotebookRun, PageStates?) in
        let before = { (index: Int) in say(program.parsed.program, index) }
        guard isLive else {
          let run = try NotebookRun(
            program, in: session, recorder: recorder, settings: settings, before: before)
          return (run, nil)
        }
        let run = try StateRun(
          program, in: session, recorder: recorder, settings: settings, options: stateOptions, before: before)
        return (run.run, run.states)
      }
      var page = page(notebook, run, session, source)
      page.states = states
      if format == .page { page.notice = PageControls.notice(run.records, states) }
      try NotebookFile.write(page, as: format, to: output)
      if !isQuiet { NotebookExport.remarkOnPictures() }
      if states != nil, let size = NotebookFile.size(of: output) { tell("\(output): \(size)\n") }
      if !prints { report(run, recorder) }
      return status(run)
    } catch {
      Console.report(error)
      switch (error as? Failure)?.code {
      case "E0307": return .usage
      case "E0406": return .interrupted
      default: return .failed
      }
    }
  }

  /// Notes once that figures have no PNG in addition to SVG.
  static func remarkOnPictures() {
    guard let reason = JupyterOutput.missing else { return }
    Console.remark("figures are written as SVG only: \(TerminalText.safe(reason))\n")
  }

  /// Options for running states in copies of the process.
  private var stateOptions: StateRun.Options {
    var options = StateRun.Options()
    options.jobs = Parallel.threadCount
    options.copyBegins = { Parallel.threadCount = 1 }
    options.says = { tell("\($0)\n") }
    return options
  }

  private func tell(_ line: String) { if !isQuiet { Console.remark(line) } }

  /// Reports the error that ended the run, which is also in the page.
  private func report(_ run: NotebookRun, _ recorder: NotebookRecorder) {
    guard run.status != .fine else { return }
    for case .diagnostics(let found) in recorder.record.outputs where found.contains(where: \.isError) {
      Console.report(found)
    }
  }

  private func say(_ program: Program, _ index: Int) {
    guard !isQuiet, !prints else { return }
    let title = program.cells[index].title
    Console.remark("cell \(index + 1) of \(program.cells.count)\(title.isEmpty ? "" : ": \(title)")\n")
  }

  private func page(
    _ notebook: Notebook, _ run: NotebookRun, _ session: Session, _ source: SourceFile
  ) -> NotebookPage {
    let name = FileSystem.name(of: file)
    var page = NotebookPage(notebook, Runtime.dialect, records: run.records, path: file)
    page.showsCode = !hidesCode
    page.facts = [
      ("moco", Moco.version), ("program", name),
      ("SHA-256", source.bytes.withUnsafeBytes { SHA256.hex($0) }),
      ("seed", String(session.runtime.context.seed)),
      ("kernels", "\(KernelFamily.vectors), products \(Products.text)"),
      ("processor", KernelFamily.processor), ("time", DurationText.precise(run.seconds)),
    ]
    let settings = running.settings
    if !settings.isEmpty { page.facts.append(("settings", settings.joined(separator: ", "))) }
    return page
  }

  private func status(_ run: NotebookRun) -> Status {
    switch run.status {
    case .fine: .fine
    case .failed: .failed
    case .interrupted: .interrupted
    case .left(let status): Status(rawValue: status)
    }
  }
}

/// Writes the outputs of a recorded run; nothing runs again.
struct RunExport {
  /// The run, by its name or folder, and the file to write.
  var run: String
  var output: String
  /// Whether code is left out.
  var hidesCode = false
  /// Whether no notes about the record are shown.
  var isQuiet = false

  func write() -> Status {
    do {
      guard let format = NotebookFile.Format(path: output) else { return .usage }
      let recorded = try RecordedRun(run)
      try NotebookFile.checkWritable(output, beside: recorded.folder + "/script.moco")
      var page = try recorded.page(Runtime.dialect)
      page.showsCode = !hidesCode
      try NotebookFile.write(page, as: format, to: output)
      if !isQuiet { NotebookExport.remarkOnPictures() }
      if !isQuiet { for remark in recorded.remarks { Console.remark(TerminalText.safe(remark) + "\n") } }
      return .fine
    } catch {
      Console.report(error)
      return .failed
    }
  }
}
