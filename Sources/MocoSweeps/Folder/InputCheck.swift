import MocoBase

/// Whether the files that a run has read are still those: by path, size and time, and where these differ by content.
package struct InputCheck {
  /// What was found out already: the files of a sweep's runs are mostly the same.
  private var known: [String: Bool] = [:]

  /// Nothing is known yet.
  package init() {}

  /// - Parameter inputs: `inputs` of a run's record.
  /// - Returns: which of them has changed, in words; nil where none has.
  package mutating func changed(_ inputs: Json?) -> String? {
    for input in inputs?.arrayValue ?? [] {
      guard let path = input["path"]?.stringValue, let stamp = input["stamp"]?.stringValue else { continue }
      let key = "\(path)\u{0}\(stamp)"
      let isSame = known[key] ?? (FileStamp(path)?.text == stamp)
      known[key] = isSame
      if !isSame { return FileSystem.kind(path) == .missing ? "\(path) is gone" : "\(path) has changed" }
    }
    return nil
  }
}
