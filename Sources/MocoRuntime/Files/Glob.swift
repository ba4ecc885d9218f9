import Glibc
import MocoBase

/// Paths that match a pattern with `*`, `?`, `[…]` and `**`, with the rules of Python's `glob`.
package struct Glob {
  private let poll: () throws -> Void
  private var found: Set<String> = []
  /// The folders that `**` is inside, by device and inode: a link to one of them is not followed.
  private var above: [[UInt64]] = []
  private static let depthLimit = 256

  /// - Returns: the paths in byte order.
  /// - Throws: E0501 for a folder that cannot be listed; errors of `poll`, which is called in every folder.
  package static func paths(_ pattern: String, poll: @escaping () throws -> Void) throws -> [String] {
    var search = Glob(poll: poll)
    let parts = pattern.split(separator: "/").map(String.init)
    let root = pattern.hasPrefix("/") ? "/" : ""
    try search.expand(root, parts[...], foldersOnly: pattern.hasSuffix("/"))
    return search.found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private init(poll: @escaping () throws -> Void) { self.poll = poll }

  private static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty || folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  private func names(in folder: String) throws -> [String] {
    try poll()
    let place = folder.isEmpty ? "." : folder
    return FileSystem.kind(place) == .folder ? try FileSystem.list(place) : []
  }

  private mutating func expand(_ folder: String, _ parts: ArraySlice<String>, foldersOnly: Bool) throws {
    guard let part = parts.first else {
      if folder != "", FileSystem.kind(folder) == .folder {
        found.insert(foldersOnly ? Glob.join(folder, "") : folder)
      }
      return
    }
    let rest = parts.dropFirst()
    if part == "**" {
      return try descend(folder, rest.drop { $0 == "**" }, foldersOnly: foldersOnly)
    }
    guard part.contains(where: { "*?[".contains($0) }) else {
      return try take(Glob.join(folder, part), rest, foldersOnly: foldersOnly)
    }
    let pattern = Array(part.unicodeScalars)
    for name in try names(in: folder) where Glob.fits(name, pattern) {
      try take(Glob.join(folder, name), rest, foldersOnly: foldersOnly)
    }
  }

  private mutating func take(_ path: String, _ rest: ArraySlice<String>, foldersOnly: Bool) throws {
    let kind = FileSystem.kind(path)
    if kind == .folder, foldersOnly || !rest.isEmpty {
      if rest.isEmpty { found.insert(path + "/") } else { try expand(path, rest, foldersOnly: foldersOnly) }
    } else if rest.isEmpty, !foldersOnly, kind != .missing || FileSystem.linkTarget(path) != nil {
      found.insert(path)
    }
  }

  /// `**`: in this folder, and in every folder below that is not hidden.
  private mutating func descend(_ folder: String, _ rest: ArraySlice<String>, foldersOnly: Bool) throws {
    var status = stat()
    let place = folder.isEmpty ? "." : folder
    guard FileSystem.withSystemPath(place, { stat($0, &status) }) == 0, above.count < Glob.depthLimit else {
      return
    }
    let identity = [UInt64(status.st_dev), UInt64(status.st_ino)]
    guard !above.contains(identity) else { return }
    above.append(identity)
    defer { above.removeLast() }
    if !rest.isEmpty { try expandHere(folder, rest, foldersOnly: foldersOnly) }
    for name in try names(in: folder) where !name.hasPrefix(".") {
      let path = Glob.join(folder, name)
      if rest.isEmpty { try take(path, rest, foldersOnly: foldersOnly) }
      if FileSystem.kind(path) == .folder { try descend(path, rest, foldersOnly: foldersOnly) }
    }
  }

  /// The pattern after `**`. Its own check for cyclic links starts empty.
  private mutating func expandHere(_ folder: String, _ rest: ArraySlice<String>, foldersOnly: Bool) throws {
    let outer = above
    above = []
    defer { above = outer }
    try expand(folder, rest, foldersOnly: foldersOnly)
  }

  /// Whether a name matches a part of a pattern. A name that begins with a dot matches only a pattern that does.
  static func fits(_ name: String, _ pattern: [Unicode.Scalar]) -> Bool {
    let name = Array(name.unicodeScalars)
    if name.first == ".", pattern.first != "." { return false }
    var (at, here) = (0, 0)
    // The position of the last star, and the end of its match.
    var star: (pattern: Int, name: Int)?
    while here < name.count {
      if at < pattern.count, pattern[at] == "*" {
        star = (at, here)
        at += 1
      } else if at < pattern.count, let next = step(pattern, at, name[here]) {
        at = next
        here += 1
      } else if let back = star {
        star = (back.pattern, back.name + 1)
        at = back.pattern + 1
        here = back.name + 1
      } else {
        return false
      }
    }
    return pattern[at...].allSatisfy { $0 == "*" }
  }

  /// The position after a pattern for one character; nil if it does not match this one.
  private static func step(_ pattern: [Unicode.Scalar], _ at: Int, _ scalar: Unicode.Scalar) -> Int? {
    if pattern[at] == "?" { return at + 1 }
    guard pattern[at] == "[" else { return pattern[at] == scalar ? at + 1 : nil }
    var place = at + 1
    let isNegated = place < pattern.count && pattern[place] == "!"
    if isNegated { place += 1 }
    let first = place
    var holds = false
    // A bracket directly after the opening one is one of the characters.
    while place < pattern.count, pattern[place] != "]" || place == first {
      if place + 2 < pattern.count, pattern[place + 1] == "-", pattern[place + 2] != "]" {
        holds = holds || (pattern[place] <= scalar && scalar <= pattern[place + 2])
        place += 3
      } else {
        holds = holds || pattern[place] == scalar
        place += 1
      }
    }
    // A bracket that is never closed is an ordinary character.
    guard place < pattern.count else { return scalar == "[" ? at + 1 : nil }
    return holds != isNegated ? place + 1 : nil
  }
}
