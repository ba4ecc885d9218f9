import MocoBase
import MocoDocument
import MocoLang
import MocoNotebook
import MocoSession

/// Keeps what the running cell prints and shows, for the page to look at while it runs.
///
/// - Safety: the recorder is used under the monitor.
final class LiveFrontEnd: SessionDelegate, @unchecked Sendable {
  let recorder = NotebookRecorder()
  private let monitor = Monitor()
  private var isNew = false
  private var interrupts = false
  /// Told that there is something to look at.
  var told: () -> Void = {}

  private func note(_ work: () -> Void) {
    let isFirst = monitor.locked {
      work()
      defer { isNew = true }
      return !isNew
    }
    if isFirst { told() }
  }

  /// What there is to see, where something has come since it was last asked.
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

  /// The running cell is to stop, also where its work has not begun yet.
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
