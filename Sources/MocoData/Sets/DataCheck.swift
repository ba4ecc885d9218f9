import MocoBase
import MocoCLIP
import MocoTensor

/// Describes a data set and reports problems. Every image is decoded.
public struct DataCheck: Sendable {
  /// A problem and its remedy.
  public struct Remark: Sendable, Equatable {
    /// The problem, as a sentence without a full stop.
    public let what: String
    /// The remedy; nil if it is obvious.
    public let remedy: String?
  }

  /// A split in numbers.
  public struct SplitFacts: Sendable, Equatable {
    /// The name: "train".
    public let name: String
    /// Its images.
    public let count: Int
    /// The smallest and the largest number of images per class.
    public let perClass: ClosedRange<Int>
  }

  /// "a folder with one sub-folder for each class", …
  public let kind: String
  /// Unique class names, in the order of the labels.
  public let classes: [String]
  /// In the order train, val, test, others.
  public let splits: [SplitFacts]
  /// How images without splits were split.
  public let origin: String?
  /// Widths and heights; nil for features.
  public let sides: ClosedRange<Int>?
  /// Assumptions about the images, one line per kind; these are not problems.
  public let notes: [String]
  /// The problems; empty for a data set without problems.
  public let remarks: [Remark]

  /// - Throws: the errors of opening the data set, with a remedy; E0406.
  public init(path: String, images: String? = nil) throws {
    var options = DataOptions()
    options.skipsMissing = true
    let place = try DataLayout.Place(path)
    let layout = try DataLayout(of: place)
    let data = try layout.open(place, DataLayout.Request(images: images, options: options))
    kind = layout.title
    let shown = data.splits.first?.labelNames ?? data.classes
    classes = shown
    origin = data.origin
    splits = data.splits.map { split in
      let counts = split.classCounts
      return SplitFacts(
        name: split.name, count: split.count, perClass: (counts.min() ?? 0)...(counts.max() ?? 0))
    }
    var remarks: [Remark] = []
    let decoded = try DataCheck.decode(data)
    for reason in decoded.broken {
      remarks.append(
        Remark(what: reason, remedy: "replace the file, or open the data with skip_broken: true"))
    }
    sides = decoded.sides
    notes = ImageNote.summary(decoded.notes)
    for split in data.splits {
      for (label, count) in split.classCounts.enumerated() where count == 0 {
        remarks.append(
          Remark(
            what: "\(split.name): there are no images of \"\(shown[label])\"",
            remedy: "add images, or leave the class out of the other splits"))
      }
    }
    remarks += classes.compactMap(DataCheck.garbled)
    if data.split("test") == nil, data.splits.count > 1 || data.splits.first?.name != "train" {
      remarks.append(
        Remark(what: "there is no split \"test\"", remedy: "evaluate on another split, or rename one to test")
      )
    }
    remarks += DataCheck.leftOut(data)
    remarks += try DataCheck.otherFormats(data) + DataCheck.outside(data)
    self.remarks = remarks + (try DataCheck.repeated(data, decoded.good))
  }

  /// A class name that is probably an encoding error.
  private static func garbled(_ name: String) -> Remark? {
    if let repaired = Mojibake.repaired(name) {
      return Remark(
        what: repaired == name
          ? "the class \"\(name)\" contains replacement characters for lost letters"
          : "the class \"\(name)\" looks like \"\(repaired)\" decoded with the wrong encoding",
        remedy: "rename it: prompts use the name unchanged")
    }
    guard let mark = ["<|startoftext|>", "<|endoftext|>"].first(where: { name.lowercased().contains($0) })
    else {
      return nil
    }
    return Remark(
      what: "the class \"\(name)\" contains \(mark), a special token of CLIP",
      remedy: "rename it: CLIP ignores text after the first <|endoftext|>")
  }

  /// The results of decoding every image of a data set.
  private struct Decoded {
    /// The items that are images, a list for each split.
    var good: [[Int]] = []
    /// Why the others are not images.
    var broken: [String] = []
    var sides: ClosedRange<Int>?
    var notes: [[ImageNote]] = []
  }

  private static func decode(_ data: Dataset) throws -> Decoded {
    enum Outcome {
      case sides(Int, Int, [ImageNote])
      case broken(String)
    }
    var decoded = Decoded()
    for split in data.splits {
      if split.isFeatures {
        decoded.good.append([])
        continue
      }
      var outcomes = [Outcome](repeating: .broken(""), count: split.count)
      try outcomes.withUnsafeMutableBufferPointer { slots in
        // - Safety: each task writes its own slot only, and the caller waits for all of them.
        nonisolated(unsafe) let slots = slots
        try Parallel.forEach(split.count) { index in
          try Cancellation.check()
          do {
            let place = split.items[index].source
            if let picture = try (split.source as? ImageFiles)?.picture(place) {
              let (least, most) = (min(picture.width, picture.height), max(picture.width, picture.height))
              slots[index] = .sides(least, most, picture.notes)
            } else {
              let image = try split.source.image(place)
              slots[index] = .sides(min(image.width, image.height), max(image.width, image.height), [])
            }
          } catch let error as Failure {
            slots[index] = .broken(error.message)
          }
        }
      }
      var good: [Int] = []
      for (index, outcome) in outcomes.enumerated() {
        switch outcome {
        case .sides(let least, let most, let notes):
          decoded.notes.append(notes)
          good.append(index)
          let known = decoded.sides ?? least...most
          decoded.sides = min(known.lowerBound, least)...max(known.upperBound, most)
        case .broken(let reason): decoded.broken.append(reason)
        }
      }
      decoded.good.append(good)
    }
    return decoded
  }

  /// Images that are in two splits, or under two classes.
  ///
  /// - Parameter good: the items to compare, a list for each split.
  private static func repeated(_ data: Dataset, _ good: [[Int]]) throws -> [Remark] {
    var first: [String: (split: String, label: Int, name: String)] = [:]
    var leaks: [(String, String)] = []
    var disputes: [(String, String)] = []
    for (split, indices) in zip(data.splits, good) {
      let keys = try split.source.imageKeys(indices.map { split.items[$0].source })
      for (index, key) in zip(indices, keys) {
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
      leaks, "the same image is in two splits",
      "keep it in one split; otherwise test images are part of the training")
      + remark(disputes, "the same image is in two classes", "keep it in one class")
  }
}

extension DataCheck: CustomStringConvertible {
  /// The report, one fact per line.
  public var description: String {
    var lines = ["\(kind): \(classes.count) classes"]
    lines.append("  " + classes.prefix(12).joined(separator: ", ") + (classes.count > 12 ? ", …" : ""))
    for split in splits {
      let each =
        split.perClass.lowerBound == split.perClass.upperBound
        ? "\(split.perClass.lowerBound)" : "\(split.perClass.lowerBound) to \(split.perClass.upperBound)"
      lines.append("  \(split.name): \(split.count), \(each) per class")
    }
    lines += (origin ?? "").split(separator: "\n").map { "  \($0)" }
    if let sides { lines.append("  sides of \(sides.lowerBound) to \(sides.upperBound) pixels") }
    lines += notes.map { "- \($0)" }
    for remark in remarks.prefix(20) {
      lines.append("! \(remark.what)")
      if let remedy = remark.remedy { lines.append("    \(remedy)") }
    }
    if remarks.count > 20 { lines.append("! \(remarks.count - 20) more") }
    if remarks.isEmpty { lines.append("no problems found") }
    return lines.joined(separator: "\n") + "\n"
  }
}
