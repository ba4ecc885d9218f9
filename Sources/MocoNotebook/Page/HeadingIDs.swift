/// Names for the headings of a page, to which links can lead: each once.
package struct HeadingIDs {
  private var taken: Set<String>
  private let keepsUnderscores: Bool

  /// - Parameters:
  ///   - taken: names that the page has given away.
  ///   - keepsUnderscores: whether names of a program stay as they are.
  package init(taken: Set<String>, keepsUnderscores: Bool = false) {
    self.taken = taken
    self.keepsUnderscores = keepsUnderscores
  }

  /// Small letters and digits of the words, and a number where another heading has these.
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
    var id = base
    var count = 1
    while !taken.insert(id).inserted {
      count += 1
      id = "\(base)-\(count)"
    }
    return id
  }
}
