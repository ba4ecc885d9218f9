import Foundation

/// Places of the repository, and a place to write.
package enum Repository {
  package static let root: String = {
    var folder = URL(fileURLWithPath: #filePath)
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      if FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) { break }
    }
    return folder.path
  }()

  package static let tokenizer = root + "/stdlib/tokenizer"

  package static func fixture(_ path: String) -> String { root + "/Tests/Fixtures/" + path }

  /// A new empty folder, gone when `body` returns.
  package static func inFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "moco-test-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }
}
