import CKernels
import Glibc
import MocoBase
import MocoTensor

/// Times of repeated work.
struct Times {
  /// Wall time and processor time of each repetition, in seconds.
  var wall: [Double] = []
  var processor: [Double] = []

  /// Appends the repetitions of other times.
  mutating func add(_ other: Times) {
    wall += other.wall
    processor += other.processor
  }

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
  /// Runs `work` once to warm up and then `count` times, or less often if that would take longer than `limit`
  /// seconds.
  static func repeated(
    _ count: Int, limit: Double = 120, warmUp: Bool = true, _ work: () throws -> Void
  ) throws -> Times {
    let begin = ProcessClock.seconds
    if warmUp { try work() }
    var times = Times()
    for turn in 0..<max(count, 1) {
      if turn > 0, ProcessClock.seconds - begin > limit { break }
      try Cancellation.check()
      let (wall, used) = (ProcessClock.seconds, ProcessClock.processorSeconds)
      try work()
      times.wall.append(ProcessClock.seconds - wall)
      times.processor.append(ProcessClock.processorSeconds - used)
    }
    return times
  }

  /// The peak memory of this process, in megabytes of a million bytes.
  static var peakMegabytes: Double {
    Double(MemoryAccountant.residentPeak ?? 0) / 1e6
  }

  /// GFLOP/s by wall time and by processor time.
  struct Rate {
    var wall, processor: Double

    init(_ operations: Double, _ times: Times) {
      wall = operations / times.fastest / 1e9
      processor = operations / (times.processor.min() ?? .nan) / 1e9
    }
  }

  /// The peak rate of the threads in use: fused products in registers. The result is the fastest repetition.
  static func peakRate(turns: Int = 7) throws -> Rate {
    let threads = Parallel.threadCount
    var operations = 0.0
    let times = try repeated(turns) {
      var done = [Double](repeating: 0, count: threads)
      done.withUnsafeMutableBufferPointer { done in
        // - Safety: each task writes only its own slot, and the caller waits for all of them.
        nonisolated(unsafe) let slots = done
        Parallel.forEach(threads) { thread in
          var value: Float = 0
          slots[thread] = moco_peak_run(4_000_000, &value)
        }
      }
      operations = done.reduce(0, +)
    }
    return Rate(operations, times)
  }

  /// The rate of square products on the threads in use. The result is the fastest repetition.
  static func productRate(side: Int = 1536, turns: Int = 5, by kind: Products.Kind) throws -> Rate {
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
            ldc: side, by: kind)
        }
      }
    }
    let cube = Double(side) * Double(side) * Double(side)
    return Rate(2 * cube, times)
  }
}
