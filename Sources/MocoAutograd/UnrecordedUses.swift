import CThreads

/// How often the numbers of variables that train were used in ways that leave no trace in a graph: operations within
/// `noGrad`, and looks at the numbers themselves, which whoever looks has to note. Who keeps what a function gave, as
/// long as no gradient shows that it came from a parameter, asks whether it has used one unseen.
public enum UnrecordedUses {
  /// The uses so far on this thread.
  public static var count: Int64 { moco_unrecorded_uses() }

  /// Notes a use.
  public static func note() { moco_note_unrecorded_use() }

  /// Notes a use where operations are not recorded and one of the variables trains.
  public static func note(_ variables: [Variable?]) {
    guard !Autograd.isEnabled, variables.contains(where: { $0?.requiresGrad ?? false }) else { return }
    note()
  }
}
