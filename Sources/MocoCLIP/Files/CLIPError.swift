/// What can be wrong with a file, a text or a model: a code, a sentence that names the file and the fault,
/// and the remedy.
///
/// Codes: E05xx files and data, E06xx weights, tokenizer and model. The pages of `stdlib/errors` explain
/// each.
public struct CLIPError: Error, Sendable, CustomStringConvertible {
  public let code: String
  public let message: String
  public let help: String?

  public init(code: String, _ message: String, help: String? = nil) {
    self.code = code
    self.message = message
    self.help = help
  }

  public var description: String {
    guard let help else { return "\(code): \(message)" }
    return "\(code): \(message)\nhelp: \(help)"
  }
}

/// The error of every reader of a file format here (JSON, safetensors, gzip).
public typealias FileFormatError = CLIPError

extension CLIPError {
  /// E0501: nothing is at `path`, or it is of the wrong kind.
  package static func noSuchFile(_ path: String, kind: String = "file", reason: String? = nil) -> CLIPError {
    CLIPError(
      code: "E0501", "there is no \(kind) at \(path)\(reason.map { " (\($0))" } ?? "")",
      help: reason == "it is a folder"
        ? "name a file in it"
        : "check the spelling; paths are relative to the folder in which moco was started")
  }

  /// E0502: the file is there and is not what it should be.
  package static func corrupt(_ path: String, _ fault: String, help: String? = nil) -> CLIPError {
    CLIPError(
      code: "E0502", "\(path): \(fault)",
      help: help ?? "fetch or write it again; the file may be cut short or damaged")
  }

  /// E0504: a file cannot be written.
  package static func cannotWrite(_ path: String, _ reason: String) -> CLIPError {
    CLIPError(
      code: "E0504", "cannot write \(path): \(reason)",
      help: "check that the folder exists, may be written to, and has room")
  }
}
