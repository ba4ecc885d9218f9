import MocoBase
import MocoLang
import MocoRuntime

/// The pages of `moco explain`: one file per code in the standard library.
public enum ErrorPages {
  /// An unknown code.
  public struct Missing: Error {
    /// The message, with the nearest existing code.
    public var message: String
  }

  /// The page of a code, in Markdown; its title if the standard library is missing.
  ///
  /// - Parameter catalog: the existing codes.
  public static func page(
    _ code: String, _ catalog: ErrorCatalog, library: StandardLibrary? = StandardLibrary.locate()
  ) throws(Missing) -> String {
    guard let entry = catalog.entry(for: code),
      let path = catalog.pagePath(for: entry.code)
    else {
      let near = Nearest.name(to: code.uppercased(), among: catalog.entries.map(\.code))
      throw Missing(
        message: "unknown error code \(code)" + (near.map { "; did you mean \($0)?" } ?? ""))
    }
    if let library, let page = try? FileSystem.readText(library.path(path)) { return page }
    return "# \(entry.code): \(entry.title)\n\nThe page is in the standard library, which was not found."
  }

  /// All codes by subject, one per line.
  public static func list(_ catalog: ErrorCatalog) -> String {
    var text = ""
    for (index, range) in catalog.ranges.enumerated() {
      text += (index > 0 ? "\n" : "") + range.subject + "\n"
      for entry in catalog.entries where entry.code.hasPrefix(range.prefix) {
        text += "  \(entry.code)  \(entry.title)\n"
      }
    }
    return text
  }
}
