import CKernels
import CThreads
import Synchronization

/// Tasks spread over moco's own thread pool.
///
/// The split of work into tasks must depend on its shape alone, and every task must write to its own places;
/// then results do not depend on the number of threads. A call from inside a task runs in place.
public enum Parallel {
  /// Threads that take part, the caller included: the cores of this process, or `MOCO_THREADS`.
  public static var threadCount: Int {
    get { Int(moco_parallel_threads()) }
    set { moco_parallel_set_threads(Int32(clamping: newValue)) }
  }

  /// Sets the number of callers that have `threadCount` threads each at a time; initially one. Work of other callers
  /// runs on their own thread.
  public static func allowCallers(_ count: Int) { moco_parallel_set_callers(Int32(clamping: count)) }

  /// Whether the caller runs inside a task.
  public static var isInside: Bool { moco_parallel_inside() != 0 }

  /// Runs `body` for 0 ..< n and returns when all are done. If several throw, the lowest index wins.
  public static func forEach<E: Error>(_ n: Int, _ body: (Int) throws(E) -> Void) throws(E) {
    if n <= 1 || isInside || moco_parallel_threads() < 2 {
      var i = 0
      while i < n {
        try body(i)
        i += 1
      }
      return
    }
    let failure = FirstFailure<E>()
    withoutActuallyEscaping(body) { body in
      var job = Job { index in
        if failure.isBefore(index) { return }
        do throws(E) { try body(index) } catch { failure.note(error, at: index) }
      }
      withUnsafeMutablePointer(to: &job) { pointer in
        moco_parallel_run(
          n,
          { context, index in
            context?.assumingMemoryBound(to: Job.self).pointee.run(index)
          }, pointer)
      }
    }
    if let error = failure.error { throw error }
  }

  /// Cuts 0 ..< n into pieces of `size`, a constant of the caller, and runs them in parallel.
  public static func chunks<E: Error>(
    _ n: Int, size: Int, _ body: (Range<Int>) throws(E) -> Void
  ) throws(E) {
    let size = max(size, 1)
    if n <= size {
      if n > 0 { try body(0..<n) }
      return
    }
    try forEach((n - 1) / size + 1) { i throws(E) in
      let first = i * size
      try body(first..<(first + min(size, n - first)))
    }
  }

  private struct Job {
    let run: (Int) -> Void
  }

  // - Safety: the lock guards the error, and the index is atomic.
  private final class FirstFailure<E: Error>: @unchecked Sendable {
    private let lock = Mutex<Void>(())
    private let index = Atomic<Int>(Int.max)
    private(set) var error: E?

    func isBefore(_ i: Int) -> Bool { index.load(ordering: .relaxed) < i }

    func note(_ new: E, at i: Int) {
      lock.withLock { _ in
        guard i < index.load(ordering: .relaxed) else { return }
        index.store(i, ordering: .relaxed)
        error = new
      }
    }
  }
}
