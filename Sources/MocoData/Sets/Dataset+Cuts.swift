import MocoBase
import MocoTensor

/// How few-shot subsets are sampled.
public enum ShotSampler: String, Sendable, CaseIterable {
  /// Counter-based, keyed by (seed, label): the images of 4 shots are a subset of those of 8. Validation images are
  /// not reduced.
  case moco
  /// The subsets of CoOp and its successors: one Mersenne Twister seeded with the seed; the labels in the
  /// order in which they first appear, `random.sample` of each; first train, then val with min(shots, 4).
  case coop
}

/// How a few-shot subset treats classes with fewer images than shots.
public enum ShortClasses: String, Sendable, CaseIterable {
  /// They are an error.
  case stop
  /// All of their images are used.
  case all
}

extension Dataset {
  /// The data set with an additional line in its origin.
  func noting(_ line: String) -> Dataset {
    Dataset(
      name: name, classes: classes, splits: splits, skipped: skipped,
      origin: [origin, line].compactMap { $0 }.joined(separator: "\n"))
  }

  /// The same images under other class names, in the order of the labels.
  ///
  /// - Throws: E0511, E0512, E0519 for invalid names.
  public func renamed(_ names: [String]) throws -> Dataset {
    guard names.count == classes.count else {
      throw DataError.mismatch("\(names.count) names for \(classes.count) classes")
    }
    try ClassNames.check(names, data: name, areLabeled: true)
    return Dataset(
      name: name, classes: names,
      splits: splits.map { $0.with(classes: names, items: $0.items) }, skipped: skipped,
      origin: ClassNames.noting(twinsOf: names, insteadOf: classes, in: origin))
  }

  /// The data set with `shots` training images per class; test images do not change.
  ///
  /// - Parameter short: how to treat classes with fewer training images; nil for the sampler's default, which is to
  ///   stop for "moco" and to use all images for "coop".
  /// - Throws: E0515 with the classes that have too few images, E0516 if there is no training split,
  ///   E0519 for fewer than one shot.
  public func fewShot(
    _ shots: Int, seed: Int = 1, sampler: ShotSampler = .moco, short: ShortClasses? = nil
  ) throws -> Dataset {
    guard shots >= 1 else {
      throw DataError.mismatch("the number of shots per class is \(shots)", help: "use 1 or more")
    }
    let train = try train()
    let lacking = zip(train.labelNames, train.classCounts).filter { $1 < shots }.map { (name: $0, count: $1) }
    if !lacking.isEmpty, (short ?? (sampler == .coop ? .all : .stop)) == .stop {
      throw DataError.tooManyShots(lacking, asked: shots, split: train.name)
    }
    var twister = MersenneTwister(seed: seed)
    let cut =
      sampler == .coop
      ? train.sampled(shots, &twister) : train.drawn(shots, seed: UInt64(bitPattern: Int64(seed)))
    let data = mapSplits { split in
      if split === train { return cut }
      return sampler == .coop && split.name == "val" ? split.sampled(min(shots, 4), &twister) : split
    }
    guard !lacking.isEmpty else { return data }
    return data.noting(
      "classes with fewer than \(shots) training images, used completely: "
        + NameList.few(lacking.map { "\"\($0.name)\" \($0.count)" }))
  }

  /// The first ⌈n/2⌉ classes, in every split.
  ///
  /// - Throws: E0511 if there are fewer than two classes.
  public func base() throws -> Dataset {
    try cut(0..<(classes.count + 1) / 2, suffix: "base")
  }

  /// The classes that are not base, renumbered from 0, in every split.
  ///
  /// - Throws: E0511 if there are fewer than two classes.
  public func new() throws -> Dataset {
    try cut((classes.count + 1) / 2..<classes.count, suffix: "new")
  }

  private func cut(_ range: Range<Int>, suffix: String) throws -> Dataset {
    guard classes.count >= 2 else { throw DataError.tooFewClasses(name, classes) }
    return Dataset(
      name: "\(name), \(suffix) classes", classes: Array(classes[range]),
      splits: splits.map { $0.cut(range) }.filter { $0.count > 0 }, skipped: skipped, origin: origin)
  }
}

extension DataSplit {
  /// The items whose labels lie in `range`, renumbered from 0.
  func cut(_ range: Range<Int>) -> DataSplit {
    with(
      classes: Array(classes[range]), identifiers: identifiers.map { Array($0[range]) },
      items: items.compactMap { item in
        guard range.contains(item.label) else { return nil }
        return DataItem(source: item.source, label: item.label - range.lowerBound, style: item.style)
      })
  }

  /// Base classes of this split; see `Dataset.base`.
  public func base() -> DataSplit { cut(0..<(classes.count + 1) / 2) }
  /// New classes of this split; see `Dataset.new`.
  public func new() -> DataSplit { cut((classes.count + 1) / 2..<classes.count) }

  /// The places of every label's items.
  private func places() -> [[Int]] {
    var places = [[Int]](repeating: [], count: classes.count)
    for (place, item) in items.enumerated() where places.indices.contains(item.label) {
      places[item.label].append(place)
    }
    return places
  }

  /// `shots` items a class by the sampler "moco"; all of a class that has fewer.
  fileprivate func drawn(_ shots: Int, seed: UInt64) -> DataSplit {
    var chosen: [DataItem] = []
    for (label, places) in places().enumerated() {
      var order = places
      var random = Philox(seed: seed, stream: "shots", index: label)
      random.shuffle(&order)
      chosen += order.prefix(shots).map { items[$0] }
    }
    return with(items: chosen)
  }

  /// `shots` items a class by the sampler "coop".
  fileprivate func sampled(_ shots: Int, _ twister: inout MersenneTwister) -> DataSplit {
    let places = places()
    var order: [Int] = []
    var seen = Set<Int>()
    for item in items where seen.insert(item.label).inserted { order.append(item.label) }
    var chosen: [DataItem] = []
    for label in order where places.indices.contains(label) {
      let own = places[label]
      // All images of a class with too few images are used, in order, without drawing random numbers.
      let picks = own.count >= shots ? twister.sample(own.count, shots) : Array(own.indices)
      chosen += picks.map { items[own[$0]] }
    }
    return with(items: chosen)
  }
}
