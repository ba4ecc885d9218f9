import Glibc
import MocoBase
import Testing

/// Places of the repository and of the tests' own files.
enum Fixtures {
  static let root: String = {
    var folder = FileSystem.parent(of: #filePath)
    while FileSystem.kind(folder + "/Package.swift") != .file, folder != "/" {
      folder = FileSystem.parent(of: folder)
    }
    return folder
  }()

  static let golden = root + "/Tests/Fixtures/golden"
  static let tokenizer = root + "/stdlib/tokenizer"

  /// A new empty folder, gone when `body` returns.
  static func inFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    var template = Array("/tmp/moco-test-XXXXXX".utf8CString)
    guard let name = mkdtemp(&template) else { throw Failure("E0504", "no temporary folder") }
    let path = String(cString: name)
    defer { remove(path) }
    return try body(path)
  }

  /// Writes a file as it comes, without waiting for the disk.
  static func write(_ bytes: [UInt8], to path: String) throws {
    // Writing over a file makes some file systems wait for the disk after all.
    unlink(path)
    guard let file = fopen(path, "w") else { throw Failure("E0504", "cannot write \(path)") }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
      throw Failure("E0504", "no room")
    }
  }

  private static func remove(_ path: String) {
    if FileSystem.kind(path) == .folder {
      for name in (try? FileSystem.list(path)) ?? [] { remove("\(path)/\(name)") }
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}

/// The code of the error that `body` throws; nil if it throws none.
func errorCode(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch let error as Failure {
    return error.code
  } catch {
    return "\(error)"
  }
}

/// The message of the error that `body` throws.
func errorMessage(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch {
    return "\(error)"
  }
}
