/// The modules that a Swift file imports, outside of its strings and comments.
enum SwiftImports {
  private static let access: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
  private static let kinds: Set<Substring> = [
    "struct", "class", "enum", "protocol", "func", "let", "var", "typealias",
  ]

  /// - Parameter source: where a string of several lines begins or ends, a line has one `"""`.
  static func modules(of source: String) -> [String] {
    var modules: [String] = []
    var isInString = false
    for line in source.split(separator: "\n") {
      if line.utf8.contains(UInt8(ascii: "\"")),
        line.split(separator: "\"\"\"", omittingEmptySubsequences: false).count % 2 == 0
      {
        isInString.toggle()
      } else if !isInString, let module = module(ofLine: line) {
        modules.append(module)
      }
    }
    return modules
  }

  /// `@testable public import struct Module.Name`
  private static func module(ofLine line: Substring) -> String? {
    // Most lines are none, and looking at words is slow.
    guard let first = line.utf8.first(where: { $0 != 0x20 }), line.utf8.count < 120,
      first == UInt8(ascii: "@") || first == UInt8(ascii: "i") || first == UInt8(ascii: "p")
        || first == UInt8(ascii: "f")
    else { return nil }
    var words = line.split(separator: " ")[...]
    while let word = words.first, word.hasPrefix("@") || access.contains(word) { words.removeFirst() }
    guard words.popFirst() == "import" else { return nil }
    if let word = words.first, kinds.contains(word) { words.removeFirst() }
    return words.first?.split(separator: ".").first.map(String.init)
  }
}
