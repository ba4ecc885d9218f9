import MocoBase
import MocoLang
import MocoSession

extension SessionCommand {
  /// `%export`: the blocks of a session that ran, with what they printed and showed then, as a page, Markdown or for
  /// Jupyter.
  public static let export = SessionCommand(
    "export", "[-f] FILE.html|.md|.ipynb",
    "writes the blocks of this session that ran, with what they printed and showed, as a page, as Markdown or for Jupyter; "
      + "nothing runs again; -f over a file that is there; outputs of the last \(SessionRecording.mostBytes >> 20) MB are kept",
    completion: .writtenPath
  ) { session, argument in
    session.export(argument)
  }

  /// Every command of a session, and those of notebooks.
  public static let allWithNotebooks = (all + [export]).sorted { $0.name < $1.name }
}

extension Session {
  /// The blocks that ran, with what came of them, as a page; nothing runs again.
  public func recordedPage() -> NotebookPage {
    var notebook = Notebook(cells: [
      Notebook.Cell(.markdown, source: "# \(title)")
    ])
    var records: [Int: CellRecord] = [:]
    for block in recording.blocks {
      let cells = cells(of: block.text)
      // Outputs stand below the last of its cells that has code.
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

  /// A block is a cell, unless it holds some itself: a file that was run.
  private func cells(of block: String) -> [Notebook.Cell] {
    let whole = [Notebook.Cell(.code, source: block)]
    guard block.contains("%%") else { return whole }
    let program = Parser.parse(SourceFile(name: "", text: block), interpreter.dialect).program
    guard program.hasCells, let read = try? Notebook(program) else { return whole }
    return read.cells.map { cell in
      var cell = cell
      // One file may have run twice: its identifiers would not be the only ones.
      cell.attributes = JsonObject(cell.attributes.filter { $0.key != "id" })
      return cell
    }
  }

  fileprivate func export(_ argument: String) {
    guard let target = WriteTarget(argument), let format = NotebookFile.Format(path: target.path) else {
      return usage("export")
    }
    guard !recording.blocks.isEmpty else {
      return complain("no block has run to its end: there is nothing to export\n")
    }
    guard mayWrite(target, for: "export") else { return }
    let path = expanded(target.path)
    let pictures = NotebookFile.pictureFolder(path)
    if format == .markdown, !target.isForced, FileSystem.kind(pictures) != .missing {
      return complain(
        "\(pictures), where the pictures go, is there already; %export -f \(target.path) writes into it\n")
    }
    do {
      try NotebookFile.checkWritable(path)
      try NotebookFile.write(recordedPage(), as: format, to: path)
      let lost = recording.emptied
      let note =
        lost == 0
        ? ""
        : "; what the first \(NumberText.counted(lost, "block")) showed is no longer kept: "
          + "a session keeps \(SessionRecording.mostBytes >> 20) MB"
      say("\(NumberText.counted(recording.blocks.count, "block")) written to \(target.path)\(note)\n")
    } catch {
      report(error)
    }
  }
}
