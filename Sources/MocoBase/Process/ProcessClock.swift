import Glibc

/// The clocks that durations are measured with. Both only go forward.
package enum ProcessClock {
  /// Seconds since some moment, the same for the life of the process (`CLOCK_MONOTONIC`).
  package static var seconds: Double { read(CLOCK_MONOTONIC) }
  /// Seconds of processor time of all threads of this process.
  package static var processorSeconds: Double { read(CLOCK_PROCESS_CPUTIME_ID) }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
