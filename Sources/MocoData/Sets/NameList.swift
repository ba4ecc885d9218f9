/// Names in a message.
package enum NameList {
  /// The names in quotes with commas between them: twelve at most, and then how many there are in all.
  package static func text(_ names: [String]) -> String {
    let shown = names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
    return names.count > 12 ? "\(shown) … (\(names.count) in all)" : shown
  }

  /// The names as they are, four at most, and then how many more there are.
  static func few(_ names: [String]) -> String {
    let shown = names.prefix(4).joined(separator: ", ")
    return names.count > 4 ? "\(shown) and \(names.count - 4) more" : shown
  }
}
