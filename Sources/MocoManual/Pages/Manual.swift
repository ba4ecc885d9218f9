import MocoBase
import MocoLang
import MocoRuntime
import MocoSession

/// All pages about moco: written ones (`stdlib/docs`, `stdlib/errors`), and those generated from the
/// interpreter's functions and types.
public struct Manual {
  /// In the order of the contents.
  public let pages: [ManualPage]
  /// The dialect of their programs.
  public let dialect: Dialect

  /// The manual of a session's language.
  ///
  /// - Throws: E0501 if a listed page is missing, E0502 if the contents cannot be read.
  public init(_ interpreter: Interpreter, library: StandardLibrary) throws {
    dialect = interpreter.dialect
    guard let contents = library.page("index") else {
      throw Failure(
        "E0501", "the standard library has no page 'index'", help: "install moco again with scripts/install")
    }
    var pages = try ManualContents(contents).entries.map { entry in
      guard let text = library.page(entry.name) else {
        throw Failure("E0501", "the contents list the page '\(entry.name)', which is missing")
      }
      return ManualPage(
        name: entry.name, kind: entry.kind, title: Manual.title(of: text) ?? entry.name,
        summary: entry.summary, markdown: text)
    }
    pages += Manual.functions(interpreter)
    pages += Manual.types(interpreter)
    for entry in interpreter.dialect.errors.entries {
      let text = try ErrorPages.page(entry.code, interpreter.dialect.errors, library: library)
      pages.append(
        ManualPage(
          name: "error-\(entry.code)", kind: .error, title: "\(entry.code): \(entry.title)",
          summary: entry.title + ".", markdown: text))
    }
    self.pages = pages
  }

  /// The pages of a kind.
  public func pages(_ kind: ManualPage.Kind) -> [ManualPage] { pages.filter { $0.kind == kind } }

  /// The heading of the first level.
  private static func title(of markdown: String) -> String? {
    markdown.split(separator: "\n").first { $0.hasPrefix("# ") }.map { String($0.dropFirst(2)) }
  }
}
