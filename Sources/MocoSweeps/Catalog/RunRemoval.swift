import MocoBase

/// Records of runs to remove; runs that may still be running are excluded.
public struct RunRemoval {
  /// The records to remove.
  public let entries: [RunCatalog.Entry]
  /// Records that are kept, because they are running or may be running on another machine.
  public let kept: [RunCatalog.Entry]

  /// For these runs.
  public init(_ entries: [RunCatalog.Entry]) {
    self.entries = entries.filter { !$0.mayRun }
    kept = entries.filter(\.mayRun)
  }

  /// The freed size in bytes.
  public var bytes: Int { entries.reduce(0) { $0 + $1.bytes } }

  /// Removes them, one by one.
  ///
  /// - Throws: E0504 if something cannot be removed; earlier removals are not undone.
  public func remove() throws {
    for entry in entries { try FolderRemoval.remove(entry.path) }
  }
}
