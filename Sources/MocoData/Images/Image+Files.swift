import CImageCodecs
import Glibc
import MocoBase

extension Image {
  /// Decodes the first picture of a JPEG, PNG, WebP, GIF, TIFF or BMP file, by content.
  ///
  /// The pixels are those of Pillow's `convert("RGB")`, as one channel where it would be grey: alpha is
  /// ignored, a palette expanded, 16-bit colour reduced to its high byte, CMYK converted without a profile. 16-bit
  /// grey becomes value · 255 / 65535, rounded, unless `reading` asks for Pillow's clipping. Gamma, colour
  /// profiles and orientation are ignored, as in the published preprocessing, except the orientation of TIFF.
  /// - Parameter name: the name of the bytes in messages (a path).
  /// - Throws: E0502 if the image is corrupted or truncated, E0503 if the bytes are not an image of these formats or
  ///   of an unsupported kind, E0513 if it has more than `pixelLimit` pixels.
  public static func decode(
    _ bytes: UnsafeRawBufferPointer, name: String, reading: ImageReading = ImageReading()
  ) throws -> Image {
    try Picture.decode(bytes, name: name, reading: reading).image()
  }

  /// A file's bytes as an image of 1 or 3 channels.
  ///
  /// - Parameter name: the name used in messages.
  /// - Throws: E0502 for corrupted bytes, E0503 for an unsupported format, E0513 for more pixels than `pixelLimit`.
  public static func decode(
    _ bytes: [UInt8], name: String, reading: ImageReading = ImageReading()
  ) throws -> Image {
    try bytes.withUnsafeBytes { try decode($0, name: name, reading: reading) }
  }

  /// Reads an image file.
  ///
  /// - Throws: E0501 if there is no file; E0502, E0503, E0513 as `decode`.
  public static func load(_ path: String, reading: ImageReading = ImageReading()) throws -> Image {
    try OpenedFile(path: path).withBytes { try decode($0, name: path, reading: reading) }
  }

  /// Width, height and channels of a file, from its header only.
  ///
  /// - Throws: E0501, E0502, E0503.
  public static func header(_ path: String) throws -> (width: Int, height: Int, channels: Int) {
    let head = try Picture.header(path)
    return (head.width, head.height, head.form.plainChannels)
  }

  /// The image as the bytes of a PNG file; equal images give equal bytes.
  ///
  /// - Throws: E0405 if memory runs out.
  public func pngBytes() throws -> [UInt8] {
    var output: UnsafeMutablePointer<UInt8>?
    var count = 0
    let status = bytes.withUnsafeBufferPointer {
      moco_png_encode($0.baseAddress, UInt32(width), UInt32(height), UInt32(channels), &output, &count)
    }
    defer { free(output) }
    guard status == Int32(MOCO_IMAGE_OK.rawValue) else {
      throw Failure("E0405", "out of memory: cannot write an image of \(width) × \(height) pixels")
    }
    return [UInt8](UnsafeBufferPointer(start: output, count: count))
  }

  /// The image as the bytes of a JPEG file.
  ///
  /// - Parameter quality: 1 … 100.
  /// - Throws: E0513 if a side is longer than the 65,500 pixels a JPEG may have, E0405.
  public func jpegBytes(quality: Int = 90) throws -> [UInt8] {
    var output: UnsafeMutablePointer<UInt8>?
    var count = 0
    let quality = Int32(min(max(quality, 1), 100))
    let status = bytes.withUnsafeBufferPointer {
      moco_jpeg_encode(
        $0.baseAddress, UInt32(width), UInt32(height), UInt32(channels), quality, &output, &count)
    }
    defer { free(output) }
    guard status == Int32(MOCO_IMAGE_OK.rawValue) else {
      if status == Int32(MOCO_IMAGE_TOO_LARGE.rawValue) {
        throw Failure(
          "E0513", "\(width) × \(height) pixels are too many for a JPEG", help: "save a .png")
      }
      throw Failure("E0405", "out of memory: cannot write an image of \(width) × \(height) pixels")
    }
    return [UInt8](UnsafeBufferPointer(start: output, count: count))
  }

  /// Writes a `.png`, `.jpg` or `.jpeg` file.
  ///
  /// - Throws: E0504 if it cannot be written or has another extension.
  public func save(_ path: String) throws {
    let name = path.lowercased()
    if name.hasSuffix(".png") {
      try AtomicFile.write(pngBytes(), to: path)
    } else if name.hasSuffix(".jpg") || name.hasSuffix(".jpeg") {
      try AtomicFile.write(jpegBytes(), to: path)
    } else {
      throw Failure(
        "E0504", "cannot write \(path): an image file ends in .png, .jpg or .jpeg",
        help: "use one of these extensions")
    }
  }

  static func failure(
    _ status: Int32, _ decoded: moco_image, bytes: UnsafeRawBufferPointer, name: String
  ) -> Failure {
    var decoded = decoded
    let capacity = MemoryLayout.size(ofValue: decoded.message)
    let said = withUnsafePointer(to: &decoded.message) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: capacity) { String(cString: $0) }
    }
    let reason = said.isEmpty ? "" : " (\(said))"
    switch status {
    case Int32(MOCO_IMAGE_NOT_ONE.rawValue):
      var what = bytes.isEmpty ? "the file is empty" : "the format is not one of \(ImageKind.readNames)"
      if let kind = ImageKind.sniffed(bytes.prefix(16)), !kind.isRead {
        what = "\(kind.rawValue) is not supported"
      }
      return Failure(
        "E0503", "\(name): \(what)",
        help: "convert the image to JPEG or PNG, or remove it from the folder")
    case Int32(MOCO_IMAGE_TRUNCATED.rawValue):
      return .corrupt(name, "the image is truncated\(reason)")
    case Int32(MOCO_IMAGE_TOO_LARGE.rawValue):
      return Failure(
        "E0513",
        "\(name): \(decoded.width) × \(decoded.height) pixels exceed the limit of \(pixelLimit) per image",
        help: "make the image smaller")
    case Int32(MOCO_IMAGE_NO_MEMORY.rawValue):
      return Failure(
        "E0405",
        "\(name): out of memory: cannot read an image of \(decoded.width) × \(decoded.height) pixels")
    case Int32(MOCO_IMAGE_UNSUPPORTED.rawValue):
      return Failure(
        "E0503", "\(name): \(said)", help: "convert the image to a standard PNG")
    default:
      return .corrupt(name, "the image is corrupted\(reason)")
    }
  }
}
