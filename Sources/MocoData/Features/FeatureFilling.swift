import MocoBase
import MocoTensor

/// Writes the features of a split's images to the disk cache, for all later runs of the same program.
///
/// It resumes an earlier run, even if that was killed: existing files are complete, and the rest is encoded. Parts can be
/// filled by several processes and machines with a shared folder; each writes its own files.
package struct FeatureFilling {
  /// The progress, in images of this part.
  package struct State: Sendable {
    /// Images that have features.
    package var done = 0
    /// The number of images that were encoded now.
    package var encoded = 0
    /// Images of the part.
    package let total: Int
  }

  private let split: DataSplit
  private let encoder: ImageEncoder
  private let files: FeatureFiles
  /// The items of the part, in order.
  package let places: [Int]
  /// Images per lookup.
  private static let block = 2048

  /// - Throws: E0520 for a split of features.
  package init(
    _ split: DataSplit, encoder: ImageEncoder, files: FeatureFiles, shard: Shard = .whole
  ) throws {
    try split.requirePixels("encoded")
    (self.split, self.encoder, self.files) = (split, encoder, files)
    places = shard.places(of: split.count)
  }

  private func blocks(_ body: ([Int]) throws -> Void) throws {
    for start in stride(from: 0, to: places.count, by: FeatureFilling.block) {
      try Cancellation.check()
      try body(Array(places[start..<min(start + FeatureFilling.block, places.count)]))
    }
  }

  /// The number of images with features on disk. Reads every image file, and encodes nothing.
  ///
  /// - Throws: E0501, E0502 for files that cannot be read; E0406.
  package func kept() throws -> Int {
    var count = 0
    try blocks { count += try FeatureCache.kept(of: split, at: $0, by: encoder, in: files).count }
    return count
  }

  /// Encodes the images without features and writes them; `told` is called for each batch.
  ///
  /// - Parameter width: the width of a feature.
  /// - Throws: E0504 if they exceed the size limit or cannot be written; the errors of decoding and
  ///   encoding, with the image; E0406. Features that were encoded before the error are written.
  @discardableResult
  package func run(width: Int, told: (State) -> Void = { _ in }) throws -> State {
    let needed = places.count * (16 + 4 * width)
    guard needed <= files.byteLimit else {
      throw FeatureFilling.tooMany(places.count, needed: needed, limit: files.byteLimit)
    }
    var state = State(total: places.count)
    let cache = FeatureCache()
    cache.files = files
    defer { files.flush() }
    try blocks { block in
      let before = state
      _ = try cache.features(of: split, at: block, by: encoder) { images in
        state.done += images
        state.encoded += images
        told(state)
      }
      cache.removeAll()
      if let failure = files.writeFailure { throw failure }
      state.done = before.done + block.count
      told(state)
    }
    files.flush()
    if let failure = files.writeFailure { throw failure }
    return state
  }

  private static func tooMany(_ images: Int, needed: Int, limit: Int) -> Failure {
    func gigabytes(_ bytes: Int) -> String { NumberText.short(Double(bytes) / 0x1p30) }
    return Failure(
      "E0504",
      "features of \(images) images need \(gigabytes(needed)) GB, but the cache limit is \(gigabytes(limit)) GB",
      help:
        "set MOCO_CACHE_LIMIT=\(Int((Double(needed) * 1.5 / 0x1p30).rounded(.up))) for this command and for the runs that use the features"
    )
  }
}
