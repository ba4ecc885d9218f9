/// Names in a message.
package enum NameList {
  /// The names in quotes, separated by commas: at most twelve, and then the total number.
  package static func text(_ names: [String]) -> String {
    let shown = names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
    return names.count > 12 ? "\(shown) … (\(names.count) in all)" : shown
  }

  /// The names as they are, four at most, and then the number of the others.
  static func few(_ names: [String]) -> String {
    let shown = names.prefix(4).joined(separator: ", ")
    return names.count > 4 ? "\(shown) and \(names.count - 4) more" : shown
  }
}
