import CSystem
import Synchronization

/// Standard input, output and error of a process that was started with some of them closed.
public enum StandardStreams {
  private static let closed = Atomic<Int32>(0)

  /// Keeps the numbers of closed streams from files that are opened later: what is printed would be written into
  /// them. To be called before anything is opened.
  public static func hold() { closed.store(moco_hold_standard_streams(), ordering: .relaxed) }

  /// Whether standard output was closed at the start.
  public static var isOutputClosed: Bool { closed.load(ordering: .relaxed) & 2 != 0 }
}
