import Glibc

/// Detects changes of a file or folder without reading it: by sizes and times.
package struct FileStamp: Equatable, Sendable {
  /// The stamp as one word.
  package let text: String

  /// The maximum number of entries of a folder that are included, in the order of their names.
  package static let most = 20_000

  /// The stamp of a file, or of a folder with its entries.
  ///
  /// - Returns: nil if the path does not exist, or cannot be read.
  package init?(_ path: String) {
    let hash = SHA256()
    var left = FileStamp.most
    guard FileStamp.add(path, "", to: hash, depth: 0, &left) else { return nil }
    text = String(hash.finish().prefix(32))
  }

  private static let deepest = 64

  private static func add(
    _ path: String, _ name: String, to hash: SHA256, depth: Int, _ left: inout Int
  ) -> Bool {
    guard left > 0 else { return false }
    left -= 1
    var status = stat()
    guard FileSystem.withSystemPath(path, { stat($0, &status) }) == 0 else { return false }
    if status.st_mode & S_IFMT == S_IFDIR {
      guard depth < deepest, let entries = try? FileSystem.list(path) else { return false }
      // Hidden files are not data; they often appear and disappear.
      for entry in entries where !entry.hasPrefix(".") {
        _ = add("\(path)/\(entry)", "\(name)/\(entry)", to: hash, depth: depth + 1, &left)
      }
    } else {
      hash.update("\(name)\u{0}\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)\u{0}")
    }
    return true
  }
}
