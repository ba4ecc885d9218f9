import Foundation
import MocoTensor
import Synchronization
import Testing

/// Several callers that have threads of their own at a time.
@Suite(.serialized) struct ParallelCallersTests {
  @Test func everyCallerGetsAllOfItsTasksDone() {
    let threads = Parallel.threadCount
    Parallel.threadCount = 3
    Parallel.allowCallers(4)
    defer {
      Parallel.threadCount = threads
      Parallel.allowCallers(1)
    }
    let sums = Mutex<[Int]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { caller in
      for round in 0..<200 {
        let total = Total()
        Parallel.forEach(17) { index in total.add((caller + 1) * (round + 1) * (index + 1)) }
        let expected = (caller + 1) * (round + 1) * (17 * 18 / 2)
        if total.value != expected { sums.withLock { $0.append(total.value) } }
      }
    }
    #expect(sums.withLock { $0 }.isEmpty)
  }

  private final class Total: Sendable {
    private let sum = Atomic<Int>(0)
    func add(_ number: Int) { sum.add(number, ordering: .relaxed) }
    var value: Int { sum.load(ordering: .relaxed) }
  }
}
