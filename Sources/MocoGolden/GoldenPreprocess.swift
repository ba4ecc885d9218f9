import MocoBase
import MocoCLIP
import MocoData
import MocoFormats
import MocoTensor

/// preprocess/: decoded pixels, and test and training transforms of small images.
///
/// `cases.json` lists files with a size and the name of the expected tensor, and `crop`, `flip` and `normalized:
/// false` if they differ from CLIP's test transform. Tensors named `FILE:rgb` contain decoded pixels.
enum GoldenPreprocess {
  /// The tolerances: one 8-bit level after normalization, and its mean.
  static let tolerance = 0.02
  static let meanTolerance = 0.003
  /// The allowed difference of two JPEG decoders, in levels.
  static let jpegLevels = 2.0

  /// - Parameters:
  ///   - folder: the folder of the images.
  ///   - path: the list of cases.
  ///   - expected: the expected tensors.
  static func check(
    folder: String, cases path: String, expected: SafetensorsFile,
    report: (_ name: String, _ error: Double, _ tolerance: Double) -> Void
  ) throws {
    let suffix = ":rgb"
    for name in expected.names.sorted() where name.hasSuffix(suffix) {
      let file = String(name.dropLast(suffix.count))
      try decoded(folder, file, expected.tensor(name)) { report("decode \(file)", $0, $1) }
    }
    guard let cases = try Json.parse(file: path).arrayValue else {
      throw GoldenFault("\(path) is not a list")
    }
    for entry in cases {
      guard let file = entry["file"]?.stringValue, let size = entry["size"]?.intValue,
        let name = entry["tensor"]?.stringValue
      else { throw GoldenFault("\(path): a case lacks file, size or tensor") }
      let values = try transformed(Image.load("\(folder)/\(file)"), size: size, entry)
      let wanted = try expected.tensor(name).toFloats()
      let error = largestDifference(values, wanted)
      let mean =
        values.count == wanted.count && !values.isEmpty
        ? zip(values, wanted).reduce(0.0) { $0 + Double(abs($1.0 - $1.1)) } / Double(values.count) : .infinity
      report(name, error, tolerance)
      report("\(name) (mean)", mean, meanTolerance)
    }
  }

  private static func decoded(
    _ folder: String, _ file: String, _ wanted: Tensor, _ report: (Double, Double) -> Void
  ) throws {
    let image = try Image.load("\(folder)/\(file)").converted(channels: 3)
    let exact = file.hasSuffix(".png")
    guard wanted.shape == [image.height, image.width, 3] else { return report(.infinity, 0) }
    let levels = try wanted.toInts()
    let error = zip(image.bytes, levels).map { abs(Int($0) - $1) }.max() ?? 0
    report(Double(error), exact ? 0 : jpegLevels)
  }

  private static func transformed(_ image: Image, size: Int, _ entry: Json) throws -> [Float] {
    var image = image.converted(channels: 3)
    if let crop = entry["crop"] {
      guard let top = crop["top"]?.intValue, let left = crop["left"]?.intValue,
        let height = crop["height"]?.intValue, let width = crop["width"]?.intValue
      else { throw GoldenFault("a crop lacks top, left, height or width") }
      image = try image.cropped(Window(top: top, left: left, height: height, width: width))
        .resized(width: size, height: size)
    }
    if entry["flip"]?.boolValue ?? false { image = image.flipped() }
    let normalized = entry["normalized"]?.boolValue ?? true
    let preprocess = Preprocess(
      size: size, channels: 3,
      mean: normalized ? CLIPConfig.defaultMean(channels: 3) : [0, 0, 0],
      std: normalized ? CLIPConfig.defaultStd(channels: 3) : [1, 1, 1])
    return try preprocess.tensor(image).toFloats()
  }
}
