// Errors of files, each defined in one place.

extension Failure {
  /// E0501: `path` does not exist, or is of the wrong kind.
  package static func noSuchFile(_ path: String, kind: String = "file", reason: String? = nil) -> Failure {
    Failure(
      "E0501", "there is no \(kind) at \(path)\(reason.map { " (\($0))" } ?? "")",
      help: reason == "it is a folder"
        ? "pass a file in it"
        : "check the spelling; paths are relative to the folder in which moco was started")
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
      help: "check that the folder exists, is writable, and has free space")
  }
}
