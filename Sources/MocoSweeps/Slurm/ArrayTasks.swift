import MocoBase

/// The number of tasks of an array, and the number of tasks at a time: `--tasks 8`, `--tasks 8%4`.
package struct ArrayTasks: Equatable, Sendable {
  /// From 1.
  package let count: Int
  /// nil for no limit.
  package let atOnce: Int?

  /// The default limit of indices of an array: Slurm's own MaxArraySize.
  static let usualLimit = 1001
  /// The default maximum number of tasks: more would load the same model and data again for a few points each.
  static let usual = 50

  /// - Throws: E1127.
  package init(_ text: String) throws {
    let parts = text.split(separator: "%", omittingEmptySubsequences: false).map(String.init)
    let numbers = parts.compactMap { part in Int(part).flatMap { $0 >= 1 && String($0) == part ? $0 : nil } }
    guard (1...2).contains(parts.count), numbers.count == parts.count, let count = numbers.first,
      count <= Shard.most
    else {
      throw Failure(
        "E1127", "--tasks is \"\(text)\", which is not a number of tasks",
        help: "write --tasks 8, or --tasks 8%4 for eight tasks with four at a time")
    }
    self.init(count: count, atOnce: numbers.count > 1 ? numbers.last : nil)
  }

  init(count: Int, atOnce: Int? = nil) { (self.count, self.atOnce) = (count, atOnce) }

  /// The tasks for this many points.
  ///
  /// - Parameters:
  ///   - asked: the value of `--tasks`.
  ///   - limit: the limit of an index on the cluster; nil if unknown.
  /// - Returns: never more tasks than points.
  /// - Throws: E1127 for more tasks than the cluster supports.
  package static func fitting(points: Int, asked: ArrayTasks?, limit: Int?) throws -> ArrayTasks {
    let most = max(1, limit ?? usualLimit)
    if let asked, min(asked.count, points) > most {
      throw Failure(
        "E1127",
        "--tasks requests \(asked.count) tasks, but an array has at most \(most)"
          + (limit == nil ? " when MaxArraySize is unknown" : " on this system (MaxArraySize)"),
        help: "write --tasks \(most) or less: a task can run several points")
    }
    let count = max(1, min(asked?.count ?? usual, points, most))
    return ArrayTasks(count: count, atOnce: asked?.atOnce)
  }

  /// The value of `--array`.
  package var array: String { "0-\(count - 1)" + (atOnce.map { "%\($0)" } ?? "") }
}
