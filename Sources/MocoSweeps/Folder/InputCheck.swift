import MocoBase

/// Checks whether the input files of a run are unchanged: by path, size and time, and by content if these differ.
package struct InputCheck {
  /// Cached results: the files of a sweep's runs are mostly the same.
  private var known: [String: Bool] = [:]

  /// Empty.
  package init() {}

  /// Files that are missing on this machine count as unchanged: the run may have been elsewhere.
  ///
  /// - Parameter inputs: `inputs` of a run's record.
  /// - Returns: the changed file, in words; nil if none has changed.
  package mutating func changed(_ inputs: Json?) -> String? {
    for input in inputs?.arrayValue ?? [] {
      guard let path = input["path"]?.stringValue, let stamp = input["stamp"]?.stringValue else { continue }
      let key = "\(path)\u{0}\(stamp)"
      let isSame = known[key] ?? FileStamp(path).map { $0.text == stamp } ?? true
      known[key] = isSame
      if !isSame { return "\(path) has changed since" }
    }
    return nil
  }
}
