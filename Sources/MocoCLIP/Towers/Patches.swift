/// How an image's pixels become rows: square patches left to right, top to bottom, after a row for the class.
///
/// A patch's numbers are in the order channel, row, column, the order of the convolution's weights, so that the
/// convolution is one product. Pixels after the last complete patch are not used, as in the convolution.
struct Patches {
  let channels: Int
  let height: Int
  let width: Int
  let size: Int

  var across: Int { width / size }
  var down: Int { height / size }
  /// Rows per image: the class row and the patches.
  var tokens: Int { across * down + 1 }
  /// Number of values of a patch.
  var numbers: Int { channels * size * size }
  /// Number of values of an image.
  var pixels: Int { channels * height * width }

  /// - Parameters:
  ///   - image: [channels, height, width].
  ///   - rows: receives [tokens, numbers]; the class row is zero.
  func unfold(_ image: Values, into rows: Floats) {
    rows.update(repeating: 0, count: numbers)
    walk { patch, pixel in (rows + patch).update(from: image + pixel, count: size) }
  }

  /// The inverse, for gradients: every pixel of a complete patch is in one patch; the others do not change.
  func fold(_ rows: Values, into image: Floats) {
    walk { patch, pixel in (image + pixel).update(from: rows + patch, count: size) }
  }

  /// Visits each line of each patch: its position in the rows and in the image.
  private func walk(_ body: (_ patch: Int, _ pixel: Int) -> Void) {
    for y in 0..<down {
      for x in 0..<across {
        let row = (1 + y * across + x) * numbers
        for channel in 0..<channels {
          for line in 0..<size {
            body(
              row + (channel * size + line) * size,
              channel * height * width + (y * size + line) * width + x * size)
          }
        }
      }
    }
  }
}
