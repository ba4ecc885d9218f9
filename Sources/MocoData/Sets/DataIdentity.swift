import MocoBase

/// The identity of a split: images in order, labels, class names, styles.
///
/// Images are compared by content, not by location: bytes of files, pixels of packed images, numbers of features.
/// An image's index in its source counts too, because it is the key of its randomness. The parts are
/// separate, so that a message can name the difference.
public struct DataIdentity: Sendable, Equatable {
  /// How many images.
  public let count: Int
  /// Class names in order.
  public let classes: [String]
  /// SHA-256 of the images' keys and their indices in the source, in hex.
  package let contents: String
  /// SHA-256 of the labels, in hex.
  let labels: String
  /// SHA-256 of every item's style, severity, seed and epoch, in hex.
  let styles: String

  /// One digest of all of it.
  public var hash: String {
    let hash = SHA256()
    hash.update("\(count) \(contents) \(labels) \(styles) \(classes.count)")
    for name in classes { hash.update(" \(name.utf8.count) \(name)") }
    return hash.finish()
  }

  /// The JSON in a checkpoint: the count, the class names, and each digest by name.
  package var json: Json {
    [
      "images": .int(count), "classes": .array(classes.map { .string($0) }), "contents": .string(contents),
      "labels": .string(labels), "styles": .string(styles),
    ]
  }

  /// Differences from a stored identity, in words; empty if there are none.
  package func differences(from saved: Json) -> [String] {
    var found: [String] = []
    if let count = saved["images"]?.intValue, count != self.count {
      found.append("there were \(count) images, now there are \(self.count)")
    }
    if let names = saved["classes"]?.arrayValue?.compactMap(\.stringValue), names != classes {
      found.append(
        names.sorted() == classes.sorted()
          ? "the classes are in another order"
          : "the classes were \(NameList.text(names)), now they are \(NameList.text(classes))")
    }
    let isAsLong = saved["images"]?.intValue == count
    if isAsLong, let digest = saved["contents"]?.stringValue, digest != contents {
      found.append("the images are different, or in another order")
    }
    if isAsLong, let digest = saved["labels"]?.stringValue, digest != labels {
      found.append("labels differ")
    }
    if isAsLong, let digest = saved["styles"]?.stringValue, digest != styles {
      found.append("styles differ (their names, severity or seed)")
    }
    return found
  }
}

extension DataSplit {
  /// The identity of the split, by content. Files are read once, until they change.
  ///
  /// - Throws: E0501, E0502 for files that cannot be read; E0406 when interrupted.
  public func identity() throws -> DataIdentity {
    if !source.mayChange, let known = knownIdentity.withLock({ $0 }) { return known }
    let made = try computedIdentity()
    knownIdentity.withLock { $0 = made }
    return made
  }

  private func computedIdentity() throws -> DataIdentity {
    let contents = SHA256()
    let keys = try source.imageKeys(items.map(\.source))
    for (item, key) in zip(items, keys) { contents.update("\(item.source) \(key)\n") }
    let labels = SHA256()
    for item in items { labels.update("\(item.label)\n") }
    let styles = SHA256()
    for item in items {
      let draw = item.style
      styles.update(
        draw.map { "\($0.style.rawValue) \($0.severity.bitPattern) \($0.seed) \($0.epoch)\n" } ?? "\n")
    }
    return DataIdentity(
      count: count, classes: classes, contents: contents.finish(), labels: labels.finish(),
      styles: styles.finish())
  }

  /// Whether two splits contain the same images with the same labels and styles, in any order.
  ///
  /// - Throws: E0501, E0502 for files that cannot be read; E0406 when interrupted.
  package func holdsTheSame(as other: DataSplit) throws -> Bool {
    if count != other.count { return false }
    if listingHash == other.listingHash { return true }
    return try entries().sorted() == other.entries().sorted()
  }

  /// The first index at which another split has another image, label or style; nil if both are equal in the same
  /// order.
  ///
  /// - Throws: E0501, E0502 for files that cannot be read; E0406 when interrupted.
  package func firstDifference(from other: DataSplit) throws -> Int? {
    if listingHash == other.listingHash { return nil }
    let (mine, others) = (try entries(), try other.entries())
    return zip(mine, others).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      ?? (mine.count == others.count ? nil : min(mine.count, others.count))
  }

  /// The keys of the images with their labels and styles.
  private func entries() throws -> [String] {
    let keys = try source.imageKeys(items.map(\.source))
    return zip(items, keys).map { item, key in
      // The randomness of a style is keyed by the image's index.
      let style = item.style.map {
        " \($0.style.rawValue) \($0.severity.bitPattern) \($0.seed) \($0.epoch) \(item.source)"
      }
      return "\(item.label) \(key)\(style ?? "")"
    }
  }

  /// SHA-256 of the split's content; see `identity`. Used by checkpoints and the records of trainings
  /// and evaluations.
  public func contentHash() throws -> String { try identity().hash }

  /// SHA-256 of the split, by the quick key of its source: for files only paths, sizes and times count.
  public var listingHash: String { listingHash(source.contentKey) }

  /// The hash in checkpoints of version 1, which was the same for all tables of features.
  package var firstVersionHash: String { listingHash(isFeatures ? "features" : source.contentKey) }

  private func listingHash(_ key: String) -> String {
    let hash = SHA256()
    hash.update(key)
    for name in classes { hash.update("\n\(name)") }
    for item in items {
      hash.update("\n\(item.source) \(item.label)")
      if let draw = item.style {
        hash.update(" \(draw.style.rawValue) \(draw.severity.bitPattern) \(draw.seed) \(draw.epoch)")
      }
    }
    return hash.finish()
  }
}
