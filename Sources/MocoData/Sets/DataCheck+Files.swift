import MocoBase
import MocoTensor

// Checks of the files of a data set, apart from their pixels.

extension DataCheck {
  /// Files that may be intended as images, one remark per reason.
  static func leftOut(_ data: Dataset) -> [Remark] {
    var groups: [(reason: String, paths: [String])] = []
    for file in data.skipped where file.looksLikeImage {
      let reason = file.kind ?? file.reason
      if let place = groups.firstIndex(where: { $0.reason == reason }) {
        groups[place].paths.append(file.path)
      } else {
        groups.append((reason, [file.path]))
      }
    }
    return groups.map { group in
      Remark(
        what: "left out, \(group.reason): \(some(group.paths))",
        remedy: "convert, rename or replace the files that belong to the data, and remove the others")
    }
  }

  /// Images with an extension that does not match their content.
  static func otherFormats(_ data: Dataset) throws -> [Remark] {
    var found: [String] = []
    for path in paths(data) {
      try Cancellation.check()
      guard let named = ImageKind.named(path), let sniffed = ImageKind.sniffed(file: path), named != sniffed
      else { continue }
      found.append("\(path) is \(sniffed.rawValue)")
    }
    guard !found.isEmpty else { return [] }
    return [
      Remark(
        what: "content does not match the extension, read by content: \(some(found))",
        remedy: "rename them if other programs rely on extensions")
    ]
  }

  /// Images of a list that are outside its folder.
  static func outside(_ data: Dataset) throws -> [Remark] {
    guard let root = data.splits.lazy.compactMap({ ($0.source as? ImageFiles)?.root }).first,
      let real = FileSystem.realPath(root)
    else { return [] }
    let inside = real.hasSuffix("/") ? real : real + "/"
    var found: [String] = []
    for path in paths(data) {
      try Cancellation.check()
      guard let place = FileSystem.realPath(path), !place.hasPrefix(inside) else { continue }
      found.append(path == place ? path : "\(path) is \(place)")
    }
    guard !found.isEmpty else { return [] }
    return [
      Remark(
        what: "the list refers to files outside \(root): \(some(found))",
        remedy: "move the images into the folder, so that it can be copied or shared")
    ]
  }

  /// The files of all splits, each once, in order.
  private static func paths(_ data: Dataset) -> [String] {
    var seen = Set<Int>()
    return data.splits.flatMap { split -> [String] in
      guard let files = split.source as? ImageFiles else { return [] }
      return split.items.compactMap { item in
        seen.insert(item.source).inserted && files.paths.indices.contains(item.source)
          ? files.paths[item.source] : nil
      }
    }
  }

  private static func some(_ texts: [String]) -> String {
    texts.prefix(3).joined(separator: ", ") + (texts.count > 3 ? " and \(texts.count - 3) more" : "")
  }
}
