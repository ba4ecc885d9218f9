import MocoBase

/// How class names are read and checked.
///
/// A class is a label; its name is used in prompts. ImageNet has classes with the same name (two cranes, two
/// maillots) and the same prompts, as in all published evaluations. If a class is chosen or shown by
/// name, such a name is followed by an identifier: "crane (n02012849)", or the label if a data set has
/// no identifiers.
package enum ClassNames {
  /// The display name of a folder or list entry: `_` becomes a space, outer space is removed.
  static func readable(_ name: String) -> String {
    var text = Substring(name.map { $0 == "_" ? " " : $0 })
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// - Parameter areLabeled: a list with class numbers may have two classes with the same name; folders may not, because
  ///   only the name distinguishes them.
  /// - Parameter shown: the name of the classes in messages, such as folders as they are on disk.
  /// - Throws: E0511 for fewer than two, E0512 for two with the same name, E0519 for an empty name.
  static func check(
    _ classes: [String], data: String, areLabeled: Bool = false, shown: [String]? = nil
  ) throws {
    let shown = shown ?? classes
    guard classes.count >= 2 else { throw DataError.tooFewClasses(data, shown) }
    var seen: [String: String] = [:]
    for (name, shown) in zip(classes, shown) {
      guard !name.isEmpty else {
        throw DataError.mismatch(
          "\(data) has a class without a name" + (shown.isEmpty ? "" : ", \"\(shown)\""))
      }
      if let other = seen.updateValue(shown, forKey: name.lowercased()), !areLabeled {
        throw DataError.duplicateClass(data, other, shown)
      }
    }
    guard classes.contains(where: { $0 != classes[0] }) else {
      throw DataError.tooFewClasses(data, [classes[0]])
    }
  }

  /// The names; duplicates are followed by the identifier or label.
  package static func distinct(_ classes: [String], identifiers: [String]? = nil) -> [String] {
    var counts: [String: Int] = [:]
    for name in classes { counts[name, default: 0] += 1 }
    guard counts.count < classes.count else { return classes }
    var taken = Set(classes)
    return classes.enumerated().map { label, name in
      guard (counts[name] ?? 0) > 1 else { return name }
      var text = "\(name) (\(identifiers?[label] ?? String(label)))"
      while !taken.insert(text).inserted { text += "'" }
      return text
    }
  }

  /// The note about classes with the same name; nil if there are none.
  package static func twinsNote(_ classes: [String]) -> String? {
    var counts: [String: Int] = [:]
    // The tokenizer ignores case.
    for name in classes { counts[name.lowercased(), default: 0] += 1 }
    var seen = Set<String>()
    let twins = classes.filter { (counts[$0.lowercased()] ?? 0) > 1 && seen.insert($0).inserted }
    guard !twins.isEmpty else { return nil }
    return "classes with the same name, so their prompts are the same: " + twins.joined(separator: ", ")
  }
}

extension DataSplit {
  /// Names for choosing and showing classes: their own, or for duplicates with the identifier
  /// or label.
  public var labelNames: [String] { ClassNames.distinct(classes, identifiers: identifiers) }

  /// The label of the class that a program names: by its name, its identifier, or as `labelNames` shows it.
  ///
  /// - Throws: E0519 for an unknown or ambiguous name.
  public func label(named name: String) throws -> Int {
    let found = classes.indices.filter { classes[$0] == name }
    if found.count == 1, let label = found.first { return label }
    let shown = labelNames
    if let label = shown.firstIndex(of: name) ?? identifiers?.firstIndex(of: name) { return label }
    if !found.isEmpty {
      throw DataError.mismatch(
        "\(found.count) classes are called \"\(name)\"",
        help: "choose one: " + found.map { "\"\(shown[$0])\"" }.joined(separator: ", "))
    }
    throw DataError.mismatch(
      "there is no class \"\(name)\"",
      help: Nearest.name(to: name, among: classes).map { "did you mean \"\($0)\"?" })
  }
}
