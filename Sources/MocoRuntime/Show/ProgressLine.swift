import MocoBase
import MocoLang
import MocoPlot
import MocoTraining

/// One line on standard error that says how far a long piece of work has come.
///
/// On a terminal it is drawn over at most 15 times a second and cleared when the work is done. Elsewhere
/// nothing is drawn over: `epoch` writes a line for an epoch, and `update` writes nothing.
///
///     let line = ProgressLine("training")
///     observer.onProgress = { line.update($0) }
///     observer.onEpoch = { line.epoch("epoch \($0.index)/\($0.epochs)  loss \($0.loss)") }
///     defer { line.finish() }
public final class ProgressLine {
  private let label: String
  private let traits: OutputTraits
  /// Columns of the terminal now; it may be resized while the work goes on.
  private let width: () -> Int
  private let write: (String) -> Void
  private let clock: () -> Double
  private var lastDrawn = -Double.infinity
  private var isDrawn = false
  private static let interval = 1.0 / 15

  public convenience init(_ label: String) {
    var traits = OutputTraits.detect(descriptor: 2)
    // Where nothing can be drawn over there is a line an epoch, as in a file.
    if Terminal.isDumb { traits.isTerminal = false }
    self.init(
      label, traits: traits, width: { OutputTraits.detect(descriptor: 2).width },
      clock: { ProcessClock.seconds }, write: { Terminal.write($0, to: 2) })
  }

  /// For tests: another clock, another place to write to.
  package init(
    _ label: String, traits: OutputTraits, width: (() -> Int)? = nil, clock: @escaping () -> Double,
    write: @escaping (String) -> Void
  ) {
    self.label = label
    self.traits = traits
    self.width = width ?? { traits.width }
    self.clock = clock
    self.write = write
  }

  public func update(_ progress: Progress) {
    guard traits.isTerminal else { return }
    let now = clock()
    guard now - lastDrawn >= ProgressLine.interval || (progress.done >= progress.total && !isDrawn) else {
      return
    }
    lastDrawn = now
    isDrawn = true
    write("\r" + text(progress) + (traits.colour == .none ? "" : "\u{1B}[K"))
  }

  /// A finished epoch: a line where the output is no terminal, on a terminal the note of `update` says as
  /// much.
  public func epoch(_ text: String) {
    guard !traits.isTerminal else { return }
    write(TerminalText.safe(label.isEmpty ? text + "\n" : "\(label)  \(text)\n"))
  }

  /// Clears the line.
  public func finish() {
    guard isDrawn else { return }
    isDrawn = false
    lastDrawn = -.infinity
    write("\r" + String(repeating: " ", count: max(width() - 1, 1)) + "\r")
  }

  /// `training ━━━━━━──── 412/1000  38.2 steps/s  0:15 left  loss 0.412`, exactly as wide as the terminal
  /// allows.
  func text(_ progress: Progress) -> String {
    let share = progress.total > 0 ? min(max(Double(progress.done) / Double(progress.total), 0), 1) : 0
    var tail = " \(progress.done)/\(progress.total)"
    if progress.rate.isFinite, progress.rate > 0 {
      tail += "  \(ProgressLine.short(progress.rate)) \(progress.unit)/s"
      if let left = progress.remaining, left.isFinite { tail += "  \(DurationText.countdown(left)) left" }
    }
    if !progress.note.isEmpty { tail += "  \(TerminalText.safe(progress.note))" }
    let room = max(width() - 3, 1)
    let bar = min(30, room - 1 - label.count - tail.count)
    var line = label
    if bar >= 6 {
      let done = Int((share * Double(bar)).rounded())
      let (full, empty) = traits.glyphs == .unicode ? ("━", "─") : ("=", "-")
      let (on, off) = traits.colour == .none ? ("", "") : ("\u{1B}[36m", "\u{1B}[0m")
      line +=
        " " + on + String(repeating: full, count: done) + off + String(repeating: empty, count: bar - done)
    }
    line += tail
    if bar >= 6 || line.count <= room {
      let visible = (bar >= 6 ? label.count + 1 + bar + tail.count : line.count)
      return line + String(repeating: " ", count: max(room - visible, 0))
    }
    return String(line.prefix(room))
  }

  /// Three digits or so.
  private static func short(_ value: Double) -> String {
    if value >= 100 { return String(Int(min(value, 1e15).rounded())) }
    let tenths = (value * (value >= 10 ? 10 : 100)).rounded() / (value >= 10 ? 10 : 100)
    return String(tenths)
  }
}
