import MocoBase

/// Whether the files that a run has read are still those: by path, size and time, and where these differ by content.
package struct InputCheck {
  /// What was found out already: the files of a sweep's runs are mostly the same.
  private var known: [String: Bool] = [:]

  /// Nothing is known yet.
  package init() {}

  /// What is not on this machine has not changed: a run may have been elsewhere.
  ///
  /// - Parameter inputs: `inputs` of a run's record.
  /// - Returns: which of them has changed, in words; nil where none has.
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
