import CThreads

/// The request to stop what is running, set by ^C and polled by everything that takes long.
///
/// Each thread polls one flag: the process's, or the one that `polling` has given it. The thread on which a program
/// runs has that of the thread which waits for it, and threads of the pool that of the thread whose tasks they do, so
/// that the work of a session polls the session's flag wherever it is done.
public enum Cancellation {
  /// This thread's flag: nonzero when a stop is wanted; for loops that poll memory themselves.
  public static var flag: UnsafeMutablePointer<Int32> { moco_cancel_flag() }

  /// Whether this thread is to stop.
  public static var isRequested: Bool { moco_cancel_requested() != 0 }

  /// Asks what polls this thread's flag to stop.
  public static func request() { moco_cancel_request() }

  /// Withdraws the request.
  public static func clear() { moco_cancel_clear() }

  /// Does work on this thread that polls another flag.
  ///
  /// - Parameter flag: what is set to stop the work; it must outlive it. Nil for the process's.
  public static func polling<Result>(
    _ flag: UnsafeMutablePointer<Int32>?, _ work: () throws -> Result
  ) rethrows -> Result {
    let before = moco_cancel_bind(flag)
    defer { _ = moco_cancel_bind(before) }
    return try work()
  }

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

/// A flag that asks work to stop: that of a session, or of the process.
///
/// - Safety: the only state is a number that is read and written atomically, at an address that stays.
public final class StopFlag: @unchecked Sendable {
  /// The number, for `Cancellation.polling` and for signal handlers; nonzero when a stop is wanted.
  public let pointer: UnsafeMutablePointer<Int32>

  /// A flag that is not set.
  public init() {
    pointer = .allocate(capacity: 1)
    pointer.initialize(to: 0)
  }

  deinit { pointer.deallocate() }

  /// Whether a stop is wanted.
  public var isRequested: Bool { moco_cancel_get(pointer) != 0 }

  /// Asks the work to stop: on any thread, and in a signal handler.
  public func request() { moco_cancel_set(pointer, 1) }

  /// Withdraws the request.
  public func clear() { moco_cancel_set(pointer, 0) }
}
