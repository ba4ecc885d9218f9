import MocoBase
import MocoDocument
import MocoLang
import MocoSession
import MocoTraining

/// A front end that keeps what cells print and show.
public final class NotebookRecorder: SessionDelegate {
  /// What has come of the cell that runs.
  public private(set) var record = CellRecord()
  /// Where published documents stand in the record, by their numbers.
  private var places: [Int: Int] = [:]
  /// Told of everything as it comes, before it is kept: a front end that shows progress.
  private let watcher: (any SessionDelegate)?

  /// Bytes of printed text that are kept of a cell.
  static let mostText = 4 << 20
  private var size = 0
  /// Bytes of printed text that the record holds.
  var textSize: Int { size }

  /// Whether the watcher gets what cells print and show, as a script would show it.
  private let prints: Bool

  /// - Parameters:
  ///   - watcher: is told when interrupting is possible.
  ///   - prints: whether it also gets what is printed and shown, and how far long work has come. Then progress is no
  ///     part of the record.
  public init(watcher: (any SessionDelegate)? = nil, prints: Bool = false) {
    self.watcher = watcher
    self.prints = prints && watcher != nil
  }

  /// Begins the record of another cell.
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
    // A note is nothing wrong: notebooks have it among what is printed.
    record.append(text, isError: kind == .error)
    if size >= Self.mostText {
      record.append("\n… the rest of what the cell printed is left out\n", isError: true)
    }
  }

  public func report(_ diagnostics: [Diagnostic]) {
    if prints { watcher?.report(diagnostics) }
    record.outputs.append(.diagnostics(diagnostics))
  }

  public func document(_ shown: Shown, id: Int) {
    // A script shows no values of its own.
    if prints, shown.number == nil { watcher?.document(shown, id: id) }
    places[id] = record.outputs.count
    record.outputs.append(.shown(shown.document, isResult: shown.number != nil))
  }

  public func update(_ shown: Shown, id: Int) {
    guard let place = places[id] else { return }
    replace(at: place, shown.document)
  }

  /// Adds a document. - Returns: its place in the record.
  @discardableResult
  func add(_ document: Document, isResult: Bool) -> Int {
    record.outputs.append(.shown(document, isResult: isResult))
    return record.outputs.count - 1
  }

  /// Puts a document into the place of another one.
  func replace(at place: Int, _ document: Document) {
    guard record.outputs.indices.contains(place) else { return }
    record.outputs[place] = .shown(document, isResult: false)
  }

  public func control(_ control: Control) {
    if prints { watcher?.control(control) }
    record.append(control)
  }

  /// At once: whoever reads the record sees what came afterwards alone.
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
