/// The command line: a folder, and which of its files to check.
package struct GoldenOptions {
  /// The folder to check, without slashes at its end.
  package private(set) var root = ""
  /// Empty: everything.
  package private(set) var prefixes: [String] = []

  /// Whether an unknown file makes the exit status 1.
  package private(set) var isStrict = false

  static let usage = "usage: golden DIR [--strict] [--only PREFIX…]"

  /// Reads the arguments without the program's name.
  ///
  /// - Throws: `GoldenFault` with the usage for invalid arguments.
  package init(_ arguments: [String]) throws {
    var isList = false
    for argument in arguments {
      if argument == "--strict" {
        isStrict = true
      } else if argument == "--only" {
        isList = true
      } else if argument.hasPrefix("--only=") {
        prefixes.append(String(argument.dropFirst("--only=".count)))
      } else if argument.hasPrefix("-") && argument.count > 1 {
        throw GoldenFault("unknown option \(argument)\n\(GoldenOptions.usage)")
      } else if isList {
        prefixes.append(argument)
      } else if root.isEmpty {
        root = argument
      } else {
        throw GoldenFault(
          "only one folder can be checked at a time, not also \(argument)\n\(GoldenOptions.usage)")
      }
    }
    guard !root.isEmpty else { throw GoldenFault(GoldenOptions.usage) }
    guard !isList || !prefixes.isEmpty else {
      throw GoldenFault("--only needs a prefix\n\(GoldenOptions.usage)")
    }
    while root.count > 1 && root.hasSuffix("/") { root.removeLast() }
    prefixes = prefixes.map { prefix in
      var text = Substring(prefix)
      while text.hasPrefix("./") { text = text.dropFirst(2) }
      while text.hasSuffix("/") { text = text.dropLast() }
      return String(text)
    }
  }
}
