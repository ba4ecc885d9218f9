import MocoDocument
import MocoLang
import MocoTraining

/// The interface of built-ins to a front end: progress of long work, and input. Printed output goes
/// through `Interpreter.output`.
public protocol RuntimeDelegate: AnyObject {
  /// The progress of long work; called after each step.
  func runtime(progress: Progress)
  /// An epoch has ended: the line to print if progress cannot be redrawn.
  func runtime(epoch text: String)
  /// The result of long work, to replace its progress; called before its end. The default does nothing.
  func runtime(summary: @autoclosure () -> Document, of object: any HostObject)
  /// Long work has ended: its progress can be removed.
  func runtimeEndsProgress()
  /// Clears the output so far: at once, or when something else is shown.
  func runtimeClears(waits: Bool)
  /// The program has declared a control, or has declared it again with another value.
  func runtime(declares control: Control)
  /// Flushes the output so far, before a wait.
  func runtimeFlushes()
  /// The name of the signal that stopped the work; nil if unknown.
  var interruption: String? { get }
  /// Whether the values of the program remain after an interrupt, as at a prompt or in a notebook. The default is yes.
  var keepsValues: Bool { get }
  /// Whether input is available.
  var canAsk: Bool { get }
  /// Shows a prompt and reads a line, and calls `poll` often while it waits.
  ///
  /// - Returns: nil at the end of the input.
  /// - Throws: errors of `poll`.
  func runtime(asks prompt: String, poll: () throws -> Void) throws -> String?
}

extension RuntimeDelegate {
  public func runtime(summary: @autoclosure () -> Document, of object: any HostObject) {}
  public var keepsValues: Bool { true }
  /// Does nothing if output cannot be cleared.
  public func runtimeClears(waits: Bool) {}
  /// Does nothing if no controls are shown.
  public func runtime(declares control: Control) {}
}

extension RuntimeContext {
  /// For work that reports each step; nil if there is no listener.
  var progress: ((Progress) -> Void)? {
    guard delegate != nil else { return nil }
    return { [weak self] in self?.delegate?.runtime(progress: $0) }
  }

  /// The result of work replaces its progress, unless it is work within a callback.
  func show(summary: @autoclosure () -> Document, of object: any HostObject) {
    if openTrainings == 0 { delegate?.runtime(summary: summary(), of: object) }
  }

  /// The progress of work within a callback is replaced by that of the enclosing training.
  func endProgress() { if openTrainings == 0 { delegate?.runtimeEndsProgress() } }
}
