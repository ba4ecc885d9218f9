import MocoBase

/// A BMP file: Windows' of 1, 4, 8, 16, 24 and 32 bits, raw, run-length encoded or with bit fields, and OS/2's.
///
/// There is no small library for it, and the format is simple; every offset is checked against the file.
struct BitmapFile {
  private let bytes: UnsafeRawBufferPointer
  private let name: String
  private var head = 0
  private var start = 0
  private(set) var width = 0
  private(set) var height = 0
  private var bits = 0
  private var isTopDown = false
  private var compression = 0
  private var palette: [(UInt8, UInt8, UInt8)] = []
  /// Masks of red, green, blue and alpha in a pixel of 16 or 32 bits.
  private var masks: [UInt32] = []

  static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 2, bytes[0] == 0x42, bytes[1] == 0x4D else { return false }
    // Texts can start with "BM" too: the size of the header decides.
    guard bytes.count >= 18 else { return true }
    let size = Int(bytes[14]) | Int(bytes[15]) << 8 | Int(bytes[16]) << 16 | Int(bytes[17]) << 24
    return [12, 16, 40, 52, 56, 64, 108, 124].contains(size)
  }

  private func short(_ at: Int) -> Int {
    at + 2 <= bytes.count ? Int(bytes[at]) | Int(bytes[at + 1]) << 8 : 0
  }
  private func word(_ at: Int) -> UInt32 { UInt32(short(at)) | UInt32(short(at + 2)) << 16 }

  private var cut: Failure { .corrupt(name, "the image is truncated (the file ends inside the image)") }
  private func refused(_ what: String) -> Failure {
    Failure("E0503", "\(name): \(what) is not supported", help: "convert the image to PNG")
  }

  /// Reads header and palette.
  ///
  /// - Throws: E0502, E0503, E0513.
  init(_ bytes: UnsafeRawBufferPointer, name: String) throws {
    self.bytes = bytes
    self.name = name
    guard bytes.count >= 26 else { throw cut }
    head = Int(word(14))
    guard bytes.count >= 14 + head else { throw cut }
    start = Int(word(10))
    let isCore = head == 12
    if isCore {
      (width, height, bits) = (short(18), short(20), short(24))
    } else {
      width = Int(word(18))
      let rows = Int32(bitPattern: word(22))
      isTopDown = rows < 0
      height = Int(rows.magnitude)
      bits = short(28)
      compression = head > 16 ? Int(word(30)) : 0
    }
    guard width > 0, height > 0, width <= Int(Int32.max) else {
      throw Failure.corrupt(name, "the image is corrupted (it has no pixels)")
    }
    guard width <= Image.pixelLimit / height else {
      throw Failure(
        "E0513",
        "\(name): \(width) × \(height) pixels exceed the limit of \(Image.pixelLimit) per image",
        help: "make the image smaller")
    }
    guard [1, 4, 8, 16, 24, 32].contains(bits) else { throw refused("a BMP of \(bits) bits per pixel") }
    try readMasks()
    if bits <= 8 { try readPalette(entry: isCore ? 3 : 4) }
    if start < 14 + head { start = 14 + head }
  }

  /// 0 raw, 1 and 2 run lengths of 8 and 4 bits, 3 and 6 bit fields.
  private mutating func readMasks() throws {
    switch (compression, bits) {
    case (0, 16): masks = [0x7C00, 0x3E0, 0x1F, 0]
    case (0, 32): masks = [0xFF0000, 0xFF00, 0xFF, 0]
    case (0, _), (1, 8), (2, 4): break
    case (3, 16), (3, 32), (6, 16), (6, 32):
      guard head != 64 else { throw refused("a BMP of OS/2 with Huffman codes") }
      guard bytes.count >= 66 else { throw cut }
      masks = [word(54), word(58), word(62), compression == 6 || head >= 56 ? word(66) : 0]
      if masks.allSatisfy({ $0 == 0 }) { masks = [0xFF0000, 0xFF00, 0xFF, 0xFF00_0000] }
      // Every mask is one run of bits.
      for mask in masks where mask != 0 {
        let run = mask >> UInt32(mask.trailingZeroBitCount)
        guard run & (run &+ 1) == 0, run.nonzeroBitCount <= 8 else {
          throw refused("a BMP with these bit fields")
        }
      }
    case (4, _): throw refused("a BMP that holds a JPEG")
    case (5, _): throw refused("a BMP that holds a PNG")
    default: throw refused("a BMP of compression \(compression) with \(bits) bits per pixel")
    }
  }

  private mutating func readPalette(entry: Int) throws {
    let most = 1 << bits
    let said = head >= 40 ? Int(word(46)) : 0
    let count = said == 0 ? most : said
    let from = 14 + head
    guard count <= 65_536 else {
      throw Failure.corrupt(name, "the image is corrupted (a palette of \(count) colours)")
    }
    // Files without room for all entries have fewer.
    let room = max(0, (start > from ? min(start, bytes.count) : bytes.count) - from) / entry
    palette = (0..<min(count, room, most)).map { place in
      let at = from + place * entry
      return (bytes[at + 2], bytes[at + 1], bytes[at])
    }
    if start < from { start = from + count * entry }
  }

  /// Pillow's rule: a palette of grey levels in order is not treated as a palette.
  private var isRamp: Bool {
    let levels = palette.count == 2 ? [0, 255] : Array(0..<palette.count)
    return !palette.isEmpty
      && zip(palette, levels).allSatisfy {
        $0 == (UInt8(truncatingIfNeeded: $1), UInt8(truncatingIfNeeded: $1), UInt8(truncatingIfNeeded: $1))
      }
  }

  var form: Picture.Form {
    if bits <= 8 { return isRamp ? .gray : .rgb }
    return masks.count == 4 && masks[3] != 0 ? .rgba : .rgb
  }

  var notes: [ImageNote] { form == .rgba ? [.alphaDropped] : [] }

  /// - Throws: E0502 if it is corrupted or truncated.
  func picture() throws -> Picture {
    let form = form
    // Palette entries, or levels of a grey ramp (of black and white: 0 and 255).
    let isBilevel = form == .gray && palette.count <= 2
    var pixels: [UInt8]
    if bits <= 8 {
      let indices = compression == 0 ? try rawIndices() : try runs()
      pixels = []
      pixels.reserveCapacity(indices.count * form.bytes)
      if form == .gray {
        pixels = isBilevel ? indices.map { $0 == 0 ? 0 : 255 } : indices
      } else {
        for index in indices {
          let color = Int(index) < palette.count ? palette[Int(index)] : (0, 0, 0)
          pixels.append(color.0)
          pixels.append(color.1)
          pixels.append(color.2)
        }
      }
    } else {
      pixels = try colors(form)
    }
    return Picture(
      width: width, height: height, form: form, isByNearest: bits <= 8 && (form == .rgb || isBilevel),
      bytes: pixels,
      clips: false, notes: notes)
  }

  /// The offset of row `y` of the picture, from 0.
  private func row(_ y: Int, stride: Int) -> Int { start + (isTopDown ? y : height - 1 - y) * stride }

  private func rowBytes() throws -> Int {
    let stride = (width * bits + 31) / 32 * 4
    // The padding of the last row is missing in many files.
    guard start <= bytes.count, stride * (height - 1) + (width * bits + 7) / 8 <= bytes.count - start else {
      throw cut
    }
    return stride
  }

  private func rawIndices() throws -> [UInt8] {
    let stride = try rowBytes()
    var indices: [UInt8] = []
    indices.reserveCapacity(width * height)
    let mask = UInt8(truncatingIfNeeded: (1 << bits) - 1)
    for y in 0..<height {
      let at = row(y, stride: stride)
      for x in 0..<width {
        let bit = x * bits
        indices.append(bytes[at + bit >> 3] >> UInt8(8 - bits - bit & 7) & mask)
      }
    }
    return indices
  }

  private func colors(_ form: Picture.Form) throws -> [UInt8] {
    let stride = try rowBytes()
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * form.bytes)
    let fields = masks.prefix(form.bytes).map { mask in
      (
        mask: mask, shift: UInt32(mask.trailingZeroBitCount),
        most: UInt32(1) << UInt32(mask.nonzeroBitCount) - 1
      )
    }
    for y in 0..<height {
      let at = row(y, stride: stride)
      for x in 0..<width {
        if bits == 24 {
          pixels.append(bytes[at + 3 * x + 2])
          pixels.append(bytes[at + 3 * x + 1])
          pixels.append(bytes[at + 3 * x])
          continue
        }
        let value = bits == 16 ? UInt32(short(at + 2 * x)) : word(at + 4 * x)
        for field in fields {
          pixels.append(field.mask == 0 ? 0 : UInt8((value & field.mask) >> field.shift * 255 / field.most))
        }
      }
    }
    return pixels
  }

  /// Run lengths of 8 or 4 bits; skipped pixels have index 0.
  private func runs() throws -> [UInt8] {
    guard start <= bytes.count, width * height / 16_384 <= bytes.count else { throw cut }
    var indices = [UInt8](repeating: 0, count: width * height)
    var at = start
    var x = 0
    var y = 0
    func put(_ index: UInt8) {
      // Pixels after the end of a row are ignored.
      if x < width, y < height { indices[(isTopDown ? y : height - 1 - y) * width + x] = index }
      x += 1
    }
    while y < height {
      guard at + 2 <= bytes.count else { throw cut }
      let count = Int(bytes[at])
      let value = bytes[at + 1]
      at += 2
      if count > 0 {
        for k in 0..<count { put(bits == 8 ? value : k & 1 == 0 ? value >> 4 : value & 15) }
        continue
      }
      switch value {
      case 0:
        x = 0
        y += 1
      case 1: return indices
      case 2:
        guard at + 2 <= bytes.count else { throw cut }
        x += Int(bytes[at])
        y += Int(bytes[at + 1])
        at += 2
      default:
        let size = bits == 8 ? Int(value) : (Int(value) + 1) / 2
        guard at + size <= bytes.count else { throw cut }
        for k in 0..<Int(value) {
          put(bits == 8 ? bytes[at + k] : k & 1 == 0 ? bytes[at + k / 2] >> 4 : bytes[at + k / 2] & 15)
        }
        at += size + size & 1
      }
    }
    return indices
  }
}
