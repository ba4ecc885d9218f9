import Foundation

/// Where the files that ship with moco are: modules, templates, the tokenizer's tables, the small model and data.
public struct StandardLibrary: Sendable {
  /// The folder `stdlib`.
  public let root: String

  public init(root: String) {
    self.root = root
  }

  /// The library that belongs to the running program.
  ///
  /// Looked for in this order: the environment variable `MOCO_STDLIB`; `stdlib` beside the executable or in any folder
  /// above it (a build folder inside a checkout); `share/moco/stdlib` beside the executable's `bin`.
  /// - Returns: nil where there is none.
  public static func locate(executable: String? = nil) -> StandardLibrary? {
    let environment = ProcessInfo.processInfo.environment
    if let named = environment["MOCO_STDLIB"], isLibrary(named) { return StandardLibrary(root: named) }
    let program = executable ?? executablePath()
    var folder = (program as NSString).deletingLastPathComponent
    while true {
      for candidate in ["stdlib", "share/moco/stdlib"] {
        let path = (folder as NSString).appendingPathComponent(candidate)
        if isLibrary(path) { return StandardLibrary(root: path) }
      }
      let parent = (folder as NSString).deletingLastPathComponent
      if parent == folder || parent.isEmpty { return nil }
      folder = parent
    }
  }

  /// A path inside the library: `path("models", "small-clip.safetensors")`.
  public func path(_ components: String...) -> String {
    components.reduce(root) { ($0 as NSString).appendingPathComponent($1) }
  }

  private static func isLibrary(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: (path as NSString).appendingPathComponent("modules"))
  }

  private static func executablePath() -> String {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return link ?? CommandLine.arguments.first ?? "moco"
  }
}
