import CSystem
import Glibc
import MocoBase
import MocoCLIP
import MocoTensor

/// Finds image files in a folder and its sub-folders, and records all other files.
struct FolderWalk {
  /// Files that are not images, and why, in the order of the walk.
  private(set) var skipped: [SkippedImage] = []
  /// Names that are ignored everywhere, with their number.
  private(set) var clutter: [String: Int] = [:]
  /// Folders with images below class folders.
  private(set) var inner: [String] = []
  /// The folders above the current one, by device and inode: links to them are not followed.
  private var above: [[UInt64]] = []
  private var images = 0
  private var others = 0
  private let root: String

  static let depthLimit = 32
  /// A folder with more than this many files that are not images, and twenty for every image, is not a data set.
  static let otherLimit = 50_000
  static let lastLimit = 2_000_000

  /// - Parameter root: the folder to search, for messages.
  init(root: String) { self.root = root }

  /// The possible class folders in a folder. Hidden ones, broken links and images next to
  /// them are recorded.
  mutating func folders(in path: String) throws -> [String] {
    try folders(in: path, FileSystem.list(path))
  }

  mutating func folders(in path: String, _ entries: [String]) throws -> [String] {
    try refuseSystem(path)
    var folders: [String] = []
    for name in entries {
      let place = FolderWalk.join(path, name)
      if isClutter(name) { continue }
      try count(image: false)
      switch FileSystem.kind(place) {
      case .folder:
        if name.hasPrefix(".") { leaveOut(place, "a hidden folder") } else { folders.append(name) }
      case .file:
        if ImageKind.named(name) != nil { leaveOut(place, "next to the class folders, not in one of them") }
      case .missing: leaveOut(place, FolderWalk.missing(place))
      case .other: break
      }
    }
    return folders
  }

  /// The images under a folder, in byte order.
  ///
  /// - Throws: E0522 if it is too large, E0406.
  mutating func files(under path: String) throws -> [String] {
    try refuseSystem(path)
    return try files(under: path, depth: 0)
  }

  private func refuseSystem(_ path: String) throws {
    if FileSystem.withSystemPath(path, { moco_is_kernel_folder($0) }) != 0 { throw DataError.system(path) }
  }

  private mutating func files(under path: String, depth: Int) throws -> [String] {
    var status = stat()
    guard FileSystem.withSystemPath(path, { stat($0, &status) }) == 0 else {
      leaveOut(path, systemMessage(errno))
      return []
    }
    let identity = [UInt64(status.st_dev), UInt64(status.st_ino)]
    guard !above.contains(identity) else {
      leaveOut(path, "a link to a folder above it")
      return []
    }
    guard depth < FolderWalk.depthLimit else {
      leaveOut(path, "nested more than \(FolderWalk.depthLimit) folders deep")
      return []
    }
    let entries: [String]
    do { entries = try FileSystem.list(path) } catch let error as Failure {
      leaveOut(path, error.message, kind: "folders that cannot be read")
      return []
    }
    above.append(identity)
    defer { above.removeLast() }
    var files: [String] = []
    var own = 0
    for name in entries {
      if isClutter(name) { continue }
      let place = FolderWalk.join(path, name)
      let kind = FileSystem.kind(place)
      if kind == .folder, !name.hasPrefix(".") {
        try count(image: false)
        files += try self.files(under: place, depth: depth + 1)
        continue
      }
      let reason = reason(name, place, kind)
      try count(image: reason == nil)
      if let reason {
        leaveOut(place, reason)
      } else {
        files.append(place)
        own += 1
      }
    }
    if depth > 0, own > 0 { inner.append(path) }
    return files
  }

  /// Why an entry is not an image; nil if it is one.
  private func reason(_ name: String, _ place: String, _ kind: PathKind) -> String? {
    switch kind {
    case .folder: return "a hidden folder"
    case .missing: return FolderWalk.missing(place)
    case .other: return "neither a file nor a folder"
    case .file:
      if name.hasPrefix(".") { return "a hidden file" }
      guard let kind = ImageKind.named(name) else {
        return ImageKind.ending(of: name).map { "\(FolderWalk.unknownEnding) .\($0)" } ?? FolderWalk.noEnding
      }
      return kind.isRead ? nil : "\(kind.rawValue) is not supported"
    }
  }

  static let unknownEnding = "not an image extension:"
  static let noEnding = "no extension"

  private static func missing(_ path: String) -> String {
    FileSystem.linkTarget(path) == nil ? "it cannot be accessed" : "a broken link"
  }

  private mutating func isClutter(_ name: String) -> Bool {
    guard FolderClutter.holds(name) else { return false }
    clutter[name.hasPrefix("._") ? "._*" : name, default: 0] += 1
    return true
  }

  private mutating func leaveOut(_ path: String, _ reason: String, kind: String? = nil) {
    skipped.append(SkippedImage(path: path, reason: reason, kind: kind))
  }

  private mutating func count(image: Bool) throws {
    if image { images += 1 } else { others += 1 }
    if (images + others) & 0xFF == 0 { try Cancellation.check() }
    if others > FolderWalk.otherLimit, others / 20 > images || others > FolderWalk.lastLimit {
      throw DataError.endless(root, others: others, images: images)
    }
  }

  /// The ignored files, with a check of the content of files without an image extension.
  func accounted() -> [SkippedImage] {
    var looks = 1000
    return skipped.map { file in
      guard looks > 0,
        file.reason.hasPrefix(FolderWalk.unknownEnding) || file.reason == FolderWalk.noEnding
      else { return file }
      looks -= 1
      guard let kind = ImageKind.sniffed(file: file.path) else { return file }
      return SkippedImage(
        path: file.path,
        reason:
          "content is \(kind.rawValue), but the name does not end in .\(kind.endings.first ?? "")")
    }
  }

  /// A one-line note about ignored files; nil if there are none.
  var clutterNote: String? {
    guard !clutter.isEmpty else { return nil }
    return "ignored: " + clutter.keys.sorted().prefix(20).joined(separator: ", ")
      + (clutter.count > 20 ? ", …" : "")
  }

  /// A one-line note about images below class folders.
  func innerNote(of root: String) -> String? {
    guard let first = inner.first else { return nil }
    let place = first.hasPrefix(root + "/") ? String(first.dropFirst(root.count + 1)) : first
    let more = inner.count > 1 ? " and \(inner.count - 1) more folders" : ""
    return "images in \(place)\(more) belong to the class folder above"
  }

  static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }
}
