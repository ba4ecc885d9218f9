import MocoBase
import MocoDocument
import MocoLang
import MocoNotebook
import MocoSession

/// Records the output of the running cell, so that the page can show it during the run.
///
/// - Safety: the recorder is used under the monitor.
final class LiveFrontEnd: SessionDelegate, @unchecked Sendable {
  let recorder = NotebookRecorder()
  private let monitor = Monitor()
  private var isNew = false
  private var interrupts = false
  /// Called when there is new output.
  var told: () -> Void = {}

  private func note(_ work: () -> Void) {
    let isFirst = monitor.locked {
      work()
      defer { isNew = true }
      return !isNew
    }
    if isFirst { told() }
  }

  /// The output, if there is new output since the last call.
  func look() -> CellRecord? {
    monitor.locked {
      guard isNew else { return nil }
      isNew = false
      return recorder.record
    }
  }

  /// A cell is about to run, or has ended.
  func begin() {
    monitor.locked { (isNew, interrupts) = (false, false) }
  }

  /// Stops the running cell, even if its work has not begun yet.
  func interrupt(_ session: StopFlag) {
    monitor.locked { interrupts = true }
    session.request()
  }

  func stream(_ text: String, to kind: StreamKind) { note { recorder.stream(text, to: kind) } }
  func report(_ diagnostics: [Diagnostic]) { note { recorder.report(diagnostics) } }
  func document(_ shown: Shown, id: Int) { note { recorder.document(shown, id: id) } }
  func update(_ shown: Shown, id: Int) { note { recorder.update(shown, id: id) } }
  func clear(waits: Bool) { note { recorder.clear(waits: waits) } }
  func control(_ control: Control) { note { recorder.control(control) } }
  var updatesDocuments: Bool { true }
  var limits: DocumentLimits { recorder.limits }

  func workBegins(stoppedBy flag: StopFlag) {
    if monitor.locked({ interrupts }) { flag.request() }
  }
}
