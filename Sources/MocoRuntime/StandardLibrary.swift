import Glibc
import MocoBase

/// The folder of the files that come with moco: modules, templates, the tokenizer's tables, the small model and
/// data.
public struct StandardLibrary: Sendable {
  /// The folder `stdlib`.
  public let root: String

  /// The library in a folder, which is not checked.
  public init(root: String) {
    self.root = root
  }

  /// The library that belongs to the running program.
  ///
  /// Searched in this order: the environment variable `MOCO_STDLIB`; `stdlib` next to the executable or in
  /// any folder above it (a build folder inside a checkout); `share/moco/stdlib` in any folder above it (an
  /// installation).
  /// - Returns: nil if there is none.
  public static func locate(executable: String? = nil) -> StandardLibrary? {
    if let named = getenv("MOCO_STDLIB") {
      let path = String(cString: named)
      if isLibrary(path) { return StandardLibrary(root: path) }
    }
    var folder = FileSystem.parent(of: executable ?? executablePath())
    while true {
      for candidate in ["stdlib", "share/moco/stdlib"] {
        let path = folder == "/" ? "/\(candidate)" : "\(folder)/\(candidate)"
        if isLibrary(path) { return StandardLibrary(root: path) }
      }
      let parent = FileSystem.parent(of: folder)
      if parent == folder || parent.isEmpty || folder == "." { return nil }
      folder = parent
    }
  }

  /// A path inside the library: `path("models", "small-clip.safetensors")`.
  public func path(_ components: String...) -> String {
    components.reduce(root) { "\($0)/\($1)" }
  }

  /// Whether a file is one of those that come with moco.
  func owns(_ path: String) -> Bool {
    guard let whole = FileSystem.realPath(path), let own = FileSystem.realPath(root) else { return false }
    return whole.hasPrefix(own + "/")
  }

  /// Pages of the reference.
  public var pages: [String] { names(in: "docs", ending: ".md") }

  /// Names that `use` accepts: of modules, and of methods' pages.
  public var modules: [String] {
    StandardLibrary.moduleFolders.flatMap { names(in: $0, ending: ".moco") }.sorted()
  }

  /// The folders in which `use` searches for a module of the library.
  private static let moduleFolders = ["modules", "methods"]

  /// The file of a module of the library; nil if there is none of this name.
  public func module(_ name: String) -> String? {
    StandardLibrary.moduleFolders.map { path($0, name + ".moco") }.first { FileSystem.kind($0) == .file }
  }

  /// Names of models that `load_clip` accepts.
  public var models: [String] { names(in: "models", ending: "-clip.safetensors") }

  private func names(in folder: String, ending: String) -> [String] {
    let entries = (try? FileSystem.list(path(folder))) ?? []
    return entries.filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }.sorted()
  }

  /// A page of the language reference by its name, or nil.
  public func page(_ name: String) -> String? {
    guard !name.isEmpty, name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-") })
    else { return nil }
    return try? FileSystem.readText(path("docs", name + ".md"))
  }

  /// The text of a file of the library, by its path in it; nil if there is none.
  public func text(at path: String) -> String? { try? FileSystem.readText(self.path(path)) }

  private static func isLibrary(_ path: String) -> Bool {
    FileSystem.kind(path + "/modules") == .folder
  }

  private static func executablePath() -> String {
    guard let resolved = realpath("/proc/self/exe", nil) else { return CommandLine.arguments.first ?? "moco" }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
