import MocoBase

/// How class names are read and checked.
///
/// A class is a label; its name is what a prompt says. ImageNet has classes of one name (two cranes, two
/// maillots), whose prompts are the same, as in all published evaluations. Where a class is chosen or shown by
/// name, such a name has what tells it apart after it: "crane (n02012849)", or the label where a data set has
/// nothing else.
package enum ClassNames {
  /// A folder's or list's name as people say it: `_` is a space, outer space goes.
  static func readable(_ name: String) -> String {
    var text = Substring(name.map { $0 == "_" ? " " : $0 })
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// - Parameter areLabeled: a list that numbers its classes may call two by one name; folders may not, since
  ///   nothing but the name says that they differ.
  /// - Parameter shown: what messages call the classes, such as folders as they are on disk.
  /// - Throws: E0511 for fewer than two, E0512 for two of one name, E0519 for an empty name.
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

  /// The names, where several are alike with the identifier or label behind them.
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

  /// What a data set says of classes of one name; nil where there are none.
  package static func twinsNote(_ classes: [String]) -> String? {
    var counts: [String: Int] = [:]
    // The tokenizer takes no notice of case.
    for name in classes { counts[name.lowercased(), default: 0] += 1 }
    var seen = Set<String>()
    let twins = classes.filter { (counts[$0.lowercased()] ?? 0) > 1 && seen.insert($0).inserted }
    guard !twins.isEmpty else { return nil }
    return "classes of one name, whose prompts are the same: " + twins.joined(separator: ", ")
  }
}

extension DataSplit {
  /// Names under which classes are chosen and shown: their own, or where several have one, with the identifier
  /// or label after it.
  public var labelNames: [String] { ClassNames.distinct(classes, identifiers: identifiers) }

  /// The label of the class that a program names: by its name, its identifier, or as `labelNames` shows it.
  ///
  /// - Throws: E0519 for a name that no class has, or several.
  public func label(named name: String) throws -> Int {
    let found = classes.indices.filter { classes[$0] == name }
    if found.count == 1, let label = found.first { return label }
    let shown = labelNames
    if let label = shown.firstIndex(of: name) ?? identifiers?.firstIndex(of: name) { return label }
    if !found.isEmpty {
      throw DataError.mismatch(
        "\(found.count) classes are called \"\(name)\"",
        help: "say which: " + found.map { "\"\(shown[$0])\"" }.joined(separator: ", "))
    }
    throw DataError.mismatch(
      "there is no class \"\(name)\"",
      help: Nearest.name(to: name, among: classes).map { "did you mean \"\($0)\"?" })
  }
}
