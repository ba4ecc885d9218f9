/// Unique ids for the headings of a page, for links.
package struct HeadingIDs {
  private var taken: Set<String>
  private let keepsUnderscores: Bool

  /// - Parameters:
  ///   - taken: ids that are already used.
  ///   - keepsUnderscores: whether names of a program are kept unchanged.
  package init(taken: Set<String>, keepsUnderscores: Bool = false) {
    self.taken = taken
    self.keepsUnderscores = keepsUnderscores
  }

  /// Lower-case letters and digits of the words, and a number for duplicates.
  package mutating func next(_ words: String) -> String {
    var base = ""
    for scalar in words.lowercased().unicodeScalars {
      if scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || keepsUnderscores && scalar == "_" {
        base.unicodeScalars.append(scalar)
      } else if !base.isEmpty, base.last != "-" {
        base += "-"
      }
    }
    while base.last == "-" { base.removeLast() }
    if base.isEmpty { base = "part" }
    return taken.insertNumbered(base)
  }
}

extension Set<String> {
  /// Inserts a name, followed by a number where the set has it already: `part`, `part-2`, `part-3`.
  ///
  /// - Returns: the name that was inserted.
  mutating func insertNumbered(_ base: String) -> String {
    var id = base
    var count = 1
    while !insert(id).inserted {
      count += 1
      id = "\(base)-\(count)"
    }
    return id
  }
}
