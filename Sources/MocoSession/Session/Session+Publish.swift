// Publishing of text, diagnostics, documents and progress, all through the session's delegate.

import MocoBase
import MocoDocument
import MocoLang
import MocoRuntime
import MocoTraining

extension Session {
  func stream(_ text: String, _ kind: StreamKind) {
    if options.isInteractive {
      outcome.append(text, kind)
      if kind != .remark { recording.append(text, isError: kind == .error) }
    }
    delegate.stream(text, to: kind)
  }

  /// Writes a message to the programs' output.
  package func say(_ text: String) { stream(TerminalText.safe(text), .message) }
  /// Writes a message next to the programs' output.
  package func complain(_ text: String) { stream(TerminalText.safe(text), .error) }
  /// A line about a loaded file.
  func note(_ line: String) { stream(TerminalText.safe(line) + "\n", .note) }
  /// An optional remark.
  func remark(_ line: String) { stream(TerminalText.safe(line) + "\n", .remark) }

  func report(_ diagnostics: [Diagnostic]) {
    outcome.diagnostics += diagnostics
    if options.isInteractive { recording.append(diagnostics) }
    delegate.report(diagnostics)
  }

  /// An error of Swift code, as a diagnostic without a place if it has a code.
  package func report(_ error: any Error) {
    if let diagnostic = error as? Diagnostic { return report([diagnostic]) }
    guard let error = error as? Failure else { return complain("error: \(error)\n") }
    report([Diagnostic(error.code, error.message, help: error.help.map { [$0] } ?? [])])
  }

  // MARK: Documents

  /// Publishes a document that a program shows, or the value of the running input.
  func show(_ document: Document, value: AnyValue? = nil) {
    let shown = self.shown(document, value: value)
    if value != nil {
      outcome.document = document
    } else if options.isInteractive, outcome.shown.count < Outcome.mostShown {
      outcome.shown.append(document)
    }
    publish(shown)
  }

  func shown(_ document: Document, value: AnyValue? = nil) -> Shown {
    let text = document.terminal(runtime.context.limits)
    return Shown(
      value: value, number: value == nil ? nil : outcome.number, document: document,
      text: text.hasSuffix("\n") ? text : text + "\n")
  }

  /// Clears the output of the running cell, also in its record.
  func clear(waits: Bool) {
    outcome.clear()
    recording.begin()
    long = LongWork()
    delegate.clear(waits: waits)
  }

  /// - Returns: the document's number in the session.
  @discardableResult
  private func publish(_ shown: Shown) -> Int {
    documents += 1
    if options.isInteractive {
      recording.append(shown.document, id: documents, isResult: shown.number != nil)
    }
    delegate.document(shown, id: documents)
    return documents
  }

  // MARK: Progress

  func show(_ progress: Progress) {
    guard delegate.updatesDocuments else { return delegate.progress(progress) }
    long.progress = progress
    if ProcessClock.seconds - long.published >= LongWork.interval { publishProgress() }
  }

  func show(epoch text: String) {
    guard delegate.updatesDocuments else { return delegate.progress(epoch: text) }
    long.epoch = text
    long.isNew = true
  }

  /// Long work has a result that a page shows instead of its progress.
  func show(summary document: @autoclosure () -> Document, of object: ObjectIdentifier) {
    guard delegate.updatesDocuments else { return delegate.progress(endsWith: document(), of: object) }
    long.summary = document()
    summarized.insert(object)
  }

  /// The final progress is published, and the next work has its own document.
  func endProgress() {
    guard delegate.updatesDocuments else { return delegate.progressEnds() }
    if long.isNew || long.summary != nil { publishProgress() }
    long = LongWork()
  }

  private func publishProgress() {
    let shown = self.shown(long.document(runtime.context.limits))
    long.published = ProcessClock.seconds
    long.isNew = false
    if let id = long.id {
      if options.isInteractive { recording.update(shown.document, id: id) }
      return delegate.update(shown, id: id)
    }
    long.id = publish(shown)
  }
}

/// Long work whose progress is a document.
package struct LongWork {
  /// Seconds between two updates.
  static let interval = 0.1

  /// Its progress.
  package var progress: Progress? { didSet { isNew = true } }
  /// The summary of the last epoch.
  package var epoch = ""
  /// The result at its end; nil while it runs, and for work without a result.
  package var summary: Document?
  /// The document that is updated; nil if none was published.
  var id: Int?
  /// The time of the last update.
  var published = -Double.infinity
  /// Whether there is new progress since.
  package var isNew = false

  /// Progress of work that has not begun.
  package init() {}

  /// A bar with numbers, and below it the last epoch; at the end the summary instead.
  package func document(_ limits: DocumentLimits) -> Document {
    if let summary { return summary }
    var blocks: [Document.Block] = []
    if let progress {
      let bar = progress.bar(columns: min(30, max(limits.width / 3, 6)), limits.glyphs)
      blocks.append(.text(Document.Text("\(bar.done)\(bar.rest) \(progress.summary)")))
    }
    if !epoch.isEmpty { blocks.append(.text(Document.Text(TerminalText.safe(epoch)))) }
    return Document(blocks)
  }
}

extension Progress {
  /// `412/1000  38.2 steps/s  0:15 left  loss 0.412`
  package var summary: String {
    var text = "\(done)/\(total)"
    if rate.isFinite, rate > 0 {
      text += "  \(Progress.short(rate)) \(unit)/s"
      if let left = remaining, left.isFinite, done < total {
        text += "  \(DurationText.countdown(left)) left"
      }
    }
    if !note.isEmpty { text += "  \(TerminalText.safe(note))" }
    return text
  }

  /// A bar of a number of characters: the completed part, and the rest.
  package func bar(columns: Int, _ glyphs: Glyphs) -> (done: String, rest: String) {
    let share = total > 0 ? min(max(Double(done) / Double(total), 0), 1) : 0
    let full = Int((share * Double(columns)).rounded())
    let (on, off) = glyphs == .unicode ? ("━", "─") : ("=", "-")
    return (String(repeating: on, count: full), String(repeating: off, count: columns - full))
  }

  /// About three digits.
  private static func short(_ value: Double) -> String {
    if value >= 100 { return String(Int(min(value, 1e15).rounded())) }
    let tenths = (value * (value >= 10 ? 10 : 100)).rounded() / (value >= 10 ? 10 : 100)
    return String(tenths)
  }
}
