/// The names of splits, in folders and in lists.
enum SplitNames {
  private static let words: [String: String] = [
    "train": "train", "training": "train", "trn": "train",
    "val": "val", "valid": "val", "validation": "val", "validate": "val", "validating": "val",
    "dev": "val", "devel": "val", "development": "val",
    "eval": "val", "evaluation": "val", "evaluate": "val",
    "test": "test", "testing": "test", "tst": "test", "holdout": "test",
    "trainval": "trainval", "unlabeled": "unlabeled", "unlabelled": "unlabeled", "extra": "extra",
    "pretrain": "pretrain",
  ]
  /// Words that may be next to such a word: "training_set", "seg_train", "train-images".
  private static let companions: Set<String> = [
    "set", "data", "dataset", "img", "imgs", "image", "images", "seg", "split", "folder", "samples",
  ]

  /// The split that a name means, in any case, with a year or a word such as `set` next to it: "Train", "val2017",
  /// "training_set". nil for every other name.
  static func split(_ name: String) -> String? {
    var parts = name.lowercased().split(whereSeparator: { "_- .".contains($0) }).map(String.init)
    parts.removeAll { companions.contains($0) || isYear($0) }
    if parts == ["train", "val"] { return "trainval" }
    guard parts.count == 1, var word = parts.first else { return nil }
    if word.hasSuffix("set") { word.removeLast(3) }
    if isYear(String(word.suffix(4))) { word.removeLast(4) }
    return words[word]
  }

  private static func isYear(_ text: String) -> Bool {
    text.count == 4 && (text.hasPrefix("19") || text.hasPrefix("20")) && text.allSatisfy { "0"..."9" ~= $0 }
  }

  /// The split of every raw name, by the options or by the usual names. An unknown name is its own split if
  /// `keeps`, otherwise it has none.
  ///
  /// - Throws: E0521 if two names belong to the same split, or the options name a missing one.
  static func resolve(
    _ raw: [String], named: [DataOptions.NamedSplit]?, keeps: Bool, place: String, kind: String
  ) throws -> [String: String] {
    var splits: [String: String] = [:]
    if let named {
      for split in named {
        for name in split.from {
          guard raw.contains(name) else {
            throw DataError.splits(
              "\(place) has no \(kind) \"\(name)\"",
              help: "use one of: \(raw.prefix(12).joined(separator: ", "))")
          }
          guard splits.updateValue(split.name, forKey: name) == nil else {
            throw DataError.splits(
              "\"\(name)\" is used more than once", help: "use each \(kind) in one split only")
          }
        }
      }
      return splits
    }
    var first: [String: String] = [:]
    for name in raw {
      guard let split = SplitNames.split(name) ?? (keeps ? name : nil) else { continue }
      if let other = first.updateValue(name, forKey: split) {
        throw DataError.splits(
          "\(place): \"\(other)\" and \"\(name)\" both belong to the split \(split)",
          help:
            "choose one or both: split: {\(split): \"\(name)\"}, or {\(split): [\"\(other)\", \"\(name)\"]} for both"
        )
      }
      splits[name] = split
    }
    return splits
  }
}
