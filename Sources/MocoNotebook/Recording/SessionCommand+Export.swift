import MocoBase
import MocoLang
import MocoSession

extension SessionCommand {
  /// `%export`: the executed blocks of a session with their outputs, as a page, Markdown or for
  /// Jupyter.
  public static let export = SessionCommand(
    "export", "[-f] FILE.html|.md|.ipynb",
    "writes the executed blocks of this session and their outputs as a web page, Markdown or a Jupyter notebook; "
      + "nothing runs again; -f overwrites an existing file; the last \(SessionRecording.mostBytes >> 20) MB of outputs are kept",
    completion: .writtenPath
  ) { session, argument in
    session.export(argument)
  }

  /// Every command of a session, and those of notebooks.
  public static let allWithNotebooks = (all + [export]).sorted { $0.name < $1.name }
}

extension Session {
  /// The executed blocks with their results, as a page; nothing runs again.
  public func recordedPage() -> NotebookPage {
    var notebook = Notebook(cells: [
      Notebook.Cell(.markdown, source: "# \(title)")
    ])
    var records: [Int: CellRecord] = [:]
    for block in recording.blocks {
      let cells = cells(of: block.text)
      // Outputs are below its last cell with code.
      if let last = cells.lastIndex(where: { $0.kind == .code }) {
        records[notebook.cells.count + last] = block.record
      }
      notebook.cells += cells
    }
    var page = NotebookPage(
      notebook, interpreter.dialect, records: records, name: title)
    page.facts = facts
    page.notice = PageControls.notice(records, nil)
    page.facts.append(
      ("time", DurationText.precise(recording.blocks.reduce(0) { $0 + $1.record.seconds })))
    return page
  }

  /// A block is one cell, unless it contains cells: a file that was run.
  private func cells(of block: String) -> [Notebook.Cell] {
    let whole = [Notebook.Cell(.code, source: block)]
    guard block.contains("%%") else { return whole }
    let program = Parser.parse(SourceFile(name: "", text: block), interpreter.dialect).program
    guard program.hasCells, let read = try? Notebook(program) else { return whole }
    return read.cells.map { cell in
      var cell = cell
      // A file may have run more than once: its identifiers would not be unique.
      cell.attributes = JsonObject(cell.attributes.filter { $0.key != "id" })
      return cell
    }
  }

  fileprivate func export(_ argument: String) {
    guard let target = WriteTarget(argument), let format = NotebookFile.Format(path: target.path) else {
      return usage("export")
    }
    guard !recording.blocks.isEmpty else {
      return complain("there is nothing to export: no block has finished\n")
    }
    guard mayWrite(target, for: "export") else { return }
    let path = expanded(target.path)
    let pictures = NotebookFile.pictureFolder(path)
    if format == .markdown, !target.isForced, FileSystem.kind(pictures) != .missing {
      return complain(
        "the folder for pictures, \(pictures), already exists; use %export -f \(target.path) to write to it\n"
      )
    }
    do {
      try NotebookFile.checkWritable(path)
      try NotebookFile.write(recordedPage(), as: format, to: path)
      let lost = recording.emptied
      let note =
        lost == 0
        ? ""
        : "; the outputs of the first \(NumberText.counted(lost, "block")) are no longer kept: "
          + "a session keeps \(SessionRecording.mostBytes >> 20) MB"
      say("\(NumberText.counted(recording.blocks.count, "block")) written to \(target.path)\(note)\n")
    } catch {
      report(error)
    }
  }
}
