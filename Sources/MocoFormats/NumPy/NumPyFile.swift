import MocoBase
import MocoTensor

/// A `.npy` file, or the arrays of an `.npz` archive, which `numpy.savez` and `numpy.savez_compressed` write.
///
/// - The array of a `.npy` file is called `array`.
/// - Arrays of numbers in either order of bytes and of dimensions are read. Texts, objects, complex numbers, times and
///   records are named in `unread`; a list of texts in an archive is also its metadata, as JSON.
public final class NumPyFile: TensorFile {
  /// The path that the file was opened by; messages name it.
  public let path: String
  /// The arrays that can be read, in the file's order.
  public let tensors: [TensorDescription]
  /// What else is in the archive, and why it is not read.
  public let others: [(name: String, reason: String)]
  /// Arrays of kinds that are not read.
  public let unread: [UnreadTensor]
  private let arrays: [String: (header: NpyHeader, type: StorageType, source: Source)]
  private let texts: [String: String]

  /// Where an array's bytes are.
  private enum Source: Sendable {
    case file(OpenedFile)
    case entry(ZipArchive, ZipArchive.Entry)
  }

  /// What the array of a `.npy` file is called.
  public static let arrayName = "array"

  /// Whether an archive is one of arrays.
  static func isOne(_ archive: ZipArchive) -> Bool {
    archive.path.lowercased().hasSuffix(".npz") || archive.entries.contains { $0.name.hasSuffix(".npy") }
  }

  /// Opens a `.npy` file.
  ///
  /// - Throws: E0501, E0502 for a damaged file; E0605 for an array that cannot be read.
  public init(array path: String) throws {
    let file = try OpenedFile(path: path)
    let header = try file.beginning(NpyHeader.limit + 16).withUnsafeBytes { try NpyHeader($0, name: path) }
    guard let type = header.type else {
      throw Failure(
        "E0605", "\(path): the array holds \(header.kind), which are not read",
        help: "save numbers of up to 64 bits with a sign, such as array.astype(\"float32\")")
    }
    let wanted = header.start + header.count * type.byteCount
    guard file.count >= wanted else {
      throw Failure.corrupt(
        path,
        "it has \(file.count) bytes, and an array \(Shape.text(header.shape)) of \(header.kind) takes \(wanted)"
      )
    }
    guard file.count == wanted else {
      throw Failure(
        "E0605", "\(path): behind its array stand \(file.count - wanted) bytes more",
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
  /// - Throws: E0502 where an array of it is damaged; E0605 where an array has a later format.
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
        others.append((name, "an array of \(header.kind), which is not read"))
        continue
      }
      guard header.start + header.count * type.byteCount == entry.size else {
        throw Failure.corrupt(
          "\(archive.path) (\(name))",
          "it has \(entry.size) bytes, and an array \(Shape.text(header.shape)) of \(header.kind) takes "
            + "\(header.start + header.count * type.byteCount)")
      }
      tensors.append(TensorDescription(name: name, type: type, shape: header.shape, count: header.count))
      arrays[name] = (header, type, .entry(archive, entry))
    }
    (self.tensors, self.others, self.unread, self.arrays) = (tensors, others, unread, arrays)
    self.texts = texts
  }

  /// A list of texts in JSON; nil for an array of another kind.
  ///
  /// - Throws: E0502 where the array is damaged.
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

  /// An array of texts with one dimension, as a list in JSON.
  public func metadata(_ key: String) -> String? { texts[key] }

  /// Reads one array, with its numbers in the order of rows whatever the file's is.
  ///
  /// - Throws: E0502 if there is none of this name, its checksum is wrong or the file has changed; E0505 for a number
  ///   that float32 does not hold; E0605 for a kind that is not read; E0405 without memory.
  public func tensor(_ name: String) throws -> Tensor {
    guard let (header, type, source) = arrays[name] else {
      if let other = unread.first(where: { $0.name == name }) {
        throw Failure(
          "E0605", "\(path): \(name) is \(other.kind), which cannot be read",
          help: "save numbers of up to 64 bits with a sign, such as array.astype(\"float32\")")
      }
      throw Failure.corrupt(
        path, "it holds no array named \(name)",
        help: "name one of: \(tensors.prefix(12).map(\.name).joined(separator: ", "))")
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

  /// Numbers of `size` bytes with their bytes turned around.
  private static func swapped(_ bytes: UnsafeRawBufferPointer, size: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, used in
      for start in stride(from: 0, to: bytes.count - size + 1, by: size) {
        for place in 0..<size { buffer[start + place] = bytes[start + size - 1 - place] }
      }
      used = bytes.count
    }
  }
}
