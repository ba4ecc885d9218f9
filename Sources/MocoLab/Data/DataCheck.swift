import MocoCLIP
import MocoTensor

/// What a data set is, and what would go wrong with it: every file is opened once.
public struct DataCheck: Sendable {
  /// A remark and what to do about it.
  public struct Remark: Sendable, Equatable {
    public let what: String
    public let remedy: String?
  }

  public struct SplitFacts: Sendable, Equatable {
    public let name: String
    public let count: Int
    public let perClass: ClosedRange<Int>
  }

  /// "a folder with one sub-folder a class", …
  public let kind: String
  public let classes: [String]
  public let splits: [SplitFacts]
  /// How images without splits were cut.
  public let origin: String?
  /// Widths and heights; nil for features.
  public let sides: ClosedRange<Int>?
  public let remarks: [Remark]

  /// - Throws: what opening the data set throws, which says what is missing and how to fix it; E0406.
  public init(path: String, images: String? = nil) throws {
    let data = try Dataset.open(path, images: images, options: DataOptions(skipsBroken: true))
    kind = DataCheck.kind(path)
    classes = data.classes
    origin = data.origin
    splits = data.splits.map { split in
      let counts = split.classCounts
      return SplitFacts(
        name: split.name, count: split.count, perClass: (counts.min() ?? 0)...(counts.max() ?? 0))
    }
    var remarks: [Remark] = []
    for image in data.skipped {
      remarks.append(Remark(what: image.reason, remedy: "replace the file, or open with skip_broken: true"))
    }
    for split in data.splits {
      for (label, count) in split.classCounts.enumerated() where count == 0 {
        remarks.append(
          Remark(
            what: "\(split.name): there is no image of \"\(data.classes[label])\"",
            remedy: "add some, or leave the class out of the other splits"))
      }
    }
    if data.split("test") == nil, data.splits.count > 1 || data.splits.first?.name != "train" {
      remarks.append(
        Remark(what: "there is no split \"test\"", remedy: "evaluate on another, or name one test"))
    }
    let files = data.splits.contains { !$0.isFeatures }
    sides = files ? try DataCheck.sides(data) : nil
    if files { remarks += try DataCheck.repeated(data) }
    self.remarks = remarks
  }

  private static func kind(_ path: String) -> String {
    let name = path.lowercased()
    if FileSystem.kind(path) == .folder {
      let entries = (try? FileSystem.list(path)) ?? []
      if entries.contains(where: { $0.hasPrefix("split_zhou_") }) { return "a folder with a list of images" }
      if entries.contains(where: { $0.contains("idx3-ubyte") }) { return "a folder of IDX files" }
      if entries.contains(where: { Dataset.splitFolders[$0.lowercased()] != nil }) {
        return "a folder of splits with one sub-folder a class"
      }
      return "a folder with one sub-folder a class"
    }
    if name.hasSuffix(".json") { return "a list of images in JSON" }
    if name.hasSuffix(".csv") { return "a list of images in CSV" }
    return "a safetensors file"
  }

  private static func sides(_ data: Dataset) throws -> ClosedRange<Int>? {
    var least = Int.max
    var most = 0
    for split in data.splits where !split.isFeatures {
      var sizes = [(Int, Int)](repeating: (0, 0), count: split.count)
      try sizes.withUnsafeMutableBufferPointer { slots in
        nonisolated(unsafe) let slots = slots
        try Parallel.forEach(split.count) { index in
          try Cancellation.check()
          let image = try split.source.image(split.items[index].source)
          slots[index] = (min(image.width, image.height), max(image.width, image.height))
        }
      }
      for size in sizes {
        least = min(least, size.0)
        most = max(most, size.1)
      }
    }
    return most > 0 ? least...most : nil
  }

  /// Images that stand in two splits, or under two classes.
  private static func repeated(_ data: Dataset) throws -> [Remark] {
    var first: [String: (split: String, label: Int, name: String)] = [:]
    var leaks: [(String, String)] = []
    var disputes: [(String, String)] = []
    for split in data.splits where !split.isFeatures {
      let keys = try split.source.imageKeys(split.items.map(\.source))
      for (index, key) in keys.enumerated() {
        let name = split.label(of: index)
        guard let other = first[key] else {
          first[key] = (split.name, split.items[index].label, name)
          continue
        }
        if other.label != split.items[index].label { disputes.append((other.name, name)) }
        if other.split != split.name { leaks.append((other.name, name)) }
      }
    }
    func remark(_ pairs: [(String, String)], _ what: String, _ remedy: String) -> [Remark] {
      guard let pair = pairs.first else { return [] }
      let others = pairs.count > 1 ? " and \(pairs.count - 1) more" : ""
      return [Remark(what: "\(what): \(pair.0) and \(pair.1)\(others)", remedy: remedy)]
    }
    return remark(
      leaks, "the same image is in two splits", "keep it in one, or a test measures what was trained on")
      + remark(disputes, "the same image is in two classes", "decide for one")
  }
}

extension DataCheck: CustomStringConvertible {
  /// The report, a fact a line.
  public var description: String {
    var lines = ["\(kind): \(classes.count) classes"]
    lines.append("  " + classes.prefix(12).joined(separator: ", ") + (classes.count > 12 ? ", …" : ""))
    for split in splits {
      let each =
        split.perClass.lowerBound == split.perClass.upperBound
        ? "\(split.perClass.lowerBound)" : "\(split.perClass.lowerBound) to \(split.perClass.upperBound)"
      lines.append("  \(split.name): \(split.count), \(each) a class")
    }
    if let origin { lines.append("  \(origin)") }
    if let sides { lines.append("  sides of \(sides.lowerBound) to \(sides.upperBound) pixels") }
    for remark in remarks.prefix(20) {
      lines.append("! \(remark.what)")
      if let remedy = remark.remedy { lines.append("    \(remedy)") }
    }
    if remarks.count > 20 { lines.append("! \(remarks.count - 20) more") }
    if remarks.isEmpty { lines.append("nothing to complain about") }
    return lines.joined(separator: "\n") + "\n"
  }
}
