import MocoCLIP

// S: pixels of a tower's side.

extension Image {
  /// The square that a tower takes: resized, and its middle cut out or padded, as `transform` says.
  ///
  /// - Throws: E0513 if `size` is not positive, or the resized image would be too large.
  public func square(_ size: Int, by transform: ImageTransform) throws -> Image {
    try withRows { try $0.square(size, by: transform) }
  }

  /// The image on a square of one colour. A grey image becomes a colour one where the fill has colours.
  fileprivate func placed(left: Int, top: Int, size: Int, fill: [UInt8]) -> Image {
    let source = fill.count == 3 ? converted(channels: 3) : self
    let channels = source.channels
    let color = (0..<channels).map { fill.indices.contains($0) ? fill[$0] : fill.first ?? 0 }
    var result = [UInt8](repeating: color.first ?? 0, count: size * size * channels)
    if Set(color).count > 1 { for i in result.indices { result[i] = color[i % channels] } }
    let row = source.width * channels
    for y in 0..<source.height {
      let to = ((y + top) * size + left) * channels
      result.replaceSubrange(to..<to + row, with: source.bytes[y * row..<(y + 1) * row])
    }
    return Image(checkedWidth: size, height: size, channels: channels, bytes: result)
  }
}

extension PixelRows {
  /// As `Image.square`.
  func square(_ size: Int, by transform: ImageTransform) throws -> Image {
    let plan = try SquarePlan(transform, width: width, height: height, size: size)
    let middle = Resampler.resize(
      self, width: plan.width, height: plan.height, window: plan.window, filter: transform.filter)
    guard !plan.fills else {
      return middle.placed(left: plan.left, top: plan.top, size: size, fill: transform.fill)
    }
    return middle
  }
}

/// How an image becomes a square: its new size, the part that is kept, and the position of that part.
struct SquarePlan {
  let width: Int
  let height: Int
  let window: Window
  let left: Int
  let top: Int
  /// Whether there is a margin to fill.
  let fills: Bool

  /// - Throws: E0513 as `Image.square`.
  init(_ transform: ImageTransform, width inWidth: Int, height inHeight: Int, size: Int) throws {
    guard size > 0, size <= 1 << 14 else { throw Preprocess.sizeError(size, size) }
    let wanted = transform.resizedSize(width: inWidth, height: inHeight, size: size)
    guard wanted.width >= 1, wanted.height >= 1,
      wanted.width * wanted.height <= Double(Image.pixelLimit)
    else { throw Preprocess.sizeError(size, size) }
    let outWidth = Int(wanted.width)
    let outHeight = Int(wanted.height)
    func start(_ length: Int) -> Int {
      guard length > size else { return 0 }
      let half = Double(length - size) / 2
      return Int(half.rounded(transform.cropsDown ? .down : .toNearestOrEven))
    }
    width = outWidth
    height = outHeight
    // Smaller sides are padded on both ends; an odd margin has one pixel more at the end.
    left = max(size - outWidth, 0) / 2
    top = max(size - outHeight, 0) / 2
    window = Window(
      top: start(outHeight), left: start(outWidth), height: min(outHeight, size), width: min(outWidth, size))
    fills = outWidth < size || outHeight < size
  }
}
