import MocoBase
import MocoCLIP
import MocoLang
import MocoRuntime
import MocoSession

/// The pages of `moco explain`: one file per code in the standard library.
public enum ErrorPages {
  /// Shows the page of a code. - Returns: false, with a message, where there is no such code.
  public static func show(_ code: String) -> Bool {
    guard let entry = Dialect.moco.errors.entry(for: code),
      let path = Dialect.moco.errors.pagePath(for: entry.code)
    else {
      let near = Nearest.name(to: code.uppercased(), among: Dialect.moco.errors.entries.map(\.code))
      Console.report("there is no error code \(code)" + (near.map { "; did you mean \($0)?" } ?? "") + "\n")
      return false
    }
    if let library = StandardLibrary.locate(), let page = try? FileSystem.readText(library.path(path)) {
      Console.showHelp(page)
    } else {
      Console.showHelp(
        "# \(entry.code): \(entry.title)\n\nThe standard library, which has the page, was not found.")
    }
    return true
  }

  /// Lists all codes by subject.
  public static func list() {
    for (index, range) in Dialect.moco.errors.ranges.enumerated() {
      Console.print((index > 0 ? "\n" : "") + range.subject + "\n")
      for entry in Dialect.moco.errors.entries where entry.code.hasPrefix(range.prefix) {
        Console.print("  \(entry.code)  \(entry.title)\n")
      }
    }
  }
}
