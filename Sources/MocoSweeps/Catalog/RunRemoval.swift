import MocoBase

/// Records of runs that are to be removed; those that somebody may still be working on are not among them.
public struct RunRemoval {
  /// What goes.
  public let entries: [RunCatalog.Entry]
  /// What stays, since it runs, or since its process on another machine may run.
  public let kept: [RunCatalog.Entry]

  /// Of these runs.
  public init(_ entries: [RunCatalog.Entry]) {
    self.entries = entries.filter { !$0.mayRun }
    kept = entries.filter(\.mayRun)
  }

  /// Bytes that come free.
  public var bytes: Int { entries.reduce(0) { $0 + $1.bytes } }

  /// Removes them, one by one.
  ///
  /// - Throws: E0504 where something stays; what was removed before is gone.
  public func remove() throws {
    for entry in entries { try FolderRemoval.remove(entry.path) }
  }
}
