import CThreads

/// Counts unrecorded uses of trainable variables: operations within
/// `noGrad`, and direct reads of the numbers, which the reader must report. A cache of a function's
/// results, valid while they depend on no parameter, checks whether the function has used one unrecorded.
public enum UnrecordedUses {
  /// The uses so far on this thread.
  public static var count: Int64 { moco_unrecorded_uses() }

  /// Counts a use.
  public static func note() { moco_note_unrecorded_use() }

  /// Counts a use if operations are not recorded and one of the variables is trainable.
  public static func note(_ variables: [Variable?]) {
    guard !Autograd.isEnabled, variables.contains(where: { $0?.requiresGrad ?? false }) else { return }
    note()
  }
}
