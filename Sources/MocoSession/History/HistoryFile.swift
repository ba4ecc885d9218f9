import MocoBase

#if canImport(Glibc)
  import Glibc
#endif

/// The history of entries, in a file that sessions append to and never rewrite.
///
/// One entry per line; a newline inside an entry is written `\n`, a backslash `\\`. An entry is one `write` to
/// a file opened for appending, so that concurrent sessions lose nothing.
public final class HistoryFile {
  /// From the oldest to the newest.
  public private(set) var entries: [String] = []
  /// The file; nil for memory.
  public let path: String?
  private static let readLimit = 4 << 20
  private static let keep = 20_000

  /// - Parameter path: `nil` keeps the history in memory.
  public init(path: String?) {
    self.path = path
    if let path, let text = HistoryFile.tail(path) {
      for line in text.split(separator: "\n") {
        let entry = HistoryFile.decode(line)
        if !entry.isEmpty, entry != entries.last { entries.append(entry) }
      }
      if entries.count > HistoryFile.keep { entries.removeFirst(entries.count - HistoryFile.keep) }
    }
  }

  /// `$XDG_STATE_HOME/moco/history`, or `~/.local/state/moco/history` (XDG Base Directory Specification 0.8).
  public static func defaultPath() -> String? {
    if let own = ProcessEnvironment.value("MOCO_HISTORY") { return own.isEmpty ? nil : own }
    if let state = ProcessEnvironment.value("XDG_STATE_HOME"), state.hasPrefix("/") {
      return state + "/moco/history"
    }
    guard let home = ProcessEnvironment.value("HOME"), !home.isEmpty else { return nil }
    return home + "/.local/state/moco/history"
  }

  /// Adds an entry, unless it repeats the last one. If the file cannot be written, the entry exists only in this
  /// session.
  public func append(_ entry: String) {
    guard !entry.allSatisfy(\.isWhitespace), entry != entries.last else { return }
    entries.append(entry)
    guard let path else { return }
    HistoryFile.makeFolders(path)
    try? FileSystem.append(Array((HistoryFile.encode(entry) + "\n").utf8), to: path, mode: 0o600)
  }

  static func encode(_ entry: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in entry.unicodeScalars {
      switch scalar {
      case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  static func decode(_ line: Substring) -> String {
    var result = String.UnicodeScalarView()
    var escaped = false
    for scalar in line.unicodeScalars {
      if escaped {
        result.append(scalar == "n" ? "\n" : scalar)
        escaped = false
      } else if scalar == "\\" {
        escaped = true
      } else if scalar.value >= 32 || scalar == "\t" {
        result.append(scalar)
      }
    }
    return String(result)
  }

  private static func tail(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    let size = Int(lseek(file, 0, SEEK_END))
    guard size > 0 else { return nil }
    let start = max(size - readLimit, 0)
    lseek(file, off_t(start), SEEK_SET)
    var bytes = [UInt8](repeating: 0, count: size - start)
    var used = 0
    while used < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        read(file, $0.baseAddress?.advanced(by: used), $0.count - used)
      }
      if count <= 0 { break }
      used += count
    }
    var text = Substring(String(decoding: bytes[..<used], as: UTF8.self))
    // The first line of a tail may be half of one.
    if start > 0, let newline = text.firstIndex(of: "\n") { text = text[text.index(after: newline)...] }
    return String(text)
  }

  private static func makeFolders(_ path: String) {
    var at = path.startIndex
    while let slash = path[at...].firstIndex(of: "/") {
      at = path.index(after: slash)
      let folder = String(path[..<slash])
      if !folder.isEmpty { mkdir(folder, 0o700) }
    }
  }
}
