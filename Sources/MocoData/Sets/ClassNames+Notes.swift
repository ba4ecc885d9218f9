extension ClassNames {
  /// An origin that says which classes have one name; what it said of the names before goes.
  static func noting(
    twinsOf names: [String], insteadOf before: [String]? = nil, in origin: String?
  ) -> String? {
    let stale = before.flatMap(twinsNote)
    var lines = (origin ?? "").split(separator: "\n").compactMap { line -> String? in
      // What is said of names that a file lacks is settled by those that were given.
      if before != nil, FeatureFile.namesAreMissing(line) { return nil }
      let kept = line.split(separator: "; ").filter { $0 != stale ?? "" }
      return kept.isEmpty ? nil : kept.joined(separator: "; ")
    }
    if let note = twinsNote(names) { lines.append(note) }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }
}
