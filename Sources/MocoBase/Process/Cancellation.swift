import CThreads

/// The request to stop running work, set by ^C and polled by all long operations.
///
/// Each thread polls one flag: the process's, or the one set by `polling`. The thread on which a program
/// runs uses the flag of the thread that waits for it, and threads of the pool that of the thread whose tasks they
/// run, so that the work of a session polls the session's flag on every thread.
public enum Cancellation {
  /// This thread's flag: nonzero if a stop is requested; for loops that poll memory themselves.
  public static var flag: UnsafeMutablePointer<Int32> { moco_cancel_flag() }

  /// Whether this thread should stop.
  public static var isRequested: Bool { moco_cancel_requested() != 0 }

  /// Requests all work that polls this thread's flag to stop.
  public static func request() { moco_cancel_request() }

  /// Withdraws the request.
  public static func clear() { moco_cancel_clear() }

  /// Runs work on this thread that polls another flag.
  ///
  /// - Parameter flag: the flag that stops the work; it must outlive the work. Nil for the process's.
  public static func polling<Result>(
    _ flag: UnsafeMutablePointer<Int32>?, _ work: () throws -> Result
  ) rethrows -> Result {
    let before = moco_cancel_bind(flag)
    defer { _ = moco_cancel_bind(before) }
    return try work()
  }

  /// Runs work that must be done before an interrupted process stops. Another request during it stops this too.
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

/// A flag that requests work to stop: of a session, or of the process.
///
/// - Safety: the only state is a number that is read and written atomically, at a fixed address.
public final class StopFlag: @unchecked Sendable {
  /// The number, for `Cancellation.polling` and for signal handlers; nonzero if a stop is requested.
  public let pointer: UnsafeMutablePointer<Int32>

  /// A flag that is not set.
  public init() {
    pointer = .allocate(capacity: 1)
    pointer.initialize(to: 0)
  }

  deinit { pointer.deallocate() }

  /// Whether a stop is requested.
  public var isRequested: Bool { moco_cancel_get(pointer) != 0 }

  /// Requests the work to stop: on any thread, and in a signal handler.
  public func request() { moco_cancel_set(pointer, 1) }

  /// Withdraws the request.
  public func clear() { moco_cancel_set(pointer, 0) }
}
