import Glibc

/// The kind of a path.
public enum PathKind: Sendable { case missing, file, folder, other }

/// Basic operations of the file system, without Foundation.
public enum FileSystem {
  /// The kind of a path, links followed; `missing` also if access is denied.
  public static func kind(_ path: String) -> PathKind {
    var status = stat()
    guard withSystemPath(path, { stat($0, &status) }) == 0 else { return .missing }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  /// The names in a folder without `.` and `..`, in byte order, so that runs agree on every machine. Bytes that are
  /// not UTF-8 are written as in `\xe9`; such a name opens its file.
  ///
  /// - Throws: E0501 if there is no folder at `path`, E0502 if it may not be read.
  public static func list(_ path: String) throws -> [String] {
    guard let folder = withSystemPath(path, { opendir($0) }) else {
      let number = errno
      if number == EACCES || number == EPERM {
        throw Failure(
          "E0502", "cannot open the folder \(path): \(systemMessage(number))",
          help: "check the folder's permissions")
      }
      throw Failure.noSuchFile(path, kind: "folder", reason: number == ENOENT ? nil : systemMessage(number))
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let capacity = MemoryLayout.size(ofValue: entry.pointee.d_name)
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: UInt8.self, capacity: capacity) { bytes in
          text(ofName: (0..<capacity).prefix { bytes[$0] != 0 }.map { bytes[$0] })
        }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Reads an entire file.
  ///
  /// - Throws: E0501 if there is none, E0502 if it cannot be read or is longer than `limit` bytes.
  public static func read(_ path: String, limit: Int = 1 << 31) throws -> [UInt8] {
    let file = try OpenedFile(path: path)
    guard file.count <= limit else {
      throw Failure.corrupt(
        path, "it has \(file.count) bytes, more than the limit of \(limit)",
        help: "use another file; this one is probably of another kind")
    }
    // Files that the kernel generates on reading have a size of 0.
    if file.count == 0 { return try readToEnd(path, limit: limit) }
    // Nothing may be read beyond the end: the system would end the process.
    try MemoryAccountant.reserve(file.count)
    defer { MemoryAccountant.release(file.count) }
    return try file.bytes(0..<file.count)
  }

  private static func readToEnd(_ path: String, limit: Int) throws -> [UInt8] {
    let descriptor = withSystemPath(path) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw Failure.noSuchFile(path, reason: systemMessage(errno)) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    while bytes.count <= limit {
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count < 0 {
        throw Failure(
          "E0502", "cannot read \(path): \(systemMessage(errno))",
          help: "check the disk, or copy the file again")
      }
      if count == 0 { return bytes }
      bytes += piece[..<count]
    }
    throw Failure.corrupt(path, "it has more bytes than the limit of \(limit)")
  }

  /// Reads a text in UTF-8, without a byte order mark.
  ///
  /// - Throws: E0501, E0502; E0502 also if the bytes are not UTF-8.
  public static func readText(_ path: String, limit: Int = 1 << 28) throws -> String {
    var bytes = try read(path, limit: limit)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
        throw Failure.corrupt(path, "it is text in UTF-16, not in UTF-8", help: "save the file as UTF-8")
      }
      throw Failure.corrupt(path, "it is not UTF-8 text", help: "save the file as UTF-8")
    }
    return text
  }

  /// A path without the extension of its last part: `out/t.png` as `out/t`.
  public static func withoutEnding(_ path: String) -> String {
    guard let point = path.lastIndex(of: "."), point > path.startIndex,
      !path[point...].contains("/"), path[path.index(before: point)] != "/"
    else { return path }
    return String(path[..<point])
  }

  /// Creates a folder and its parents; does nothing if it exists.
  ///
  /// - Throws: E0504.
  public static func createFolder(_ path: String) throws {
    guard !path.isEmpty, kind(path) != .folder else { return }
    let parent = parent(of: path)
    if parent != path && parent != "." { try createFolder(parent) }
    if mkdir(path, 0o777) != 0 && errno != EEXIST {
      throw Failure.cannotWrite(path, systemMessage(errno))
    }
    guard kind(path) == .folder else { throw Failure.cannotWrite(path, "a file with this name exists") }
  }

  /// The part of a path before its last slash (`.` if there is none).
  public static func parent(of path: String) -> String {
    var trimmed = Substring(path)
    while trimmed.count > 1 && trimmed.last == "/" { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// The part of a path after its last slash.
  public static func name(of path: String) -> String {
    var trimmed = Substring(path)
    while trimmed.count > 1 && trimmed.last == "/" { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/"), trimmed.count > 1 else { return String(trimmed) }
    return String(trimmed[trimmed.index(after: slash)...])
  }
}

/// The system's message for an error number.
package func systemMessage(_ number: Int32) -> String {
  guard let text = strerror(number) else { return "error \(number)" }
  return String(cString: text)
}
