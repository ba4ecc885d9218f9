import MocoBase
import MocoSession
import MocoTraining

/// One line on standard error with the progress of long work.
///
/// On a terminal it is redrawn at most 15 times per second and cleared when the work is done. Elsewhere
/// nothing is redrawn: `epoch` writes a line for an epoch, and `update` writes nothing.
///
///     let line = ProgressLine("training")
///     observer.onProgress = { line.update($0) }
///     observer.onEpoch = { line.epoch("epoch \($0.index)/\($0.epochs)  loss \($0.loss)") }
///     defer { line.finish() }
public final class ProgressLine {
  private let label: String
  private let traits: OutputTraits
  /// The current width of the terminal; it may be resized during the work.
  private let width: () -> Int
  private let write: (String) -> Void
  private let clock: () -> Double
  private var lastDrawn = -Double.infinity
  private var isDrawn = false
  private static let interval = 1.0 / 15

  /// A line on standard error.
  ///
  /// - Parameter label: the text at its beginning.
  public convenience init(_ label: String) {
    var traits = OutputTraits.detect(descriptor: 2)
    // If nothing can be redrawn, there is a line for each epoch, as in a file.
    if Terminal.isDumb { traits.isTerminal = false }
    self.init(
      label, traits: traits, width: { OutputTraits.detect(descriptor: 2).width },
      clock: { ProcessClock.seconds }, write: { Terminal.write($0, to: 2) })
  }

  /// For tests: another clock, another output.
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

  /// Draws the progress of the work, if the line is on a terminal and was not drawn just before.
  public func update(_ progress: Progress) {
    guard traits.isTerminal else { return }
    let now = clock()
    guard now - lastDrawn >= ProgressLine.interval || (progress.done >= progress.total && !isDrawn) else {
      return
    }
    lastDrawn = now
    isDrawn = true
    write("\r" + text(progress) + (traits.color == .none ? "" : "\u{1B}[K"))
  }

  /// A finished epoch: a line if the output is not a terminal; on a terminal the note of `update` shows the
  /// same.
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
    let tail = " " + progress.summary
    let room = max(width() - 3, 1)
    let bar = min(30, room - 1 - label.count - tail.count)
    var line = label
    if bar >= 6 {
      let (full, rest) = progress.bar(columns: bar, traits.glyphs)
      let (on, off) = traits.color == .none ? ("", "") : ("\u{1B}[36m", "\u{1B}[0m")
      line += " " + on + full + off + rest
    }
    line += tail
    if bar >= 6 || line.count <= room {
      let visible = (bar >= 6 ? label.count + 1 + bar + tail.count : line.count)
      return line + String(repeating: " ", count: max(room - visible, 0))
    }
    return String(line.prefix(room))
  }
}
