import CKernels

/// The request to stop what is running, set by ^C and polled by everything that takes long.
public enum Cancellation {
  /// Nonzero when a stop is wanted; for loops that poll memory themselves.
  public static var flag: UnsafeMutablePointer<Int32> { moco_cancel_flag() }

  public static var isRequested: Bool { moco_cancel_requested() != 0 }

  /// Safe in a signal handler.
  public static func request() { moco_cancel_request() }

  public static func clear() { moco_cancel_clear() }

  /// - Throws: E0406 when a stop was requested.
  public static func check() throws {
    if moco_cancel_requested() != 0 { throw TensorError(code: "E0406", message: "interrupted") }
  }
}
