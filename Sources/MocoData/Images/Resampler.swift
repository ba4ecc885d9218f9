import MocoCLIP

/// Antialiased resampling in 8-bit arithmetic, to the bit as Pillow does it.
///
/// Each output pixel is a weighted mean of the input pixels under the filter, which is widened by the
/// reduction. Weights are rounded to 22-bit fixed point; the result of the first direction is rounded and
/// clipped to 8 bits before the second. A direction whose size does not change is left alone.
package struct Resampler {
  /// The weights that make each pixel of one output row (or column).
  struct Axis {
    /// For each output position the first input position and the number of weights.
    var starts: [Int32] = []
    var counts: [Int32] = []
    /// `width` weights for each output position.
    var weights: [Int32] = []
    /// The same before they were rounded.
    var exact: [Double] = []
    let width: Int

    static let precision: Int32 = 22

    /// Weights of `range` of the `outSize` positions that `inSize` positions become.
    init(inSize: Int, outSize: Int, range: Range<Int>, shape: FilterShape, keepsExact: Bool = false) {
      let scale = Double(inSize) / Double(outSize)
      let filterScale = max(scale, 1)
      let support = shape.support * filterScale
      let inverse = 1 / filterScale
      width = Int(support.rounded(.up)) * 2 + 1
      var row = [Double](repeating: 0, count: width)
      weights.reserveCapacity(width * range.count)
      for position in range {
        let center = (Double(position) + 0.5) * scale
        let first = max(Int(center - support + 0.5), 0)
        let last = min(Int(center + support + 0.5), inSize)
        let count = max(last - first, 0)
        var sum = 0.0
        for k in 0..<count {
          row[k] = shape.weight((Double(k + first) - center + 0.5) * inverse)
          sum += row[k]
        }
        starts.append(Int32(truncatingIfNeeded: first))
        counts.append(Int32(truncatingIfNeeded: count))
        if keepsExact { exact += (0..<width).map { $0 < count ? (sum != 0 ? row[$0] / sum : row[$0]) : 0 } }
        for k in 0..<width {
          let weight = k < count ? (sum != 0 ? row[k] / sum : row[k]) * Double(1 << Axis.precision) : 0
          weights.append(Int32(weight < 0 ? weight - 0.5 : weight + 0.5))
        }
      }
    }
  }

  /// The part `window` of `image` resampled to `outWidth` × `outHeight`. Of a larger output only `window` is
  /// computed; its pixels do not depend on that.
  package static func resize(
    _ image: Image, width outWidth: Int, height outHeight: Int, window: Window,
    filter: ResampleFilter = .bicubic
  ) -> Image {
    guard let shape = FilterShape(filter) else {
      return nearest(image, width: outWidth, height: outHeight, window: window)
    }
    let columns = Pass(
      inSize: image.width, outSize: outWidth, range: window.left..<window.left + window.width, shape: shape)
    let rows = Pass(
      inSize: image.height, outSize: outHeight, range: window.top..<window.top + window.height, shape: shape)
    if verticalFirst(image, outWidth, outHeight) {
      let squeezed = vertically(image, columns: columns.reads, rows)
      return horizontally(squeezed, rows: 0..<squeezed.height, columns, firstColumn: columns.reads.lowerBound)
    }
    let squeezed = horizontally(image, rows: rows.reads, columns, firstColumn: 0)
    return vertically(squeezed, columns: 0..<squeezed.width, rows, firstRow: rows.reads.lowerBound)
  }

  /// Since Pillow 13, a height that loses more than twice as many pixels as the width is resampled first. The
  /// order shows in single levels, because the first pass rounds to 8 bits.
  static func verticalFirst(_ image: Image, _ outWidth: Int, _ outHeight: Int) -> Bool {
    outHeight < image.height && image.height - outHeight > 2 * (image.width - outWidth)
  }

  /// One direction: the positions wanted and how they are made.
  private struct Pass {
    /// nil where the size stays.
    let axis: Axis?
    /// Output positions.
    let range: Range<Int>
    /// Input positions that they are made of.
    let reads: Range<Int>

    init(inSize: Int, outSize: Int, range: Range<Int>, shape: FilterShape) {
      self.range = range
      guard inSize != outSize else {
        axis = nil
        reads = range
        return
      }
      let axis = Axis(inSize: inSize, outSize: outSize, range: range, shape: shape)
      let first = axis.starts.min().map { Int($0) } ?? 0
      let last = zip(axis.starts, axis.counts).map { Int($0 + $1) }.max() ?? inSize
      self.axis = axis
      reads = first..<last
    }
  }

  /// `image` begins at the input's column `firstColumn`.
  private static func horizontally(
    _ image: Image, rows: Range<Int>, _ pass: Pass, firstColumn: Int
  ) -> Image {
    guard let axis = pass.axis else {
      let left = pass.range.lowerBound - firstColumn
      return image.part(Window(top: rows.lowerBound, left: left, height: rows.count, width: pass.range.count))
    }
    let channels = image.channels
    let outWidth = axis.starts.count
    let rounding = Int32(1) << (Axis.precision - 1)
    let count = rows.count * outWidth * channels
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { out, used in
      image.bytes.withUnsafeBufferPointer { source in
        axis.weights.withUnsafeBufferPointer { weights in
          guard let source = source.baseAddress, let weights = weights.baseAddress,
            var target = out.baseAddress
          else { return }
          for y in rows {
            let row = source + y * image.width * channels
            for x in 0..<outWidth {
              let taps = weights + x * axis.width
              let length = Int(axis.counts[x])
              let from = row + (Int(axis.starts[x]) - firstColumn) * channels
              if channels == 3 {
                var red = rounding
                var green = rounding
                var blue = rounding
                for k in 0..<length {
                  red &+= Int32(from[3 * k]) &* taps[k]
                  green &+= Int32(from[3 * k + 1]) &* taps[k]
                  blue &+= Int32(from[3 * k + 2]) &* taps[k]
                }
                target[0] = clip(red)
                target[1] = clip(green)
                target[2] = clip(blue)
              } else if channels == 1 {
                var gray = rounding
                for k in 0..<length { gray &+= Int32(from[k]) &* taps[k] }
                target[0] = clip(gray)
              } else {
                for channel in 0..<channels {
                  var sum = rounding
                  for k in 0..<length { sum &+= Int32(from[channels * k + channel]) &* taps[k] }
                  target[channel] = clip(sum)
                }
              }
              target += channels
            }
          }
        }
      }
      used = count
    }
    return Image(checkedWidth: outWidth, height: rows.count, channels: channels, bytes: bytes)
  }

  /// `image` begins at the input's row `firstRow`.
  private static func vertically(
    _ image: Image, columns: Range<Int>, _ pass: Pass, firstRow: Int = 0
  ) -> Image {
    guard let axis = pass.axis else {
      let top = pass.range.lowerBound - firstRow
      return image.part(
        Window(top: top, left: columns.lowerBound, height: pass.range.count, width: columns.count))
    }
    let inLength = image.width * image.channels
    let offset = columns.lowerBound * image.channels
    let rowLength = columns.count * image.channels
    let outHeight = axis.starts.count
    let rounding = Int32(1) << (Axis.precision - 1)
    let count = outHeight * rowLength
    var sums = [Int32](repeating: 0, count: rowLength)
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { out, used in
      image.bytes.withUnsafeBufferPointer { source in
        sums.withUnsafeMutableBufferPointer { sums in
          guard let source = source.baseAddress, let target = out.baseAddress, let sums = sums.baseAddress
          else { return }
          for y in 0..<outHeight {
            for i in 0..<rowLength { sums[i] = rounding }
            for k in 0..<Int(axis.counts[y]) {
              let weight = axis.weights[y * axis.width + k]
              let row = source + (Int(axis.starts[y]) + k - firstRow) * inLength + offset
              for i in 0..<rowLength { sums[i] &+= Int32(row[i]) &* weight }
            }
            let line = target + y * rowLength
            for i in 0..<rowLength { line[i] = clip(sums[i]) }
          }
        }
      }
      used = count
    }
    return Image(checkedWidth: columns.count, height: outHeight, channels: image.channels, bytes: bytes)
  }

  @inline(__always)
  private static func clip(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: min(max(sum >> Axis.precision, 0), 255))
  }
}

extension Image {
  /// The image in another size by antialiased bicubic resampling.
  ///
  /// - Throws: E0513 if a side is not positive or the result too large.
  public func resized(width: Int, height: Int) throws -> Image {
    guard width > 0, height > 0, width <= Image.pixelLimit / height else {
      throw Preprocess.sizeError(width, height)
    }
    return Resampler.resize(
      self, width: width, height: height, window: Window(top: 0, left: 0, height: height, width: width))
  }

  /// The middle square after the shorter side was brought to `size`: what CLIP's test images are.
  ///
  /// The longer side becomes ⌊size · long / short⌋, the crop begins at (n − size) / 2 rounded to the nearest
  /// even number in a tie.
  /// - Throws: E0513 if `size` is not positive or the image so long and thin that it would grow too large.
  public func centerSquare(_ size: Int) throws -> Image { try square(size, by: ImageTransform()) }
}
