import MocoTensor
import Synchronization

/// Independent tasks distributed over the thread pool, with a lane number for scratch memory.
///
/// A task's result must not depend on its lane or on the order: then results do not depend on the number of
/// threads either.
package enum Lanes {
  /// The number of tasks that can run at the same time.
  package static var count: Int { max(1, Parallel.threadCount) }

  /// Runs `body` once for every task 0 ..< `tasks`, and returns when all are done.
  ///
  /// - Parameter lanes: the most that run at once. Tasks that do so have different lanes, 0 ..< `lanes`; with
  ///   1, they run in order on the calling thread.
  package static func run(_ tasks: Int, lanes: Int, _ body: (_ lane: Int, _ task: Int) -> Void) {
    guard tasks > 0 else { return }
    if lanes <= 1 || tasks == 1 {
      for task in 0..<tasks { body(0, task) }
      return
    }
    let next = Atomic<Int>(0)
    Parallel.forEach(min(lanes, tasks)) { lane in
      while true {
        let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if task >= tasks { return }
        body(lane, task)
      }
    }
  }
}

/// Rows split into blocks; the split depends only on the number of rows.
package struct RowBlocks {
  /// Total number of rows.
  package let rows: Int
  /// Rows of every block but the last, which may have fewer; 0 if there are no rows.
  package let size: Int
  /// Number of blocks.
  package var count: Int { size == 0 ? 0 : (rows + size - 1) / size }

  /// The maximum number of rows of a block, for the size of scratch memory. A multiple of 16.
  package static let limit = 320

  /// 128 rows per block, up to `limit` where there are many, a multiple of 16, and an even number of blocks where
  /// possible. A product packs its weights again for every block, which costs a tenth of its time at
  /// 128 rows; but there must be enough blocks to distribute.
  package init(rows: Int) {
    self.rows = rows
    let target = min(max(128, rows / 8), RowBlocks.limit)
    var blocks = (rows + target - 1) / target
    if rows > 32, blocks % 2 == 1 { blocks += 1 }
    let even = blocks == 0 ? 0 : (rows + blocks - 1) / blocks
    size = (even + 15) & ~15
  }

  /// All rows in one block, for work that is already distributed in another way.
  package init(single rows: Int) {
    self.rows = rows
    size = rows
  }

  /// The rows of one block.
  ///
  /// - Parameter block: 0 ..< `count`.
  package func range(_ block: Int) -> Range<Int> {
    let first = block * size
    return first..<min(first + size, rows)
  }
}
