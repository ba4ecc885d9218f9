/// Error codes with their titles. The page of a code is `errors/CODE.md` in the standard library, and begins
/// with the title; a test compares both.
///
/// A dialect's catalog holds the language's own codes and those of the embedder.
public struct ErrorCatalog: Sendable {
  /// One error code with its title.
  public struct Entry: Sendable {
    /// `E` and four digits: `E0203`.
    public let code: String
    /// The title of the error, the same as the heading of the code's page.
    public let title: String
  }

  /// In the order of the codes.
  public let entries: [Entry]
  /// The meaning of the first two digits, in order.
  public let ranges: [(prefix: String, subject: String)]

  /// A catalog of the codes in a table, which stays in the order given; the prefixes are like `E02`.
  public init(ranges: [(prefix: String, subject: String)] = [], _ table: [(code: String, title: String)] = [])
  {
    self.ranges = ranges
    entries = table.map { Entry(code: $0.code, title: $0.title) }
  }

  private init(ranges: [(prefix: String, subject: String)], entries: [Entry]) {
    self.ranges = ranges.sorted { $0.prefix < $1.prefix }
    self.entries = entries.sorted { $0.code < $1.code }
  }

  func adding(_ other: ErrorCatalog) -> ErrorCatalog {
    ErrorCatalog(ranges: ranges + other.ranges, entries: entries + other.entries)
  }

  /// nil for a code that does not exist. `e0203` and `203` find E0203.
  public func entry(for code: String) -> Entry? {
    let upper = code.uppercased()
    let digits = upper.hasPrefix("E") ? String(upper.dropFirst()) : upper
    guard digits.utf8.count <= 4, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    let full = "E" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    return entries.first { $0.code == full }
  }

  /// Path of the page inside the standard library.
  public func pagePath(for code: String) -> String? { entry(for: code).map { "errors/\($0.code).md" } }
}
