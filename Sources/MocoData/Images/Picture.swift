import CImageCodecs
import Glibc
import MocoBase

/// A decoded file in its original form, for resizing before the conversion to RGB.
package struct Picture: Sendable {
  /// The pixel format. In ink (`cmyk`), 0 is white; 16-bit grey is in the machine's byte order.
  package enum Form: UInt32, Sendable {
    case gray, grayAlpha, rgb, rgba, cmyk, gray16

    /// Bytes of a pixel.
    var bytes: Int { Int(moco_form_bytes(rawValue)) }
    /// Channels of the resulting image.
    var plainChannels: Int { self == .gray || self == .grayAlpha || self == .gray16 ? 1 : 3 }
  }

  let width: Int
  let height: Int
  let form: Form
  /// A palette or one bit per pixel: Pillow resizes such pictures by the nearest pixel.
  let isByNearest: Bool
  let bytes: [UInt8]
  /// Whether 16-bit grey is clipped at 255 instead of scaled.
  let clips: Bool
  /// Assumptions about the file, and ignored properties.
  package let notes: [ImageNote]

  /// A picture from matching parts.
  init(
    width: Int, height: Int, form: Form, isByNearest: Bool, bytes: [UInt8], clips: Bool, notes: [ImageNote]
  ) {
    (self.width, self.height, self.form, self.isByNearest) = (width, height, form, isByNearest)
    (self.bytes, self.clips, self.notes) = (bytes, clips, notes)
  }

  /// The picture with 1 or 3 channels of 8 bits.
  package func image() -> Image {
    if form == .gray || form == .rgb {
      return Image(checkedWidth: width, height: height, channels: form.bytes, bytes: bytes)
    }
    let count = width * height
    let total = count * form.plainChannels
    let plain = [UInt8](unsafeUninitializedCapacity: total) { out, used in
      bytes.withUnsafeBufferPointer {
        moco_pixels_plain(form.rawValue, clips ? 1 : 0, $0.baseAddress, count, out.baseAddress)
      }
      used = total
    }
    return Image(checkedWidth: width, height: height, channels: form.plainChannels, bytes: plain)
  }

  /// - Parameter name: the name of the bytes in messages (a path).
  /// - Throws: as `Image.decode`.
  package static func decode(
    _ bytes: UnsafeRawBufferPointer, name: String, reading: ImageReading = ImageReading()
  ) throws -> Picture {
    if BitmapFile.begins(bytes) { return try BitmapFile(bytes, name: name).picture() }
    return try withDecoded(bytes, name: name, columns: nil) { Picture($0, $1, $2, reading) }
  }

  /// The required columns of an image, by its width and height.
  typealias Columns = (_ width: Int, _ height: Int) -> Range<Int>

  /// Decodes the pixels, passes them to the closure and frees them. For a JPEG, possibly only the required columns
  /// are decoded.
  private static func withDecoded<Result>(
    _ bytes: UnsafeRawBufferPointer, name: String, columns: Columns?,
    _ body: (moco_image, UnsafePointer<UInt8>, Form) throws -> Result
  ) throws -> Result {
    var decoded = moco_image()
    let base = bytes.bindMemory(to: UInt8.self).baseAddress
    let limit = UInt64(Image.pixelLimit)
    let status: Int32
    if var wanted = columns {
      status = withUnsafeMutablePointer(to: &wanted) { wanted in
        moco_image_decode_columns(
          base, bytes.count, limit,
          { context, width, height, first, last in
            guard let ask = context?.assumingMemoryBound(to: Columns.self) else { return }
            let range = ask.pointee(Int(width), Int(height)).clamped(to: 0..<Int(width))
            guard !range.isEmpty else { return }
            first?.pointee = UInt32(range.lowerBound)
            last?.pointee = UInt32(range.upperBound)
          }, wanted, &decoded)
      }
    } else {
      status = moco_image_decode(base, bytes.count, limit, &decoded)
    }
    defer { free(decoded.pixels) }
    guard status == Int32(MOCO_IMAGE_OK.rawValue), let pixels = decoded.pixels,
      let form = Form(rawValue: decoded.form)
    else { throw Image.failure(status, decoded, bytes: bytes, name: name) }
    return try body(decoded, pixels, form)
  }

  /// Reads an image file and passes its pixels, as `image()` has them, to a closure; or the picture, if `reading`
  /// resizes it before its conversion.
  ///
  /// - Parameter columns: the columns that `rows` reads; other columns may have any content.
  /// - Throws: as `Image.load`; errors of the bodies.
  static func withLoaded<Result>(
    _ path: String, reading: ImageReading, columns: @escaping Columns, rows: (PixelRows) throws -> Result,
    picture: (Picture) throws -> Result
  ) throws -> Result {
    func lend(_ made: Picture) throws -> Result {
      reading.order == .openai ? try picture(made) : try made.image().withRows(rows)
    }
    return try OpenedFile(path: path).withBytes { bytes in
      if BitmapFile.begins(bytes) { return try lend(BitmapFile(bytes, name: path).picture()) }
      return try withDecoded(bytes, name: path, columns: columns) { decoded, pixels, form in
        // Pixels without conversion are resized directly in the decoder's memory.
        guard form == .gray || form == .rgb, decoded.by_nearest == 0 || reading.order == .coop else {
          return try lend(Picture(decoded, pixels, form, reading))
        }
        return try rows(
          PixelRows(
            base: pixels - Int(decoded.first) * form.bytes, width: Int(decoded.width),
            height: Int(decoded.height), channels: form.bytes, stride: Int(decoded.columns) * form.bytes))
      }
    }
  }

  /// A copy of the decoded picture.
  private init(
    _ decoded: moco_image, _ pixels: UnsafePointer<UInt8>, _ form: Form, _ reading: ImageReading
  ) {
    let count = Int(decoded.width) * Int(decoded.height) * form.bytes
    var values = [UInt8](UnsafeBufferPointer(start: pixels, count: count))
    let clips = reading.gray16 == .clip
    // Pillow does not change such values.
    if clips, decoded.notes & MOCO_NOTE_WHITE_IS_ZERO.rawValue != 0 {
      for i in values.indices { values[i] = ~values[i] }
    }
    self.init(
      width: Int(decoded.width), height: Int(decoded.height), form: form,
      isByNearest: decoded.by_nearest != 0, bytes: values, clips: clips,
      notes: ImageNote.of(decoded, clips: clips))
  }
}

extension Picture {
  /// The contents of a file's header.
  package struct Header: Sendable {
    let width: Int
    let height: Int
    let form: Form
    /// Assumptions of decoding, and ignored properties.
    package let notes: [ImageNote]
  }

  /// - Throws: E0501, E0502, E0503; E0513 for a BMP.
  package static func header(_ path: String, reading: ImageReading = ImageReading()) throws -> Header {
    let file = try OpenedFile(path: path)
    // The headers of the common formats are at the beginning; otherwise the entire file is read.
    if file.count > headBytes {
      let head = try file.beginning(headBytes)
      let kind = ImageKind.sniffed(head.prefix(16))
      if kind == .jpeg || kind == .png,
        let found = try? head.withUnsafeBytes({ try header($0, name: path, reading: reading) })
      {
        return found
      }
    }
    return try file.withBytes { try header($0, name: path, reading: reading) }
  }

  private static let headBytes = 256 << 10

  private static func header(
    _ bytes: UnsafeRawBufferPointer, name path: String, reading: ImageReading
  ) throws -> Header {
    if BitmapFile.begins(bytes) {
      let file = try BitmapFile(bytes, name: path)
      return Header(width: file.width, height: file.height, form: file.form, notes: file.notes)
    }
    var decoded = moco_image()
    let base = bytes.bindMemory(to: UInt8.self).baseAddress
    let status = moco_image_header(base, bytes.count, &decoded)
    guard status == Int32(MOCO_IMAGE_OK.rawValue), let form = Form(rawValue: decoded.form) else {
      throw Image.failure(status, decoded, bytes: bytes, name: path)
    }
    return Header(
      width: Int(decoded.width), height: Int(decoded.height), form: form,
      notes: ImageNote.of(decoded, clips: reading.gray16 == .clip))
  }

  /// Reads an image file.
  ///
  /// - Throws: as `Image.load`.
  package static func load(_ path: String, reading: ImageReading = ImageReading()) throws -> Picture {
    try OpenedFile(path: path).withBytes { try decode($0, name: path, reading: reading) }
  }
}

/// Options for converting files to pixels.
public struct ImageReading: Sendable, Hashable {
  /// How 16-bit grey is converted.
  public enum Gray16: String, Sendable, CaseIterable {
    /// value · 255 / 65535, rounded.
    case scale
    /// As in Pillow's `convert("RGB")`: values above 255 are white, and a TIFF in which 0 is white stays inverted.
    case clip
  }

  /// Whether a picture with a palette, alpha, ink, one bit or 16 bits is converted to RGB before it is resized.
  public enum Order: String, Sendable, CaseIterable {
    /// Before resizing, as in CoOp and its successors.
    case coop
    /// After resizing, as in OpenAI's transform: a palette and one bit by the nearest pixel, colours weighted by alpha.
    case openai
  }

  /// How 16-bit grey is converted.
  public var gray16: Gray16
  /// Whether conversion to RGB comes before resizing or after.
  public var order: Order

  /// Options; CoOp's by default.
  public init(gray16: Gray16 = .scale, order: Order = .coop) {
    self.gray16 = gray16
    self.order = order
  }

  /// Its part of content keys: empty for the default.
  var key: String { self == ImageReading() ? "" : " grey16 \(gray16.rawValue) order \(order.rawValue)" }
}
