// The faults of files, each made in one place.

extension Failure {
  /// E0501: nothing is at `path`, or it is of the wrong kind.
  package static func noSuchFile(_ path: String, kind: String = "file", reason: String? = nil) -> Failure {
    Failure(
      "E0501", "there is no \(kind) at \(path)\(reason.map { " (\($0))" } ?? "")",
      help: reason == "it is a folder"
        ? "name a file in it"
        : "check the spelling; paths are relative to the folder in which moco was started")
  }

  /// E0502: the file is there and is not what it should be.
  package static func corrupt(_ path: String, _ fault: String, help: String? = nil) -> Failure {
    Failure(
      "E0502", "\(path): \(fault)",
      help: help ?? "download or write it again; the file may be cut short or damaged")
  }

  /// E0504: a file cannot be written.
  package static func cannotWrite(_ path: String, _ reason: String) -> Failure {
    Failure(
      "E0504", "cannot write \(path): \(reason)",
      help: "check that the folder exists, may be written to, and has room")
  }
}
