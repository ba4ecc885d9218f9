import MocoBase
import MocoTensor

/// A `.npy` file, or the arrays of an `.npz` archive, which `numpy.savez` and `numpy.savez_compressed` write.
///
/// - The array of a `.npy` file is called `array`.
/// - Arrays of numbers in any byte order and dimension order are read; strings, objects, complex numbers, times and
///   records are listed in `unread`. A list of strings in an archive is also its metadata, as JSON.
public final class NumPyFile: TensorFile {
  /// The path of the file, used in messages.
  public let path: String
  /// The supported arrays, in the order of the file.
  public let tensors: [TensorDescription]
  /// Other entries of the archive, and why they are not read.
  public let others: [(name: String, reason: String)]
  /// Arrays of unsupported kinds.
  public let unread: [UnreadTensor]
  private let arrays: [String: (header: NpyHeader, type: StorageType, source: Source)]
  private let texts: [String: String]

  /// The location of an array's bytes.
  private enum Source: Sendable {
    case file(OpenedFile)
    case entry(ZipArchive, ZipArchive.Entry)
  }

  /// The name of the array of a `.npy` file.
  public static let arrayName = "array"

  /// Whether an archive contains arrays.
  static func isOne(_ archive: ZipArchive) -> Bool {
    archive.path.lowercased().hasSuffix(".npz") || archive.entries.contains { $0.name.hasSuffix(".npy") }
  }

  /// Opens a `.npy` file.
  ///
  /// - Throws: E0501, E0502 for a corrupted file; E0605 for an array that cannot be read.
  public init(array path: String) throws {
    let file = try OpenedFile(path: path)
    let header = try file.beginning(NpyHeader.limit + 16).withUnsafeBytes { try NpyHeader($0, name: path) }
    guard let type = header.type else {
      throw Failure(
        "E0605", "\(path): the array contains \(header.kind), which are not supported",
        help: "save signed numbers of up to 64 bits, such as array.astype(\"float32\")")
    }
    let wanted = header.start + header.count * type.byteCount
    guard file.count >= wanted else {
      throw Failure.corrupt(
        path,
        "it has \(file.count) bytes, but an array \(Shape.text(header.shape)) of \(header.kind) needs \(wanted)"
      )
    }
    guard file.count == wanted else {
      throw Failure(
        "E0605", "\(path): there are \(file.count - wanted) extra bytes after the array",
        help: "save several arrays in one file with numpy.savez")
    }
    self.path = path
    let name = NumPyFile.arrayName
    tensors = [TensorDescription(name: name, type: type, shape: header.shape, count: header.count)]
    (others, unread, texts) = ([], [], [:])
    arrays = [name: (header, type, .file(file))]
  }

  /// Opens an `.npz` archive.
  ///
  /// - Throws: E0502 for a corrupted array; E0605 for an array with a later format.
  init(_ archive: ZipArchive) throws {
    path = archive.path
    var tensors: [TensorDescription] = []
    var others: [(name: String, reason: String)] = []
    var unread: [UnreadTensor] = []
    var texts: [String: String] = [:]
    var arrays: [String: (header: NpyHeader, type: StorageType, source: Source)] = [:]
    for entry in archive.entries {
      guard entry.name.hasSuffix(".npy") else {
        others.append((entry.name, "it is not an array"))
        continue
      }
      let name = String(entry.name.dropLast(4))
      let header = try archive.beginning(entry, NpyHeader.limit + 16).withUnsafeBytes {
        try NpyHeader($0, name: "\(archive.path) (\(name))")
      }
      if let text = try NumPyFile.texts(archive, entry, header) {
        texts[name] = text
      }
      guard let type = header.type else {
        unread.append(UnreadTensor(name: name, kind: "an array of \(header.kind)"))
        others.append((name, "an array of \(header.kind), which is not supported"))
        continue
      }
      guard header.start + header.count * type.byteCount == entry.size else {
        throw Failure.corrupt(
          "\(archive.path) (\(name))",
          "it has \(entry.size) bytes, but an array \(Shape.text(header.shape)) of \(header.kind) needs "
            + "\(header.start + header.count * type.byteCount)")
      }
      tensors.append(TensorDescription(name: name, type: type, shape: header.shape, count: header.count))
      arrays[name] = (header, type, .entry(archive, entry))
    }
    (self.tensors, self.others, self.unread, self.arrays) = (tensors, others, unread, arrays)
    self.texts = texts
  }

  /// A list of strings as JSON; nil for an array of another kind.
  ///
  /// - Throws: E0502 if the array is damaged.
  private static func texts(
    _ archive: ZipArchive, _ entry: ZipArchive.Entry, _ header: NpyHeader
  ) throws -> String? {
    guard let (characters, width) = header.characters, header.shape.count == 1,
      header.count <= NumPyTexts.byteLimit / max(characters * width, 1)
    else { return nil }
    let wanted = header.start + header.count * characters * width
    guard wanted == entry.size else {
      throw Failure.corrupt(
        "\(archive.path) (\(entry.name.dropLast(4)))",
        "it has \(entry.size) bytes, and an array \(Shape.text(header.shape)) of \(header.kind) takes \(wanted)"
      )
    }
    return NumPyTexts.json(try archive.read(entry, limit: wanted)[header.start...], header)
  }

  /// A one-dimensional array of strings, as a JSON list.
  public func metadata(_ key: String) -> String? { texts[key] }

  /// Reads one array; its numbers are always in row-major order.
  ///
  /// - Throws: E0502 if there is no such array, its checksum is wrong or the file has changed; E0505 for a number
  ///   that float32 cannot represent; E0605 for an unsupported kind; E0405 if memory runs out.
  public func tensor(_ name: String) throws -> Tensor {
    guard let (header, type, source) = arrays[name] else {
      if let other = unread.first(where: { $0.name == name }) {
        throw Failure(
          "E0605", "\(path): \(name) is \(other.kind), which cannot be read",
          help: "save signed numbers of up to 64 bits, such as array.astype(\"float32\")")
      }
      throw Failure.corrupt(
        path, "it contains no array named \(name)",
        help: "use one of: \(tensors.prefix(12).map(\.name).joined(separator: ", "))")
    }
    let full = "\(path): \(name)"
    switch source {
    case .file(let file):
      if type == .f32, !header.isBigEndian, !header.isFortran {
        return try file.floats(at: header.start, shape: header.shape)
      }
      return try file.withBytes(header.start..<file.count) { try NumPyFile.tensor($0, header, type, full) }
    case .entry(let archive, let entry):
      let bytes = try archive.read(entry, limit: max(entry.size, ZipArchive.inflateLimit))
      return try bytes.withUnsafeBytes {
        try NumPyFile.tensor(UnsafeRawBufferPointer(rebasing: $0[header.start...]), header, type, full)
      }
    }
  }

  private static func tensor(
    _ bytes: UnsafeRawBufferPointer, _ header: NpyHeader, _ type: StorageType, _ name: String
  ) throws -> Tensor {
    let flat: Tensor
    if header.isBigEndian, type.byteCount > 1 {
      let swapped = swapped(bytes, size: type.byteCount)
      flat = try swapped.withUnsafeBytes { try type.tensor($0, count: header.count, of: name) }
    } else {
      flat = try type.tensor(bytes, count: header.count, of: name)
    }
    guard header.isFortran, header.shape.count > 1 else { return try flat.reshaped(header.shape) }
    let order = Array(header.shape.indices.reversed())
    return try flat.reshaped(header.shape.reversed()).permuted(order).contiguous()
  }

  /// Numbers of `size` bytes with reversed byte order.
  private static func swapped(_ bytes: UnsafeRawBufferPointer, size: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, used in
      for start in stride(from: 0, to: bytes.count - size + 1, by: size) {
        for place in 0..<size { buffer[start + place] = bytes[start + size - 1 - place] }
      }
      used = bytes.count
    }
  }
}
