import MocoBase
import MocoTensor

// B: items requested, S: pixels of a side, D: feature width.

extension DataSplit {
  /// The decoded image of an item, without its style.
  ///
  /// - Throws: E0202 if there is no such item; E0520 for a split of features; the errors of decoding.
  public func plainImage(_ index: Int) throws -> Image {
    let item = try item(index)
    try requirePixels("shown")
    return try source.image(item.source)
  }

  /// The image of an item in its style.
  ///
  /// - Throws: as `plainImage`.
  public func planes(_ index: Int) throws -> Planes {
    let item = try item(index)
    let planes = Planes(try plainImage(index))
    return item.style?.render(planes, index: item.source) ?? planes
  }

  /// The image of an item in its style, in 8 bits.
  ///
  /// - Throws: as `plainImage`.
  public func image(_ index: Int) throws -> Image {
    guard let style = try item(index).style, style.style != .clean else { return try plainImage(index) }
    return try planes(index).image()
  }

  /// The name of an item in messages: a path or a number in its source.
  public func label(of index: Int) -> String {
    items.indices.contains(index) ? source.label(of: items[index].source) : "image \(index)"
  }

  /// Normalized pixels of some items, decoded and rendered on all threads. Shape: [B, channels, S, S].
  ///
  /// - Parameter augmentation: another crop and flip of every image in every epoch; nil for test images'
  ///   centre crops.
  /// - Throws: the errors of decoding, naming the image; E0520 for a split of features; E0202; E0406.
  public func pixels(
    _ indices: [Int], preprocess: Preprocess, augmentation: Augmentation? = nil
  ) throws -> Tensor {
    try requirePixels("turned into pixels")
    try preprocess.validate()
    let items = try indices.map { try item($0) }
    let tensor = try Tensor.zeros([items.count, preprocess.channels, preprocess.size, preprocess.size])
    try tensor.withMutableFloats { floats in
      guard let base = floats.baseAddress, floats.count == items.count * preprocess.valueCount else { return }
      // - Safety: each task writes the values of its own image, and the caller waits for all of them.
      nonisolated(unsafe) let out = base
      try Parallel.forEach(items.count) { place in
        try Cancellation.check()
        try write(
          items[place], preprocess: preprocess, augmentation: augmentation,
          to: out + place * preprocess.valueCount)
      }
    }
    return tensor
  }

  /// Writes the normalized pixels of one item.
  ///
  /// - Throws: the errors of decoding; E0513.
  func write(
    _ item: DataItem, preprocess: Preprocess, augmentation: Augmentation?, to out: UnsafeMutablePointer<Float>
  ) throws {
    let style = item.style?.style ?? .clean
    if style == .clean, let files = source as? ImageFiles {
      return try files.withPixels(
        item.source,
        columns: { preprocess.columns(width: $0, height: $1, augmentation: augmentation, index: item.source) }
      ) { rows in
        try preprocess.write(rows, augmentation: augmentation, index: item.source, to: out)
      } picture: { picture in
        try preprocess.write(picture, augmentation: augmentation, index: item.source, to: out)
      }
    }
    var image = try source.image(item.source)
    if let style = item.style, style.style != .clean {
      let planes = style.render(Planes(image), index: item.source)
      guard augmentation != nil else { return try preprocess.write(planes, to: out) }
      image = planes.image()
    }
    try image.withRows {
      try preprocess.write($0, augmentation: augmentation, index: item.source, to: out)
    }
  }

  /// Features of some items; see `features(_:)`. Shape: [B, D].
  ///
  /// - Parameter view: a crop and flip; nil for the centre crop. Ignored for a split of features.
  /// - Throws: the errors of decoding and encoding; E0202, E0406.
  public func features(_ encoder: ImageEncoder, at indices: [Int], view: Augmentation? = nil) throws -> Tensor
  {
    if let table = source.featureTable {
      let rows = try indices.map { try item($0).source }
      return try FeatureCache.gather(table, rows: rows)
    }
    return try FeatureCache.shared.features(of: self, at: indices, by: encoder, view: view)
  }

  /// Features of every item by a frozen encoder; computed once, cached in memory by content. Shape: [count, D].
  ///
  /// A split of features returns its own vectors.
  /// - Throws: the errors of decoding and encoding; E0406.
  public func features(_ encoder: ImageEncoder) throws -> Tensor {
    try features(encoder, at: Array(0..<count))
  }
}
