import MocoBase
import MocoDocument
import MocoLang
import MocoRuntime
import MocoSession
import MocoTraining

/// The front end of a recorded program: everything is forwarded to the wrapped front end, and the outputs of
/// each cell are written to the run's record when the cell has ended.
///
/// A program without a record only costs the memory of pending text, at most `mostPending` bytes.
public final class RunOutputs: SessionDelegate {
  private let front: any SessionDelegate
  private let run: RunRecorder
  private let recorder = NotebookRecorder()
  private weak var session: Session?
  private var program: CheckedProgram?
  private var script: SourceFile
  /// The cells to run, by their indices in the program, in order.
  private var cells: [Int] = []
  /// The number of finished cells.
  private var ended = 0
  private var began = 0.0
  /// Cells that ended before there was a record.
  private var pending: [StoredCell] = []
  private var pendingSize = 0
  /// Sizes in bytes of shown documents in the running cell, and of lines in the file.
  private var (shownSize, written) = (0, 0)
  private var isFull = false
  private var work = LongWork()
  /// The index of the progress of a long operation in the record.
  private var workPlace: Int?
  /// The objects that the running cell has summarised.
  private var told: [ObjectIdentifier] = []

  /// Size limits of recorded outputs in bytes: per cell, before there is a record, and in total.
  static let (mostOfCell, mostPending, mostOfRun) = (32 << 20, 64 << 20, 256 << 20)

  /// - Parameters:
  ///   - front: receives all outputs.
  ///   - run: creates the folder of the record.
  public init(before front: any SessionDelegate, _ run: RunRecorder) {
    self.front = front
    self.run = run
    script = SourceFile(name: "", text: "")
  }

  /// Called with the program before it runs in the session of this front end.
  public func begin(_ program: CheckedProgram, in session: Session) {
    self.session = session
    self.program = program
    script = program.source
    cells = program.parsed.program.cells.indices.filter { index in
      let cell = program.parsed.program.cells[index]
      return cell.kind == .code && !cell.statements.isEmpty
    }
    session.interpreter.cellEnds = { [unowned self] in cellEnds($0, $1, isHidden: $2) }
    run.whenMade = { [unowned self] in fileBegins($0) }
    cellBegins()
  }

  /// Called at the end of the program: the output of the last cell is recorded too.
  public func end(_ outcome: Outcome) {
    session?.interpreter.cellEnds = nil
    let errors = outcome.diagnostics.filter(\.isError)
    if !errors.isEmpty { recorder.report(errors) }
    if outcome.status != .fine || !recorder.record.outputs.isEmpty || !recorder.record.controls.isEmpty {
      keep(isFine: outcome.status == .fine)
    }
  }

  // MARK: - Cells

  private func cellBegins() {
    recorder.begin()
    began = ProcessClock.seconds
    (shownSize, isFull) = (0, false)
    work = LongWork()
    workPlace = nil
    told = []
    guard let program, let session, !program.diagnostics.isEmpty, cells.indices.contains(ended) else {
      return
    }
    let found = session.findings(program.keeping(cells: [cells[ended]]))
    if !found.isEmpty { recorder.report(found) }
  }

  private func cellEnds(_ cell: Int, _ value: AnyValue, isHidden: Bool) {
    guard let session, cells.indices.contains(ended), cells[ended] == cell else { return }
    progressLasts()
    let isTold = value.hostIdentity.map(told.contains) ?? false
    if !isHidden, !value.isNil, !isTold {
      let document = session.interpreter.document(of: value, limits: recorder.limits)
      if takes(document) { recorder.add(document, isResult: true) }
    }
    keep(isFine: true)
  }

  private func keep(isFine: Bool) {
    guard let program, cells.indices.contains(ended) else { return }
    var record = recorder.record
    record.number = ended + 1
    record.seconds = ProcessClock.seconds - began
    record.isFine = isFine
    let place = program.parsed.program.cells[cells[ended]].span.start
    ended += 1
    let cell = StoredCell(place: place, record: record)
    if let folder = run.existing {
      write(cell, folder)
    } else {
      pendingSize += shownSize + recorder.textSize
      pending.append(cell)
      if pendingSize > Self.mostPending { cutPending() }
    }
    cellBegins()
  }

  /// Removes the oldest outputs.
  private func cutPending() {
    for index in pending.indices where !pending[index].record.outputs.isEmpty {
      pending[index].record.outputs = [Self.leftOut]
    }
    pendingSize = 0
  }

  private static let leftOut = CellRecord.Output.text(
    "… the output of the cell is too large to be kept\n", isError: true)

  // MARK: - The file

  private func fileBegins(_ folder: RunFolder) {
    do {
      try folder.append(outputs: StoredCell.head(moco: Moco.version))
    } catch {
      complain(error)
    }
    for cell in pending { write(cell, folder) }
    pending = []
    pendingSize = 0
  }

  /// Appends one line, atomically.
  private func write(_ cell: StoredCell, _ folder: RunFolder) {
    guard !hasFailed else { return }
    var line = cell.json(script)
    if written > Self.mostOfRun, !cell.record.outputs.isEmpty {
      var short = cell
      short.record.outputs = [Self.leftOut]
      line = short.json(script)
    }
    do {
      written += try folder.append(outputs: line)
    } catch {
      complain(error)
    }
  }

  private var hasFailed = false

  /// A record that cannot be written does not end the program; the error is reported once.
  private func complain(_ error: any Error) {
    guard !hasFailed else { return }
    hasFailed = true
    let reason = (error as? Failure)?.message ?? String(describing: error)
    front.stream(
      TerminalText.safe("the output of cells is not recorded: \(reason)") + "\n", to: .note)
  }

  // MARK: - Output

  public func stream(_ text: String, to kind: StreamKind) {
    front.stream(text, to: kind)
    recorder.stream(text, to: kind)
  }

  public func report(_ diagnostics: [Diagnostic]) {
    front.report(diagnostics)
    recorder.report(diagnostics)
  }

  public func document(_ shown: Shown, id: Int) {
    front.document(shown, id: id)
    if takes(shown.document) { recorder.add(shown.document, isResult: shown.number != nil) }
  }

  /// Whether there is room for the document; otherwise the record contains one note.
  private func takes(_ document: Document) -> Bool {
    guard !isFull else { return false }
    shownSize += document.heldByteCount
    guard shownSize > Self.mostOfCell else { return true }
    isFull = true
    recorder.stream("… the rest of the cell's output is not kept\n", to: .error)
    return false
  }

  public func update(_ shown: Shown, id: Int) { front.update(shown, id: id) }

  public func control(_ control: Control) {
    front.control(control)
    recorder.control(control)
  }

  public func clear(waits: Bool) {
    front.clear(waits: waits)
    recorder.clear(waits: waits)
    (shownSize, isFull) = (0, false)
    work = LongWork()
    workPlace = nil
  }

  public func show(page markdown: String) {
    front.show(page: markdown)
    recorder.show(page: markdown)
  }

  public func show(source text: String, margin: String, hang: Int) {
    front.show(source: text, margin: margin, hang: hang)
    recorder.show(source: text, margin: margin, hang: hang)
  }

  // MARK: - Progress, only the last state is recorded

  public func progress(_ progress: Progress) {
    front.progress(progress)
    work.progress = progress
    if workPlace == nil { workPlace = recorder.add(Document(), isResult: false) }
  }

  public func progress(epoch text: String) {
    front.progress(epoch: text)
    work.epoch = text
    work.isNew = true
  }

  public func progress(endsWith summary: @autoclosure () -> Document, of object: ObjectIdentifier) {
    let document = summary()
    front.progress(endsWith: document, of: object)
    work.summary = document
    told.append(object)
  }

  public func progressEnds() {
    front.progressEnds()
    progressLasts()
  }

  private func progressLasts() {
    guard work.isNew || work.summary != nil else { return }
    let document = work.document(recorder.limits)
    if let workPlace {
      recorder.replace(at: workPlace, document)
    } else {
      recorder.add(document, isResult: false)
    }
    work = LongWork()
    workPlace = nil
  }

  // MARK: - What the front end alone can do

  public var updatesDocuments: Bool { front.updatesDocuments }
  public func flush() { front.flush() }
  public var limits: DocumentLimits { front.limits }
  public var canAsk: Bool { front.canAsk }
  public func ask(_ prompt: String, _ poll: () throws -> Void) throws -> String? {
    try front.ask(prompt, poll)
  }
  public func workBegins(stoppedBy flag: StopFlag) { front.workBegins(stoppedBy: flag) }
  public func workEnds() { front.workEnds() }
  public var interruption: String? { front.interruption }
  public var hasTerminal: Bool { front.hasTerminal }
  public func run(shell command: String) -> Int32? { front.run(shell: command) }
  public func edit(file path: String) -> (editor: String, status: Int32)? { front.edit(file: path) }
}

extension AnyValue {
  /// The identity of a host object; nil for other values.
  var hostIdentity: ObjectIdentifier? {
    let object: (any HostObject)? = asHost()
    return object.map { ObjectIdentifier($0) }
  }
}
