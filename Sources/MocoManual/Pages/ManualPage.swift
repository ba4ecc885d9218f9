/// A page of the manual, in Markdown.
public struct ManualPage: Equatable, Sendable {
  /// The purpose of a page.
  public enum Kind: String, CaseIterable, Sendable {
    /// To learn by doing, from the beginning.
    case tutorial = "Tutorial"
    /// To get one thing done.
    case howTo = "How-to guides"
    /// To look something up.
    case reference = "Reference"
    /// To understand why.
    case explanation = "Explanation"
    /// A built-in function or value.
    case function = "Functions"
    /// A type with its fields and methods.
    case type = "Types"
    /// An error code.
    case error = "Errors"
  }

  /// The name of its file, without extension: `values`, `function-sorted`, `error-E0203`. It is unique.
  public var name: String
  /// Its kind.
  public var kind: Kind
  /// Its heading.
  public var title: String
  /// One sentence or a few words, for lists and the search.
  public var summary: String
  /// The complete page, with its heading.
  public var markdown: String

  /// A page of these parts.
  public init(name: String, kind: Kind, title: String, summary: String, markdown: String) {
    self.name = name
    self.kind = kind
    self.title = title
    self.summary = summary
    self.markdown = markdown
  }

  /// The address of the page, relative to any other page.
  public var address: String { name + ".html" }
}
