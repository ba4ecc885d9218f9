import Testing

/// What a target shows to others says what it is: every public and package declaration has a comment with `///` above
/// it. What a protocol asks for is told there, and need not be repeated by those who do it.
@Suite struct DocCommentTests {
  private static let keywords: Set<Substring> = [
    "func", "var", "let", "struct", "class", "enum", "actor", "protocol", "init", "subscript", "typealias",
  ]
  private static let modifiers: Set<Substring> = [
    "static", "final", "class", "mutating", "nonisolated", "override", "indirect", "lazy", "weak", "unowned",
    "convenience", "required", "consuming", "borrowing", "isolated", "private(set)", "package(set)",
    "nonisolated(unsafe)",
  ]
  /// What the standard library's protocols ask for.
  private static let ofTheStandardLibrary: Set<String> = [
    "description", "debugDescription", "hash", "encode", "makeIterator", "next", "errorDescription",
    "startIndex",
    "endIndex", "index", "formIndex", "rawValue", "id", "==", "<", "allValueStrings",
  ]
  private static let initializersOfTheStandardLibrary = [
    "from decoder", "stringLiteral", "rawValue", "argument",
  ]

  /// A public or package declaration, as far as it stands on its first line.
  private struct Declaration {
    let keyword: Substring
    let name: String
    let rest: Substring
    var isOverride = false

    /// - Returns: nil where the line declares nothing that other targets see.
    init?(_ line: Substring) {
      var rest = line.trimmed
      var isVisible = false
      while true {
        while rest.first == "@" { rest = rest.withoutAttribute.trimmed }
        let word = rest.prefix { $0.isLetter || $0 == "(" || $0 == ")" }
        let next = rest.dropFirst(word.count).trimmed
        let isAccess = word == "public" || word == "package"
        guard isAccess || modifiers.contains(word), word != "class" || Self.begins(next) else { break }
        isVisible = isVisible || isAccess
        isOverride = isOverride || word == "override"
        rest = next
      }
      let word = rest.prefix { $0.isLetter }
      guard isVisible, keywords.contains(word) else { return nil }
      keyword = word
      self.rest = rest.dropFirst(word.count)
      name = self.rest.name
    }

    /// Whether a declaration goes on here, so that the `class` before it is a modifier.
    private static func begins(_ text: Substring) -> Bool {
      let word = text.prefix { $0.isLetter }
      return keywords.contains(word) || modifiers.contains(word)
    }
  }

  /// Names of what the protocols of these files ask for.
  private static func requirements(_ sources: [String]) -> Set<String> {
    var names: Set<String> = []
    for source in sources where source.contains("protocol ") {
      var margin: Int?
      for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
        let text = line.trimmed
        let depth = line.count - text.count
        if let open = margin {
          if depth == open, text.hasPrefix("}") {
            margin = nil
          } else if depth == open + 2 {
            var words = text.split(separator: " ", maxSplits: 8)[...]
            while let word = words.first, modifiers.contains(word) { words.removeFirst() }
            guard words.count > 1, let word = words.first, ["func", "var"].contains(word) else { continue }
            names.insert(words[words.startIndex + 1].name)
          }
        } else if text.hasPrefix("protocol ") || text.hasPrefix("public protocol ")
          || text.hasPrefix("package protocol ")
        {
          margin = depth
        }
      }
    }
    return names
  }

  /// Numbers of the lines that declare something without a comment.
  private static func bare(_ source: String, excused: Set<String>) -> [Int] {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.indices.filter { place in
      guard let found = Declaration(lines[place]), !found.isOverride else { return false }
      switch found.keyword {
      case "func", "var": if excused.contains(found.name) { return false }
      case "init":
        if initializersOfTheStandardLibrary.contains(where: { found.rest.hasPrefix("(\($0)") }) {
          return false
        }
      default: break
      }
      var above = place - 1
      while above >= 0, lines[above].trimmed.hasPrefix("@") { above -= 1 }
      return above < 0 || !(lines[above].trimmed.hasPrefix("///") || lines[above].hasSuffix("*/"))
    }.map { $0 + 1 }
  }

  @Test func aDeclarationIsFound() {
    let source = """
      public protocol Shape {
        var area: Double { get }
        mutating func scale(_ factor: Double)
      }
      /// One.
      @frozen
      public struct A: Shape {
        package let side: Int
        /// Two.
        public init(_ side: Int) {}
        public init(from decoder: any Decoder) throws {}
        public var area: Double { 0 }
        public mutating func scale(_ factor: Double) {}
        @inlinable public static func make(_ side: Int) -> A { A(side) }
        public private(set) var edges = 4
        public static func == (left: A, right: A) -> Bool { true }
        var inner: Int { 0 }

        // Three.
        package subscript(place: Int) -> Int { place }
        public class func named() -> Int { 0 }
        public override func other() {}
      }
      package final class B {}
      package import C
      """
    #expect(
      Self.bare(source, excused: Self.requirements([source]).union(Self.ofTheStandardLibrary))
        == [1, 8, 14, 15, 20, 21, 24])
  }

  @Test func whatOthersSeeSaysWhatItIs() throws {
    let files = try Checkout.swiftFiles(in: "Sources").map { (path: $0, text: try Checkout.text($0)) }
    let excused = Self.requirements(files.map(\.text)).union(Self.ofTheStandardLibrary)
    for file in files {
      let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
      for line in Self.bare(file.text, excused: excused) {
        Issue.record("\(file.path):\(line) has no comment that says what it is: \(lines[line - 1].trimmed)")
      }
    }
  }
}

extension Substring {
  fileprivate var trimmed: Substring { drop { $0 == " " } }

  /// What follows `@name` or `@name(…)`.
  fileprivate var withoutAttribute: Substring {
    let rest = dropFirst().drop { $0.isLetter || $0 == "_" || $0.isNumber }
    guard rest.first == "(", let end = rest.firstIndex(of: ")") else { return rest }
    return rest[index(after: end)...]
  }

  /// The name of a declaration, or its operator.
  fileprivate var name: String {
    let text = trimmed
    let word = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "`" }
    return word.isEmpty ? String(text.prefix { "=<>".contains($0) }) : word.filter { $0 != "`" }
  }
}
