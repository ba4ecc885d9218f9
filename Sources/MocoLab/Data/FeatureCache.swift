import MocoCLIP
import MocoTensor
import Synchronization

// N: rows, D: feature width.

/// Features of frozen encoders, kept in memory under what they are features of: the source's content, the encoder's
/// weights and preprocessing, the image and its style. A subset, another cut or a second training run finds them
/// again; dropping them changes no result.
public final class FeatureCache: Sendable {
  public static let shared = FeatureCache()

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
  }

  private struct State {
    var stores: [StoreKey: Store] = [:]
    var clock = 0
    var byteLimit = 1 << 29
  }

  private let state = Mutex(State())
  /// Images that are decoded and encoded at a time.
  static let chunk = 256

  /// The most bytes that stay when nobody asks for them; the store in use always stays.
  public var byteLimit: Int {
    get { state.withLock { $0.byteLimit } }
    set { state.withLock { $0.byteLimit = newValue } }
  }

  public var byteCount: Int { state.withLock { $0.stores.values.reduce(0) { $0 + $1.byteCount } } }

  public func removeAll() { state.withLock { $0.stores = [:] } }

  func features(of split: DataSplit, at indices: [Int], by encoder: ImageEncoder) throws -> Tensor {
    let key = StoreKey(source: split.source.contentKey, encoder: encoder.key, preprocess: encoder.preprocess)
    let keys = try indices.map { index in
      let item = try split.item(index)
      return ItemKey(source: item.source, style: item.style)
    }
    var missing = state.withLock { state in
      state.clock += 1
      state.stores[key, default: Store()].lastUse = state.clock
      let rows = state.stores[key]?.rows ?? [:]
      return indices.indices.filter { rows[keys[$0]] == nil }
    }
    // One image may stand in a list twice.
    var seen = Set<ItemKey>()
    missing.removeAll { !seen.insert(keys[$0]).inserted }
    var start = 0
    while start < missing.count {
      try Cancellation.check()
      let part = missing[start..<min(start + FeatureCache.chunk, missing.count)]
      start = part.endIndex
      let pixels = try split.pixels(part.map { indices[$0] }, preprocess: encoder.preprocess)
      let values = try encoder.encode(pixels)
      try add(values, keys: part.map { keys[$0] }, to: key)
    }
    return try gather(keys, from: key)
  }

  private func add(_ values: Tensor, keys: [ItemKey], to key: StoreKey) throws {
    guard values.rank == 2, values.shape.first == keys.count, let width = values.shape.last else {
      throw DataError.mismatch("the image encoder gave the shape \(values.shape) for \(keys.count) images")
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
          // Only if another thread emptied the cache in between.
          throw DataError.mismatch("kept features went away while they were read")
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
          throw DataError.mismatch("there are no features of image \(row)")
        }
        values.append(contentsOf: floats[row * width..<(row + 1) * width])
      }
    }
    return try Tensor(values, shape: [rows.count, width])
  }
}
