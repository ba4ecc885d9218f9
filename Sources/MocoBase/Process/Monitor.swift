#if canImport(Glibc)
  import Glibc
#endif

/// A recursive lock with a condition variable.
///
/// - Safety: the only state are objects of the system's threads, at fixed addresses.
package final class Monitor: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
  private let condition: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)

  /// An unlocked monitor.
  package init() {
    var attributes = pthread_mutexattr_t()
    pthread_mutexattr_init(&attributes)
    pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_RECURSIVE))
    pthread_mutex_init(mutex, &attributes)
    pthread_mutexattr_destroy(&attributes)
    var ofCondition = pthread_condattr_t()
    pthread_condattr_init(&ofCondition)
    pthread_condattr_setclock(&ofCondition, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &ofCondition)
    pthread_condattr_destroy(&ofCondition)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Runs work with the lock held.
  package func locked<Result>(_ work: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try work()
  }

  /// Releases the lock, which must be held once, until a `signal` or a timeout in seconds.
  package func wait(atMost seconds: Double) {
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &end)
    let nanoseconds = end.tv_nsec + Int(max(0, min(seconds, 3600)) * 1e9)
    end.tv_sec += nanoseconds / 1_000_000_000
    end.tv_nsec = nanoseconds % 1_000_000_000
    pthread_cond_timedwait(condition, mutex, &end)
  }

  /// Wakes waiting threads.
  package func signal() { pthread_cond_broadcast(condition) }
}
