import MocoBase
import MocoTensor
import Synchronization

// N: rows, D: feature width.

/// A memory cache of features of frozen encoders. The key contains the source's content, the
/// encoder's weights and preprocessing, the image, its style and its augmented view. A subset, another split or
/// a second training run uses them again; with `files` also another session. Removing them does not change results.
public final class FeatureCache: Sendable {
  /// The cache of this process, used by splits.
  public static let shared = FeatureCache()

  /// An empty cache, without files.
  package init() {}

  /// Features of one source by one encoder.
  private struct Store {
    var rows: [ItemKey: Int] = [:]
    var values: [Float] = []
    var width = 0
    var lastUse = 0
    var byteCount: Int { values.count * 4 + rows.count * 64 }
  }

  private struct StoreKey: Hashable {
    let source: String
    let encoder: String
    let preprocess: Preprocess
  }

  private struct ItemKey: Hashable {
    let source: Int
    let style: StyleDraw?
    let view: Augmentation?

    /// As text, for a key on disk. Randomness of an image is keyed by its index in its source.
    func text(image: String) -> String {
      guard style != nil || view != nil else { return image }
      var text = "\(image) \(source)"
      if let style {
        text += " style \(style.style.name) \(style.severity.bitPattern) \(style.seed) \(style.epoch)"
      }
      if let view { text += " view \(view.scale) \(view.ratio) \(view.flip) \(view.seed) \(view.epoch)" }
      return text
    }
  }

  private struct State {
    var stores: [StoreKey: Store] = [:]
    var clock = 0
    var byteLimit = 1 << 29
  }

  private let state = Mutex(State())
  private let disk = Mutex<FeatureFiles?>(nil)

  /// The cache on disk; nil, the initial value, for none.
  public var files: FeatureFiles? {
    get { disk.withLock { $0 } }
    set { disk.withLock { $0 = newValue } }
  }

  /// Images per encoder batch: about 16 MB of pixels, so that waiting batches need little memory.
  package static func batchSize(_ preprocess: Preprocess) -> Int {
    let images = (16 << 20) / max(preprocess.valueCount * 4, 1)
    return min(max(images / 8 * 8, 16), 256)
  }

  /// Size limit in bytes for stores that are not in use; the store in use is always kept.
  public var byteLimit: Int {
    get { state.withLock { $0.byteLimit } }
    set { state.withLock { $0.byteLimit = newValue } }
  }

  /// Estimated size of the cached features in bytes.
  public var byteCount: Int { state.withLock { $0.stores.values.reduce(0) { $0 + $1.byteCount } } }

  /// Removes all features from memory; files are kept.
  public func removeAll() { state.withLock { $0.stores = [:] } }

  /// Features of some items, encoding those that are neither in memory nor in files. Shape: [indices, D].
  ///
  /// - Parameters:
  ///   - view: the crop and flip to use; nil for the centre crop.
  ///   - encoded: called with the number of images of each encoded batch.
  /// - Throws: E0202 for an index out of range; the errors of decoding and encoding; E0406 when
  ///   interrupted.
  package func features(
    of split: DataSplit, at indices: [Int], by encoder: ImageEncoder, view: Augmentation? = nil,
    encoded: (Int) -> Void = { _ in }
  ) throws -> Tensor {
    let key = StoreKey(source: split.source.contentKey, encoder: encoder.key, preprocess: encoder.preprocess)
    let keys = try indices.map { index in
      let item = try split.item(index)
      return ItemKey(source: item.source, style: item.style, view: view)
    }
    var missing = state.withLock { state in
      state.clock += 1
      state.stores[key, default: Store()].lastUse = state.clock
      let rows = state.stores[key]?.rows ?? [:]
      return indices.indices.filter { rows[keys[$0]] == nil }
    }
    // An image may appear in a list more than once.
    var seen = Set<ItemKey>()
    missing.removeAll { !seen.insert(keys[$0]).inserted }
    if !missing.isEmpty {
      if let files {
        try fetch(missing, split, indices, keys, key, encoder, files, encoded)
      } else {
        try encode(missing, split, indices, keys, key, encoder) { part, _ in encoded(part.count) }
      }
    }
    return try gather(keys, from: key)
  }

  /// Encodes images in batches, while the next ones are decoded; `kept` is called for each batch when it is in memory.
  private func encode(
    _ missing: [Int], _ split: DataSplit, _ indices: [Int], _ keys: [ItemKey], _ key: StoreKey,
    _ encoder: ImageEncoder, kept: (_ places: ArraySlice<Int>, _ values: [Float]) -> Void
  ) throws {
    guard let first = missing.first else { return }
    let reader = try PixelReader(
      split, at: missing.map { indices[$0] }, size: FeatureCache.batchSize(encoder.preprocess),
      preprocess: encoder.preprocess, augmentation: keys[first].view)
    defer { reader.stop() }
    var start = 0
    while let pixels = try reader.next() {
      let part = missing[start..<min(start + (pixels.shape.first ?? 0), missing.count)]
      start = part.endIndex
      let values = try encoder.encode(pixels)
      try add(values, keys: part.map { keys[$0] }, to: key)
      kept(part, try values.toFloats())
    }
  }

  /// Loads features from disk, encodes the others, and writes each new chunk to disk.
  private func fetch(
    _ missing: [Int], _ split: DataSplit, _ indices: [Int], _ keys: [ItemKey], _ key: StoreKey,
    _ encoder: ImageEncoder, _ files: FeatureFiles, _ encoded: (Int) -> Void
  ) throws {
    let place = FeatureCache.diskName(encoder)
    let images = try split.source.imageKeys(missing.map { keys[$0].source })
    let names = zip(missing, images).map { FeatureFiles.Key(of: keys[$0].text(image: $1)) }
    let found = files.rows(names, encoder: place)
    var rest: [Int] = []
    var restNames: [Int: FeatureFiles.Key] = [:]
    var known: (keys: [ItemKey], values: [Float]) = ([], [])
    for (order, index) in missing.enumerated() {
      if let row = found[order] {
        known.keys.append(keys[index])
        known.values += row
      } else {
        rest.append(index)
        restNames[index] = names[order]
      }
    }
    if !known.keys.isEmpty {
      let width = known.values.count / known.keys.count
      try add(Tensor(known.values, shape: [known.keys.count, width]), keys: known.keys, to: key)
    }
    try encode(rest, split, indices, keys, key, encoder) { part, values in
      files.add(part.compactMap { restNames[$0] }, values: values, encoder: place)
      encoded(part.count)
    }
  }

  /// The items of `indices` with features on disk.
  ///
  /// - Throws: E0202; the errors of reading the images' files; E0406.
  static func kept(
    of split: DataSplit, at indices: [Int], by encoder: ImageEncoder, in files: FeatureFiles
  ) throws -> Set<Int> {
    let items = try indices.map { try split.item($0) }
    let images = try split.source.imageKeys(items.map(\.source))
    let names = zip(items, images).map { item, image in
      FeatureFiles.Key(of: ItemKey(source: item.source, style: item.style, view: nil).text(image: image))
    }
    let known = files.known(names, encoder: diskName(encoder))
    return Set(zip(indices, known).compactMap { $1 ? $0 : nil })
  }

  /// The folder name for an encoder's features: it depends on the encoder, the preprocessing, and the program and
  /// kernels, because another build may differ in the last bit.
  private static func diskName(_ encoder: ImageEncoder) -> String {
    let hash = SHA256()
    hash.update(
      "\(encoder.key)\n\(encoder.preprocess)\n\(KernelFamily.arithmetic)\n\(program)")
    return String(hash.finish().prefix(32))
  }

  /// The digest of the running program.
  private static let program = (try? SHA256.hex(file: "/proc/self/exe")) ?? "?"

  private func add(_ values: Tensor, keys: [ItemKey], to key: StoreKey) throws {
    guard values.rank == 2, values.shape.first == keys.count, let width = values.shape.last else {
      throw DataError.mismatch("the image encoder returned shape \(values.shape) for \(keys.count) images")
    }
    let floats = try values.toFloats()
    state.withLock { state in
      var store = state.stores.removeValue(forKey: key) ?? Store()
      if store.width != width { store = Store(width: width, lastUse: store.lastUse) }
      for (place, item) in keys.enumerated() where store.rows[item] == nil {
        store.rows[item] = store.rows.count
        store.values.append(contentsOf: floats[place * width..<(place + 1) * width])
      }
      state.stores[key] = store
      evict(&state, keeping: key)
    }
  }

  private func gather(_ keys: [ItemKey], from key: StoreKey) throws -> Tensor {
    let (values, width): ([Float], Int) = try state.withLock { state in
      guard let store = state.stores[key] else { return ([], 0) }
      var values: [Float] = []
      values.reserveCapacity(keys.count * store.width)
      for item in keys {
        guard let row = store.rows[item] else {
          // Only if another thread cleared the cache in the meantime.
          throw DataError.mismatch("cached features were deleted while they were being read")
        }
        values.append(contentsOf: store.values[row * store.width..<(row + 1) * store.width])
      }
      return (values, store.width)
    }
    return try Tensor(values, shape: [keys.count, width])
  }

  private func evict(_ state: inout State, keeping key: StoreKey) {
    var total = state.stores.values.reduce(0) { $0 + $1.byteCount }
    while total > state.byteLimit {
      let oldest = state.stores.filter { $0.key != key }.min { $0.value.lastUse < $1.value.lastUse }
      guard let oldest else { return }
      total -= oldest.value.byteCount
      state.stores[oldest.key] = nil
    }
  }

  /// Some rows of a table. Shape: [rows, D].
  static func gather(_ table: Tensor, rows: [Int]) throws -> Tensor {
    let width = table.shape.last ?? 0
    var values: [Float] = []
    values.reserveCapacity(rows.count * width)
    try table.withFloats { floats in
      for row in rows {
        guard row >= 0, (row + 1) * width <= floats.count else {
          throw DataError.mismatch("there are no features for image \(row)")
        }
        values.append(contentsOf: floats[row * width..<(row + 1) * width])
      }
    }
    return try Tensor(values, shape: [rows.count, width])
  }
}
