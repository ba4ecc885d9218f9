import MocoBase
import MocoDocument
import MocoLang
import MocoSession
import MocoTraining

/// A front end that records the outputs of cells.
public final class NotebookRecorder: SessionDelegate {
  /// The results of the running cell.
  public private(set) var record = CellRecord()
  /// The indices of published documents in the record, by number.
  private var places: [Int: Int] = [:]
  /// Receives everything before it is recorded: a front end that shows progress.
  private let watcher: (any SessionDelegate)?

  /// Maximum recorded text of a cell in bytes.
  static let mostText = 4 << 20
  private var size = 0
  /// Size of the recorded text in bytes.
  var textSize: Int { size }

  /// Whether the watcher also receives the outputs of cells, as in a script.
  private let prints: Bool

  /// - Parameters:
  ///   - watcher: is called when interrupting is possible.
  ///   - prints: whether it also receives outputs and progress. Then progress is not
  ///     part of the record.
  public init(watcher: (any SessionDelegate)? = nil, prints: Bool = false) {
    self.watcher = watcher
    self.prints = prints && watcher != nil
  }

  /// Starts the record of another cell.
  public func begin() {
    record = CellRecord()
    places = [:]
    size = 0
  }

  public func stream(_ text: String, to kind: StreamKind) {
    if prints { watcher?.stream(text, to: kind) }
    guard kind != .remark else { return }
    guard size < Self.mostText else { return }
    size += text.utf8.count
    // A note is not an error: in notebooks it is part of the printed text.
    record.append(text, isError: kind == .error)
    if size >= Self.mostText {
      record.append("\n… the rest of the cell's output is left out\n", isError: true)
    }
  }

  public func report(_ diagnostics: [Diagnostic]) {
    if prints { watcher?.report(diagnostics) }
    record.outputs.append(.diagnostics(diagnostics))
  }

  public func document(_ shown: Shown, id: Int) {
    // A script does not show values of statements.
    if prints, shown.number == nil { watcher?.document(shown, id: id) }
    places[id] = record.outputs.count
    record.outputs.append(.shown(shown.document, isResult: shown.number != nil))
  }

  public func update(_ shown: Shown, id: Int) {
    guard let place = places[id] else { return }
    replace(at: place, shown.document)
  }

  /// Adds a document. - Returns: its index in the record.
  @discardableResult
  func add(_ document: Document, isResult: Bool) -> Int {
    record.outputs.append(.shown(document, isResult: isResult))
    return record.outputs.count - 1
  }

  /// Replaces a document with another one.
  func replace(at place: Int, _ document: Document) {
    guard record.outputs.indices.contains(place) else { return }
    record.outputs[place] = .shown(document, isResult: false)
  }

  public func control(_ control: Control) {
    if prints { watcher?.control(control) }
    record.append(control)
  }

  /// Immediately: the record then contains only later outputs.
  public func clear(waits: Bool) {
    let controls = record.controls
    begin()
    record.controls = controls
  }

  public var updatesDocuments: Bool { !prints }
  public func progress(_ progress: Progress) { if prints { watcher?.progress(progress) } }
  public func progress(epoch text: String) { if prints { watcher?.progress(epoch: text) } }
  public func progressEnds() { if prints { watcher?.progressEnds() } }
  public func flush() { if prints { watcher?.flush() } }
  /// Wide enough for tables, in plain text.
  public var limits: DocumentLimits { prints ? watcher?.limits ?? DocumentLimits() : DocumentLimits() }
  public func workBegins(stoppedBy flag: StopFlag) { watcher?.workBegins(stoppedBy: flag) }
  public func workEnds() { watcher?.workEnds() }
  public var interruption: String? { watcher?.interruption }
}
