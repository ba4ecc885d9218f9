import Glibc

// Errors of files, each defined in one place.

extension Failure {
  /// E0501: `path` does not exist, or is of the wrong kind.
  package static func noSuchFile(_ path: String, kind: String = "file", reason: String? = nil) -> Failure {
    Failure(
      "E0501", "there is no \(kind) at \(path)\(reason.map { " (\($0))" } ?? "")",
      help: reason == "it is a folder"
        ? "pass a file in it"
        : help(forMissing: path) ?? "check the spelling; \(pathRule)")
  }

  /// What relative paths are relative to, for the end of a help line.
  package static let pathRule = "paths are relative to the folder in which moco was started"

  /// Help for a path that does not exist: that `~` is not expanded, or a similar name in the same folder.
  package static func help(forMissing path: String) -> String? {
    if path == "~" || path.hasPrefix("~/"), let home = ProcessEnvironment.value("HOME") {
      return "write \"\(home)\(path.dropFirst(1))\": ~ is not expanded"
    }
    if path.hasPrefix("~"), path.contains("/") { return "write the entire path: ~ is not expanded" }
    return FileSystem.similar(to: path).map { "did you mean \"\($0)\"? \(sentence(pathRule))" }
  }

  private static func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }

  /// E0502: the file exists, but is not valid.
  package static func corrupt(_ path: String, _ fault: String, help: String? = nil) -> Failure {
    Failure(
      "E0502", "\(path): \(fault)",
      help: help ?? "download or write it again; the file may be truncated or corrupted")
  }

  /// E0504: a file cannot be written.
  package static func cannotWrite(_ path: String, _ reason: String) -> Failure {
    Failure(
      "E0504", "cannot write \(path): \(reason)",
      help: path.hasPrefix("~/")
        ? help(forMissing: path) : "check that the folder exists, is writable, and has free space")
  }
}
