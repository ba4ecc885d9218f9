import CKernels
import MocoBase
import MocoTensor

/// Writes arrays in NumPy's format. Equal input gives equal bytes, and a reader never sees an incomplete file.
public enum NumPyWriter {
  /// Writes one array as a `.npy` file of format 1.0.
  ///
  /// - Throws: E0504 if the file cannot be written; E0505 if a value is out of range for the type, or NumPy has no such type.
  public static func write(array item: SafetensorsWriter.Item, to path: String) throws {
    try AtomicFile.write(bytes(item, path: path), to: path)
  }

  /// Writes arrays as an `.npz` archive.
  ///
  /// - Parameters:
  ///   - texts: one-dimensional arrays of strings, written after the others.
  ///   - isCompressed: deflated, as `numpy.savez_compressed` does; otherwise stored.
  /// - Throws: as `write(array:to:)`; also E0505 for two arrays with the same name and for more than an archive without the
  ///   large form of zip (ZIP64) holds: 4 GiB, and 65,535 arrays.
  public static func write(
    arrays items: [SafetensorsWriter.Item], texts: [(name: String, values: [String])] = [], to path: String,
    isCompressed: Bool = false
  ) throws {
    let file = try AtomicFile(path: path)
    var archive = ZipArchiveWriter(file)
    for item in items {
      try archive.add(item.name + ".npy", bytes(item, path: path), isCompressed: isCompressed)
    }
    for (name, values) in texts {
      let (descr, content) = NumPyTexts.encoded(values)
      try archive.add(
        name + ".npy", header(descr, shape: [values.count]) + content, isCompressed: isCompressed)
    }
    try archive.finish()
    try file.commit()
  }

  private static func bytes(_ item: SafetensorsWriter.Item, path: String) throws -> [UInt8] {
    guard let descr = descr(item.type) else {
      throw Failure(
        "E0505", "cannot write \(path): NumPy has no type for \(item.type.rawValue)",
        help: "save it as f16 or f32, or in a .safetensors file")
    }
    return try header(descr, shape: item.tensor.shape) + SafetensorsWriter.encode(item, path: path)
  }

  private static func header(_ descr: String, shape sizes: [Int]) -> [UInt8] {
    let shape = sizes.count == 1 ? "(\(sizes[0]),)" : "(\(sizes.map(String.init).joined(separator: ", ")))"
    var header = Array("{'descr': '\(descr)', 'fortran_order': False, 'shape': \(shape), }".utf8)
    // As in NumPy, which leaves room for the first size to grow to 21 digits; the numbers start at a multiple of 64.
    if let first = sizes.first {
      header += [UInt8](repeating: 0x20, count: max(0, 21 - String(first).utf8.count))
    }
    while (NpyHeader.magic.count + 4 + header.count + 1) % 64 != 0 { header.append(0x20) }
    header.append(0x0A)
    var bytes = NpyHeader.magic + [1, 0]
    withUnsafeBytes(of: UInt16(clamping: header.count).littleEndian) { bytes += $0 }
    return bytes + header
  }

  private static func descr(_ type: StorageType) -> String? {
    switch type {
    case .f64: "<f8"
    case .f32: "<f4"
    case .f16: "<f2"
    case .bf16: nil
    case .i64: "<i8"
    case .i32: "<i4"
    case .i16: "<i2"
    case .i8: "|i1"
    case .u32: "<u4"
    case .u16: "<u2"
    case .u8: "|u1"
    case .bool: "|b1"
    }
  }
}
