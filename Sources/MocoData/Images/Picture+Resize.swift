import CImageCodecs
import MocoCLIP

// Resizing before the conversion to RGB, as OpenAI's transform does it with Pillow: a palette or one bit takes the
// nearest pixel, colours are weighted by alpha, ink is resized as ink, 16-bit grey in 16 bits.

extension Picture {
  /// The square input of a tower.
  ///
  /// A transform that pads margins converts first.
  /// - Throws: E0513 as `Image.square`.
  package func square(_ size: Int, by transform: ImageTransform) throws -> Image {
    let plan = try SquarePlan(transform, width: width, height: height, size: size)
    guard !plan.fills else { return try image().square(size, by: transform) }
    return resized(width: plan.width, height: plan.height, window: plan.window, filter: transform.filter)
  }

  /// The interleaved bytes, independent of their meaning.
  private var raw: Image { Image(checkedWidth: width, height: height, channels: form.bytes, bytes: bytes) }

  private func with(_ image: Image) -> Picture {
    Picture(
      width: image.width, height: image.height, form: form, isByNearest: isByNearest, bytes: image.bytes,
      clips: clips, notes: notes)
  }

  /// A rectangle that is known to be inside.
  func part(_ window: Window) -> Picture { with(raw.part(window)) }

  /// The part `window` of the picture, resized and converted.
  func resized(width outWidth: Int, height outHeight: Int, window: Window, filter: ResampleFilter) -> Image {
    let filter = isByNearest ? .nearest : filter
    func resize(_ image: Image) -> Image {
      Resampler.resize(image, width: outWidth, height: outHeight, window: window, filter: filter)
    }
    if filter != .nearest, outWidth != width || outHeight != height {
      if form == .grayAlpha || form == .rgba {
        return with(Picture.divided(resize(Picture.weighed(raw)))).image()
      }
      if form == .gray16 {
        return with(
          Resampler.resize16(raw, width: outWidth, height: outHeight, window: window, filter: filter)
        ).image()
      }
    }
    return with(resize(raw)).image()
  }

  /// Colours times alpha, the last channel.
  private static func weighed(_ image: Image) -> Image {
    changed(image) { value, alpha in
      let product = Int(value) * Int(alpha) + 128
      return UInt8(truncatingIfNeeded: ((product >> 8) + product) >> 8)
    }
  }

  /// Colours divided by alpha again.
  private static func divided(_ image: Image) -> Image {
    changed(image) { value, alpha in
      alpha == 0 || alpha == 255 ? value : UInt8(min(255 * Int(value) / Int(alpha), 255))
    }
  }

  private static func changed(_ image: Image, _ change: (UInt8, UInt8) -> UInt8) -> Image {
    var bytes = image.bytes
    let channels = image.channels
    for pixel in stride(from: 0, to: bytes.count, by: channels) {
      let alpha = bytes[pixel + channels - 1]
      for at in pixel..<pixel + channels - 1 { bytes[at] = change(bytes[at], alpha) }
    }
    return Image(checkedWidth: image.width, height: image.height, channels: channels, bytes: bytes)
  }
}

extension Resampler {
  /// `resize` of 16-bit grey, two bytes per pixel in the machine's order. As in Pillow, weights are not rounded, and the
  /// two bytes of a sum beyond the range are clipped one by one.
  static func resize16(
    _ image: Image, width outWidth: Int, height outHeight: Int, window: Window, filter: ResampleFilter
  ) -> Image {
    guard let shape = FilterShape(filter) else {
      return image.withRows { nearest($0, width: outWidth, height: outHeight, window: window) }
    }
    var values = image.bytes.withUnsafeBytes { raw in
      (0..<image.width * image.height).map {
        Double(raw.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self))
      }
    }
    var (columns, rows) = (image.width, image.height)
    func across() {
      values = pass(
        values, lines: rows, line: columns, inSize: columns, outSize: outWidth,
        window.left..<window.left + window.width, shape)
      columns = window.width
    }
    func down() {
      // Columns as lines, and back.
      let turned = transposed(values, width: columns)
      let passed = pass(
        turned, lines: columns, line: rows, inSize: rows, outSize: outHeight,
        window.top..<window.top + window.height, shape)
      rows = window.height
      values = transposed(passed, width: rows)
    }
    if verticalFirst(image.width, image.height, outWidth, outHeight) {
      down()
      across()
    } else {
      across()
      down()
    }
    var bytes = [UInt8](repeating: 0, count: values.count * 2)
    bytes.withUnsafeMutableBytes { raw in
      for (i, value) in values.enumerated() {
        raw.storeBytes(of: UInt16(clamping: Int(value)), toByteOffset: 2 * i, as: UInt16.self)
      }
    }
    return Image(checkedWidth: columns, height: rows, channels: 2, bytes: bytes)
  }

  private static func transposed(_ values: [Double], width: Int) -> [Double] {
    let height = width > 0 ? values.count / width : 0
    return (0..<values.count).map { values[$0 % height * width + $0 / height] }
  }

  private static func pass(
    _ values: [Double], lines: Int, line: Int, inSize: Int, outSize: Int, _ range: Range<Int>,
    _ shape: FilterShape
  ) -> [Double] {
    guard inSize != outSize else {
      return (0..<lines).flatMap { values[$0 * line + range.lowerBound..<$0 * line + range.upperBound] }
    }
    let axis = Axis(inSize: inSize, outSize: outSize, range: range, shape: shape, keepsExact: true)
    var result: [Double] = []
    result.reserveCapacity(lines * range.count)
    for at in 0..<lines {
      for place in range.indices.map({ $0 - range.lowerBound }) {
        var sum = 0.0
        let from = at * line + Int(axis.starts[place])
        for k in 0..<Int(axis.counts[place]) { sum += values[from + k] * axis.exact[place * axis.width + k] }
        result.append(clipped16(sum))
      }
    }
    return result
  }

  /// A sum rounded, as its two bytes clipped.
  private static func clipped16(_ sum: Double) -> Double {
    let value = Int(sum >= 0 ? (sum + 0.5).rounded(.down) : -(-sum + 0.5).rounded(.down))
    let low = min(max(value % 256, 0), 255)
    return Double(min(max(value >> 8, 0), 255) << 8 | low)
  }
}
