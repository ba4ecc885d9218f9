import CThreads

/// The request to stop what is running, set by ^C and polled by everything that takes long.
public enum Cancellation {
  /// Nonzero when a stop is wanted; for loops that poll memory themselves.
  public static var flag: UnsafeMutablePointer<Int32> { moco_cancel_flag() }

  /// Whether a stop was requested and not yet cleared.
  public static var isRequested: Bool { moco_cancel_requested() != 0 }

  /// Safe in a signal handler.
  public static func request() { moco_cancel_request() }

  /// Forgets the request, so that the next work begins without one.
  public static func clear() { moco_cancel_clear() }

  /// Does what has to be done before an interrupted process may stop. Another request meanwhile stops this too.
  public static func suspended<Result>(_ work: () throws -> Result) rethrows -> Result {
    let wasRequested = isRequested
    clear()
    defer { if wasRequested { request() } }
    return try work()
  }

  /// - Throws: E0406 when a stop was requested.
  public static func check() throws {
    if moco_cancel_requested() != 0 { throw Failure("E0406", "interrupted") }
  }
}
