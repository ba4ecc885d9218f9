import Synchronization

/// How often programs have looked at the numbers of tensors that train in ways that leave no trace in their graph:
/// `detach`, `item`, comparisons, `no_grad`. Who keeps what a function gave as long as no gradient shows that it came
/// from a parameter asks whether it has looked at one unseen.
enum UnrecordedReads {
  private static let reads = Atomic<Int>(0)

  static var count: Int { reads.load(ordering: .relaxed) }
  static func note() { reads.wrappingAdd(1, ordering: .relaxed) }
}
