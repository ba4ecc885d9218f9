import CSystem
import Synchronization

/// Standard input, output and error of a process that was started with one of them closed.
public enum StandardStreams {
  private static let closed = Atomic<Int32>(0)

  /// Reserves the numbers of closed streams, so that files opened later do not get them: output would be written into
  /// them. Call it before anything is opened.
  public static func hold() { closed.store(moco_hold_standard_streams(), ordering: .relaxed) }

  /// Whether standard output was closed at the start.
  public static var isOutputClosed: Bool { closed.load(ordering: .relaxed) & 2 != 0 }
}
