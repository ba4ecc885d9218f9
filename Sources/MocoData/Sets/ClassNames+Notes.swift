extension ClassNames {
  /// An origin with a note about classes with the same name; it replaces earlier notes about names.
  static func noting(
    twinsOf names: [String], insteadOf before: [String]? = nil, in origin: String?
  ) -> String? {
    let stale = before.flatMap(twinsNote)
    var lines = (origin ?? "").split(separator: "\n").compactMap { line -> String? in
      // Notes about missing names are not needed if names were passed.
      if before != nil, FeatureFile.namesAreMissing(line) { return nil }
      let kept = line.split(separator: "; ").filter { $0 != stale ?? "" }
      return kept.isEmpty ? nil : kept.joined(separator: "; ")
    }
    if let note = twinsNote(names) { lines.append(note) }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }
}
