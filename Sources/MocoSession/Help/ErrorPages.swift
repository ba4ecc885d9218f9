import MocoBase
import MocoLang
import MocoRuntime

/// The pages of `moco explain`: one file per code in the standard library.
public enum ErrorPages {
  /// There is no such code.
  public struct Missing: Error {
    /// With the nearest code there is.
    public var message: String
  }

  /// The page of a code, in Markdown; its title where the standard library is not there.
  public static func page(
    _ code: String, library: StandardLibrary? = StandardLibrary.locate()
  ) throws(Missing) -> String {
    guard let entry = Dialect.moco.errors.entry(for: code),
      let path = Dialect.moco.errors.pagePath(for: entry.code)
    else {
      let near = Nearest.name(to: code.uppercased(), among: Dialect.moco.errors.entries.map(\.code))
      throw Missing(
        message: "there is no error code \(code)" + (near.map { "; did you mean \($0)?" } ?? ""))
    }
    if let library, let page = try? FileSystem.readText(library.path(path)) { return page }
    return "# \(entry.code): \(entry.title)\n\nThe standard library, which has the page, was not found."
  }

  /// All codes by subject, a line each.
  public static var list: String {
    var text = ""
    for (index, range) in Dialect.moco.errors.ranges.enumerated() {
      text += (index > 0 ? "\n" : "") + range.subject + "\n"
      for entry in Dialect.moco.errors.entries where entry.code.hasPrefix(range.prefix) {
        text += "  \(entry.code)  \(entry.title)\n"
      }
    }
    return text
  }
}
