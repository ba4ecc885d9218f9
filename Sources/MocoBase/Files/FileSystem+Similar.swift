import Glibc

extension FileSystem {
  /// The path in the same folder whose name is similar to that of a path that does not exist; nil if there is none. At
  /// most 4096 entries of the folder are compared, because a program may handle the error many times.
  package static func similar(to path: String) -> String? {
    let whole = path.hasSuffix("/") ? String(path.dropLast()) : path
    let slash = whole.lastIndex(of: "/")
    let start = slash.map { whole.index(after: $0) } ?? whole.startIndex
    let name = String(whole[start...])
    guard !name.isEmpty, name != ".", name != "..",
      let folder = withSystemPath(slash == nil ? "." : String(whole[..<start]), { opendir($0) })
    else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while names.count < 4096, let entry = readdir(folder) {
      let capacity = MemoryLayout.size(ofValue: entry.pointee.d_name)
      let found = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: UInt8.self, capacity: capacity) { bytes in
          text(ofName: (0..<capacity).prefix { bytes[$0] != 0 }.map { bytes[$0] })
        }
      }
      // Hidden files, also those that are being written, are meant only by their own names.
      if !found.hasPrefix(".") || name.hasPrefix(".") { names.append(found) }
    }
    // Two files of one type are not similar because of their ending.
    let own = stem(of: name)
    let similar = names.filter { other in
      let stem = stem(of: other)
      return stem == own || Nearest.name(to: own, among: [stem]) != nil
    }
    return Nearest.name(to: name, among: similar.sorted()).map { whole[..<start] + $0 }
  }

  /// A name without its last ending.
  private static func stem(of name: String) -> String {
    guard let point = name.lastIndex(of: "."), point > name.startIndex else { return name }
    return String(name[..<point])
  }
}
