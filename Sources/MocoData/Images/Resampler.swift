import CKernels
import Glibc
import MocoCLIP

/// Antialiased resampling in 8-bit arithmetic, bit-identical to Pillow.
///
/// Each output pixel is a weighted mean of the input pixels under the filter, which is scaled by the
/// reduction. Weights are rounded to 22-bit fixed point; the result of the first direction is rounded and
/// clipped to 8 bits before the second. A direction without a size change is skipped.
package struct Resampler {
  /// The part `window` of `image` resampled to `outWidth` × `outHeight`. Of a larger output only `window` is
  /// computed; its pixels do not depend on that.
  package static func resize(
    _ image: Image, width outWidth: Int, height outHeight: Int, window: Window,
    filter: ResampleFilter = .bicubic
  ) -> Image {
    image.withRows { resize($0, width: outWidth, height: outHeight, window: window, filter: filter) }
  }

  /// The same for borrowed pixels.
  static func resize(
    _ image: PixelRows, width outWidth: Int, height outHeight: Int, window: Window,
    filter: ResampleFilter = .bicubic
  ) -> Image {
    guard filter != .nearest else {
      return nearest(image, width: outWidth, height: outHeight, window: window)
    }
    let columns = Pass(
      inSize: image.width, outSize: outWidth, range: window.left..<window.left + window.width, filter)
    let rows = Pass(
      inSize: image.height, outSize: outHeight, range: window.top..<window.top + window.height, filter)
    if verticalFirst(image.width, image.height, outWidth, outHeight) {
      return vertically(image, columns: columns.reads, rows, firstRow: 0).withRows {
        horizontally($0, rows: 0..<$0.height, columns, firstColumn: columns.reads.lowerBound)
      }
    }
    return horizontally(image, rows: rows.reads, columns, firstColumn: 0).withRows {
      vertically($0, columns: 0..<$0.width, rows, firstRow: rows.reads.lowerBound)
    }
  }

  /// The input positions that make `range` of the output's, of rows or of columns.
  static func reads(inSize: Int, outSize: Int, range: Range<Int>, _ filter: ResampleFilter) -> Range<Int> {
    // The nearest pixel is found by accumulating steps: one more on each side always contains it.
    guard filter != .nearest else {
      let scale = Double(inSize) / Double(max(outSize, 1))
      return max(0, Int(Double(range.lowerBound) * scale) - 1)..<Int(Double(range.upperBound) * scale) + 2
    }
    return Pass(inSize: inSize, outSize: outSize, range: range, filter).reads
  }

  /// Since Pillow 13, the height is resampled first if it shrinks by more than twice as many pixels as the width. The
  /// order can change a value by one, because the first pass rounds to 8 bits.
  static func verticalFirst(_ width: Int, _ height: Int, _ outWidth: Int, _ outHeight: Int) -> Bool {
    outHeight < height && height - outHeight > 2 * (width - outWidth)
  }

  /// The resampling in one direction: its weights, and the positions that it writes and reads.
  private struct Pass {
    /// nil if the size does not change.
    let axis: Axis?
    /// Output positions.
    let range: Range<Int>
    /// Input positions that they are computed from.
    let reads: Range<Int>

    init(inSize: Int, outSize: Int, range: Range<Int>, _ filter: ResampleFilter) {
      self.range = range
      guard inSize != outSize,
        let axis = AxisCache.shared.axis(inSize: inSize, outSize: outSize, range: range, filter)
      else {
        axis = nil
        reads = range
        return
      }
      let first = axis.starts.min().map { Int($0) } ?? 0
      let last = zip(axis.starts, axis.counts).map { Int($0 + $1) }.max() ?? inSize
      self.axis = axis
      reads = first..<last
    }
  }

  /// Maximum row size in bytes for the fast path with sixteen rows.
  private static let longestRow = 1 << 20

  /// `image` starts at the input's column `firstColumn`.
  private static func horizontally(
    _ image: PixelRows, rows: Range<Int>, _ pass: Pass, firstColumn: Int
  ) -> Image {
    guard let axis = pass.axis else {
      let left = pass.range.lowerBound - firstColumn
      return image.part(
        Window(top: rows.lowerBound, left: left, height: rows.count, width: pass.range.count)
      ).image()
    }
    let channels = image.channels
    let outWidth = axis.starts.count
    let read = pass.reads.count * channels
    let bytes = [UInt8](unsafeUninitializedCapacity: rows.count * outWidth * channels) { out, used in
      let scratch =
        max(read, outWidth * channels) > longestRow
        ? nil : malloc(moco_resample_scratch(read, outWidth * channels))
      defer { free(scratch) }
      axis.lend { axis in
        moco_resample_across(
          image.base + rows.lowerBound * image.stride - firstColumn * channels, image.stride, rows.count,
          channels, pass.reads.lowerBound, pass.reads.upperBound, axis, out.baseAddress,
          outWidth * channels, scratch?.assumingMemoryBound(to: UInt8.self))
      }
      used = rows.count * outWidth * channels
    }
    return Image(checkedWidth: outWidth, height: rows.count, channels: channels, bytes: bytes)
  }

  /// `image` starts at the input's row `firstRow`.
  private static func vertically(
    _ image: PixelRows, columns: Range<Int>, _ pass: Pass, firstRow: Int
  ) -> Image {
    guard let axis = pass.axis else {
      let top = pass.range.lowerBound - firstRow
      return image.part(
        Window(top: top, left: columns.lowerBound, height: pass.range.count, width: columns.count)
      ).image()
    }
    let length = columns.count * image.channels
    let outHeight = axis.starts.count
    let bytes = [UInt8](unsafeUninitializedCapacity: outHeight * length) { out, used in
      axis.lend { axis in
        moco_resample_down(
          image.base + columns.lowerBound * image.channels - firstRow * image.stride, image.stride, length,
          axis, out.baseAddress, length)
      }
      used = outHeight * length
    }
    return Image(checkedWidth: columns.count, height: outHeight, channels: image.channels, bytes: bytes)
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

  /// The centre square after resizing the shorter side to `size`, as for CLIP's test images.
  ///
  /// The longer side becomes ⌊size · long / short⌋, the crop begins at (n − size) / 2 rounded to the nearest
  /// even number in a tie.
  /// - Throws: E0513 if `size` is not positive or the resized image would be too large.
  public func centerSquare(_ size: Int) throws -> Image { try square(size, by: ImageTransform()) }
}
