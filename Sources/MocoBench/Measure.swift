import Glibc
import MocoBase
import MocoCLIP
import MocoTensor

/// Times of a piece of work that was repeated.
struct Times {
  /// Wall clock and processor time of each repetition, in seconds.
  var wall: [Double] = []
  var processor: [Double] = []

  var median: Double { Times.median(wall) }
  var fastest: Double { wall.min() ?? .nan }
  var medianProcessor: Double { Times.median(processor) }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle] + sorted[middle - 1]) / 2
  }
}

enum Measure {
  /// Seconds on a clock that only goes forward.
  static var clock: Double { seconds(CLOCK_MONOTONIC) }
  /// Seconds of processor time of all threads of this process.
  static var processor: Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

  private static func seconds(_ id: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(id, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Runs `work` once to warm up and then `count` times, fewer if that would take longer than `limit`
  /// seconds.
  static func repeated(
    _ count: Int, limit: Double = 120, warmUp: Bool = true, _ work: () throws -> Void
  ) throws -> Times {
    let begin = clock
    if warmUp { try work() }
    var times = Times()
    for turn in 0..<max(count, 1) {
      if turn > 0, clock - begin > limit { break }
      try Cancellation.check()
      let (wall, used) = (clock, processor)
      try work()
      times.wall.append(clock - wall)
      times.processor.append(processor - used)
    }
    return times
  }

  /// The most memory that this process ever held, in megabytes of a million bytes.
  static var peakMegabytes: Double {
    Double(MemoryAccountant.residentPeak ?? 0) / 1e6
  }

  /// GFLOP/s of square products on the threads in use, by the clock and by processor time: what work is
  /// compared with. The fastest turn counts.
  static func productRate(side: Int = 1536, turns: Int = 5) throws -> (wall: Double, processor: Double) {
    var random = Philox(seed: 1, stream: "products")
    let values = (0..<(side * side)).map { _ in random.nextUniform() - 0.5 }
    let a = try Tensor(values, shape: [side, side])
    let c = try Tensor.zeros([side, side])
    let times = try repeated(turns) {
      try c.withMutableFloats { c in
        try a.withFloats { a in
          guard let c = c.baseAddress, let a = a.baseAddress else { return }
          Gemm.run(
            false, true, m: side, n: side, k: side, alpha: 1, a: a, lda: side, b: a, ldb: side, beta: 0, c: c,
            ldc: side)
        }
      }
    }
    let cube = Double(side) * Double(side) * Double(side)
    return (2 * cube / times.fastest / 1e9, 2 * cube / (times.processor.min() ?? .nan) / 1e9)
  }
}
