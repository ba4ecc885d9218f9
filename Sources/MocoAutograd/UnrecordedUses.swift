import Synchronization

/// How often the numbers of variables that train were used in ways that leave no trace in a graph: operations within
/// `noGrad`, and looks at the numbers themselves, which whoever looks has to note. Who keeps what a function gave, as
/// long as no gradient shows that it came from a parameter, asks whether it has used one unseen.
public enum UnrecordedUses {
  private static let uses = Atomic<Int>(0)

  /// The uses so far, in the whole process.
  public static var count: Int { uses.load(ordering: .relaxed) }

  /// Notes a use.
  public static func note() { uses.wrappingAdd(1, ordering: .relaxed) }

  /// Notes a use where operations are not recorded and one of the variables trains.
  public static func note(_ variables: [Variable?]) {
    guard !Autograd.isEnabled, variables.contains(where: { $0?.requiresGrad ?? false }) else { return }
    note()
  }
}
