import Glibc
import MocoBase

/// Image formats: their file extensions, their first bytes, and whether they are supported. The only definition of what
/// counts as an image.
public enum ImageKind: String, Sendable, CaseIterable {
  case jpeg = "JPEG"
  case png = "PNG"
  case webp = "WebP"
  case gif = "GIF"
  case bmp = "BMP"
  case tiff = "TIFF"
  case avif = "AVIF"
  case heic = "HEIC"
  case jpeg2000 = "JPEG 2000"
  case jpegXL = "JPEG XL"
  case netpbm = "PNM"
  case svg = "SVG"
  case icon = "ICO"
  case photoshop = "Photoshop"
  case camera = "camera raw"

  /// File extensions of the format, in lower case, without the dot.
  public var endings: [String] {
    switch self {
    case .jpeg: ["jpg", "jpeg", "jpe", "jfif", "jif"]
    case .png: ["png", "apng"]
    case .webp: ["webp"]
    case .gif: ["gif"]
    case .bmp: ["bmp", "dib"]
    case .tiff: ["tif", "tiff"]
    case .avif: ["avif"]
    case .heic: ["heic", "heif"]
    case .jpeg2000: ["jp2", "j2k", "jpx"]
    case .jpegXL: ["jxl"]
    case .netpbm: ["ppm", "pgm", "pbm", "pnm"]
    case .svg: ["svg"]
    case .icon: ["ico"]
    case .photoshop: ["psd"]
    case .camera: ["cr2", "cr3", "nef", "arw", "dng", "orf", "rw2"]
    }
  }

  /// Whether the format is supported.
  public var isRead: Bool {
    switch self {
    case .jpeg, .png, .webp, .gif, .bmp, .tiff: true
    default: false
    }
  }

  /// The supported formats, for messages: "JPEG and PNG".
  public static var readNames: String {
    let names = allCases.filter(\.isRead).map(\.rawValue)
    guard let last = names.last, names.count > 1 else { return names.joined() }
    return names.dropLast().joined(separator: ", ") + " and " + last
  }

  private static let byEnding: [String: ImageKind] = Dictionary(
    allCases.flatMap { kind in kind.endings.map { ($0, kind) } }, uniquingKeysWith: { first, _ in first })

  /// The extension of a name, in lower case; nil if there is none.
  public static func ending(of path: String) -> String? {
    let name = FileSystem.name(of: path)
    guard let point = name.lastIndex(of: "."), point > name.startIndex else { return nil }
    let ending = name[name.index(after: point)...]
    return ending.isEmpty ? nil : ending.lowercased()
  }

  /// The format by the extension of a file name.
  public static func named(_ path: String) -> ImageKind? { ending(of: path).flatMap { byEnding[$0] } }

  /// The format by the first bytes of a file; 16 are enough.
  public static func sniffed(_ bytes: some Collection<UInt8>) -> ImageKind? {
    let head = Array(bytes.prefix(16))
    func text(_ place: Int, _ word: String) -> Bool { head.dropFirst(place).starts(with: word.utf8) }
    if head.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
    if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
    if text(0, "RIFF"), text(8, "WEBP") { return .webp }
    if text(0, "GIF87a") || text(0, "GIF89a") { return .gif }
    if head.starts(with: [0x49, 0x49, 0x2A, 0]) || head.starts(with: [0x4D, 0x4D, 0, 0x2A]) { return .tiff }
    if head.starts(with: [0x49, 0x49, 0x2B, 0]) || head.starts(with: [0x4D, 0x4D, 0, 0x2B]) { return .tiff }
    if text(4, "ftypavif") || text(4, "ftypavis") { return .avif }
    if text(4, "ftyphei") || text(4, "ftyphev") || text(4, "ftypmif1") { return .heic }
    if text(4, "jP  ") || head.starts(with: [0xFF, 0x4F, 0xFF, 0x51]) { return .jpeg2000 }
    if text(4, "JXL ") || head.starts(with: [0xFF, 0x0A]) { return .jpegXL }
    if text(0, "8BPS") { return .photoshop }
    // Many texts start with "BM": the two words after the size are reserved, and 0.
    if text(0, "BM"), head.count >= 10, head[6] == 0, head[7] == 0, head[8] == 0, head[9] == 0 { return .bmp }
    if head.count >= 3, head[0] == UInt8(ascii: "P"), (0x31...0x36).contains(head[1]),
      [0x09, 0x0A, 0x0D, 0x20].contains(head[2])
    {
      return .netpbm
    }
    return nil
  }

  /// The format by a file's first bytes; nil if it cannot be opened or is not a regular file.
  public static func sniffed(file path: String) -> ImageKind? {
    let descriptor = FileSystem.withSystemPath(path) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    var head = [UInt8](repeating: 0, count: 16)
    let count = read(descriptor, &head, head.count)
    return count > 0 ? sniffed(head.prefix(count)) : nil
  }
}
