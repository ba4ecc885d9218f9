import MocoBase
import MocoTensor
import Synchronization

/// One item of a split: the image of the source, its label, and its style.
public struct DataItem: Sendable, Equatable {
  /// Index in the source; it is the key of the item's randomness, so that an image looks the same in
  /// every view that it appears in.
  public let source: Int
  /// Index into the split's classes.
  public let label: Int
  /// nil: the image as it is.
  public let style: StyleDraw?

  /// Not checked here: indices and labels are checked when the item is used.
  public init(source: Int, label: Int, style: StyleDraw? = nil) {
    self.source = source
    self.label = label
    self.style = style
  }
}

/// A list of labelled images for training or evaluation. Immutable.
public final class DataSplit: Sendable {
  /// "train", "val", "test" …
  public let name: String
  /// Class names in the order of the labels. A split of base classes has only those.
  public let classes: [String]
  /// Identifiers that distinguish classes with the same name, such as WordNet ids; nil for the labels.
  public let identifiers: [String]?
  /// The labelled images, in order.
  public let items: [DataItem]
  /// The source of the images; items are indices in it.
  public let source: any ImageSource
  /// The name of the data set of this split; nil if unknown.
  public let dataset: String?
  /// The cached identity of the split, if its source cannot change.
  let knownIdentity = Mutex<DataIdentity?>(nil)

  /// A split over a source.
  ///
  /// - Parameter identifiers: one for each class; others are ignored.
  public init(
    name: String, classes: [String], identifiers: [String]? = nil, items: [DataItem], source: any ImageSource,
    dataset: String? = nil
  ) {
    self.dataset = dataset
    self.name = name
    self.classes = classes
    self.identifiers = identifiers?.count == classes.count ? identifiers : nil
    self.items = items
    self.source = source
  }

  /// The number of items.
  public var count: Int { items.count }
  /// The label of every item.
  public var labels: [Int] { items.map(\.label) }
  /// The style of every item, nil for an image without a style; nil as a whole if no item has one.
  public var styles: [Style?]? {
    items.contains { $0.style != nil } ? items.map { $0.style?.style } : nil
  }
  /// Whether the items are vectors without pixels.
  public var isFeatures: Bool { source.featureTable != nil }
  /// Items per class.
  public var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: classes.count)
    for item in items where counts.indices.contains(item.label) { counts[item.label] += 1 }
    return counts
  }

  /// The split with other items over the same source.
  public func with(
    name: String? = nil, classes: [String]? = nil, identifiers: [String]? = nil, items: [DataItem]
  ) -> DataSplit {
    DataSplit(
      name: name ?? self.name, classes: classes ?? self.classes, identifiers: identifiers ?? self.identifiers,
      items: items, source: source, dataset: dataset)
  }

  /// The split as one of the data set `name`.
  func of(dataset name: String) -> DataSplit {
    DataSplit(
      name: self.name, classes: classes, identifiers: identifiers, items: items, source: source, dataset: name
    )
  }

  /// The items at `indices`, in that order.
  ///
  /// - Throws: E0202 if there is no such item.
  public func subset(_ indices: [Int]) throws -> DataSplit {
    with(items: try indices.map { try item($0) })
  }

  /// - Throws: E0202 if there is no such item.
  public func item(_ index: Int) throws -> DataItem {
    guard items.indices.contains(index) else {
      throw Failure(
        "E0202", "index \(index) is out of range: the split \"\(name)\" has \(count) images",
        help: count > 0 ? "use an index from 0 to \(count - 1)" : nil)
    }
    return items[index]
  }
}
