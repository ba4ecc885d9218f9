#if canImport(Glibc)
  import Glibc
#endif

/// A lock that its holder may take again, with a condition to wait for.
///
/// - Safety: the only state are objects of the system's threads, at addresses that stay.
package final class Monitor: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
  private let condition: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)

  /// A lock that nobody holds.
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

  /// Does work that nobody else does meanwhile.
  package func locked<Result>(_ work: () throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try work()
  }

  /// Lets others have the lock, which is held once, until they `signal` or so many seconds have passed.
  package func wait(atMost seconds: Double) {
    var end = timespec()
    clock_gettime(CLOCK_MONOTONIC, &end)
    let nanoseconds = end.tv_nsec + Int(max(0, min(seconds, 3600)) * 1e9)
    end.tv_sec += nanoseconds / 1_000_000_000
    end.tv_nsec = nanoseconds % 1_000_000_000
    pthread_cond_timedwait(condition, mutex, &end)
  }

  /// Wakes who waits.
  package func signal() { pthread_cond_broadcast(condition) }
}
