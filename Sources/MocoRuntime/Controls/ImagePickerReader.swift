import MocoBase
import MocoDocument
import MocoLang
import MocoPlot

/// Reads the arguments of `image_picker`.
struct ImagePickerReader {
  let arguments: Arguments
  /// The maximum number of images shown as pictures; beyond it only numbers and labels are shown.
  static let mostShown = 60

  init(_ arguments: Arguments) { self.arguments = arguments }

  func control() throws -> Made {
    if let split: SplitValue = arguments["images"]?.asHost() {
      return try made(split.count ?? 0) { ItemValue(split.split, $0) }
    }
    guard let values = arguments["images"]?.asList else {
      throw arguments.wrongType(
        "images", expected: "a split or a List of images",
        help: "pass data.test[0..<8] or [load_image(\"a.png\")]")
    }
    let images = try values.map { value in
      guard let image: any ImageConvertible = value.asHost() else {
        throw arguments.failure(
          "E0303", "image_picker expects images, but the List contains \(Arguments.describe(value))",
          at: "images",
          help: "pass images of a split, or results of load_image")
      }
      return image
    }
    return try made(images.count) { images[$0] }
  }

  private func made(_ count: Int, _ image: @escaping (Int) -> any ImageConvertible) throws -> Made {
    guard count > 0 else {
      throw arguments.failure(
        "E0305", "image_picker has no images", at: "images", help: "pass at least one")
    }
    guard count <= mostOptions else {
      throw arguments.failure(
        "E0305", "image_picker has too many images: \(count)", at: "images",
        help: "pass at most \(mostOptions): images[0..<12]")
    }
    let start = try arguments.int("default")
    guard (0..<count).contains(start) else {
      throw arguments.failure(
        "E0305", "the default \(start) is out of range: there are \(count) images", at: "default",
        help: "use an index from 0 to \(count - 1)")
    }
    let pictures = (0..<count).map { place -> Control.Picture in
      let shown = image(place)
      let label =
        (shown as? ItemValue)?.caption ?? (shown as? ImageValue).map { FileSystem.name(of: $0.name) } ?? ""
      guard count <= Self.mostShown, let picture = shown.plotImage else {
        return Control.Picture(label: label, image: nil)
      }
      return Control.Picture(
        label: label,
        image: Document.Image(
          picture.thumbnail(64), alternativeText: label.isEmpty ? "image \(place)" : label))
    }
    return Made(.pictures(pictures), start: start) { .host(image($0)) }
  }
}

extension PixelImage {
  /// The image with at most this many pixels on a side. Each pixel is the mean of those it covers.
  fileprivate func thumbnail(_ side: Int) -> PixelImage {
    let factor = max((max(width, height) + side - 1) / side, 1)
    guard factor > 1 else { return self }
    let (columns, rows) = (max(width / factor, 1), max(height / factor, 1))
    var made = [UInt8](repeating: 0, count: columns * rows * channels)
    for y in 0..<rows {
      for x in 0..<columns {
        for channel in 0..<channels {
          var sum = 0
          var count = 0
          for row in y * factor..<min((y + 1) * factor, height) {
            for column in x * factor..<min((x + 1) * factor, width) {
              sum += Int(bytes[(row * width + column) * channels + channel])
              count += 1
            }
          }
          made[(y * columns + x) * channels + channel] = UInt8(
            clamping: count > 0 ? (sum + count / 2) / count : 0)
        }
      }
    }
    return PixelImage(width: columns, height: rows, channels: channels, bytes: made) ?? self
  }
}
