import MocoDocument
import MocoLang
import MocoTraining

/// What the built-ins want of whoever shows and asks: how far long work has come, and input. What programs print goes
/// through `Interpreter.output`.
public protocol RuntimeDelegate: AnyObject {
  /// How far long work has come; called after each step.
  func runtime(progress: Progress)
  /// An epoch has ended: what to say of it where progress cannot be drawn over.
  func runtime(epoch text: String)
  /// What long work has come to, where its progress stood: told before its end. The default does nothing.
  func runtime(summary: @autoclosure () -> Document, of object: any HostObject)
  /// Long work has ended: its progress is of no interest any more.
  func runtimeEndsProgress()
  /// What was shown so far is to go: at once, or when something else is shown.
  func runtimeClears(waits: Bool)
  /// The program has declared a control, or has declared it again with another value.
  func runtime(declares control: Control)
  /// Hands on what was written so far, before something waits.
  func runtimeFlushes()
  /// What has asked the work to stop, the name of a signal; nil where that is not known.
  var interruption: String? { get }
  /// Whether somebody can be asked.
  var canAsk: Bool { get }
  /// Shows a prompt and reads a line, calling `poll` often while it waits.
  ///
  /// - Returns: nil where the input has ended.
  /// - Throws: what `poll` throws.
  func runtime(asks prompt: String, poll: () throws -> Void) throws -> String?
}

extension RuntimeDelegate {
  public func runtime(summary: @autoclosure () -> Document, of object: any HostObject) {}
  /// Where nothing can be taken away it stays.
  public func runtimeClears(waits: Bool) {}
  /// Where no controls are shown.
  public func runtime(declares control: Control) {}
}

extension RuntimeContext {
  /// For work that tells of each step; nil where nobody listens.
  var progress: ((Progress) -> Void)? {
    guard delegate != nil else { return nil }
    return { [weak self] in self?.delegate?.runtime(progress: $0) }
  }

  /// What work has come to takes the place of its progress, unless it is work within a callback.
  func show(summary: @autoclosure () -> Document, of object: any HostObject) {
    if openTrainings == 0 { delegate?.runtime(summary: summary(), of: object) }
  }

  /// The progress of work within a callback is drawn over by that of the training around it.
  func endProgress() { if openTrainings == 0 { delegate?.runtimeEndsProgress() } }
}
