import CKernels
import MocoBase
import MocoTensor

/// Writes safetensors files. Equal input gives equal bytes, and a reader never sees an incomplete file.
public enum SafetensorsWriter {
  /// A tensor and the type of its numbers in the file.
  public typealias Item = (name: String, tensor: Tensor, type: StorageType)

  /// Writes `tensors` to `path`.
  ///
  /// Wider types come first, otherwise the order is kept; so every tensor is aligned to its element size.
  /// - Parameter metadata: strings for the header's `__metadata__`, in order.
  /// - Throws: E0504 if the file cannot be written; E0505 if a value is out of range for the type, or a name is used
  ///   twice.
  public static func write(path: String, tensors: [Item], metadata: [(String, String)] = []) throws {
    var seen = Set<String>()
    for item in tensors where !seen.insert(item.name).inserted || item.name == "__metadata__" {
      throw Failure("E0505", "cannot write \(path): two tensors are named \(item.name)")
    }
    let ordered = tensors.enumerated()
      .sorted { ($1.element.type.byteCount, $0.offset) < ($0.element.type.byteCount, $1.offset) }
      .map(\.element)
    let header = header(ordered, metadata: metadata)
    let file = try AtomicFile(path: path)
    try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.write($0) }
    try file.write(header)
    for item in ordered { try file.write(encode(item, path: path)) }
    try file.commit()
  }

  private static func header(_ items: [Item], metadata: [(String, String)]) -> [UInt8] {
    var object = JsonObject()
    if !metadata.isEmpty {
      object["__metadata__"] = .object(JsonObject(metadata.map { ($0.0, .string($0.1)) }))
    }
    var place = 0
    for item in items {
      let end = place + item.tensor.count * item.type.byteCount
      object[item.name] = [
        "dtype": .string(item.type.rawValue),
        "shape": .array(item.tensor.shape.map { .int($0) }),
        "data_offsets": [.int(place), .int(end)],
      ]
      place = end
    }
    var bytes = [UInt8](Json.object(object).serialized().utf8)
    // The tensors begin at a multiple of 8; the format pads with spaces.
    while bytes.count % 8 != 0 { bytes.append(0x20) }
    return bytes
  }

  /// A tensor's numbers in its type, row by row, little-endian.
  static func encode(_ item: Item, path: String) throws -> [UInt8] {
    let count = item.tensor.count
    guard item.type.isFloating else { return try encodeInts(item, path: path) }
    let tensor = try item.tensor.contiguous()
    return try tensor.withFloats { floats in
      guard let base = floats.baseAddress, count > 0 else { return [] }
      var overflows = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: count * item.type.byteCount) { buffer, used in
        used = count * item.type.byteCount
        guard let out = buffer.baseAddress else { return }
        let raw = UnsafeMutableRawPointer(out)
        switch item.type {
        case .f32: raw.copyMemory(from: base, byteCount: used)
        case .f16: overflows = moco_half_from_float(raw, base, count)
        case .bf16: overflows = moco_bfloat_from_float(raw, base, count)
        default:
          for index in 0..<count {
            raw.storeBytes(of: Double(base[index]), toByteOffset: index * 8, as: Double.self)
          }
        }
      }
      guard overflows == 0 else {
        throw Failure(
          "E0505",
          "cannot write \(path): \(overflows) values of \(item.name) are too large for \(item.type)",
          help: "save it as f32")
      }
      return bytes
    }
  }

  private static func encodeInts(_ item: Item, path: String) throws -> [UInt8] {
    let values = try item.tensor.toInts()
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * item.type.byteCount)
    func append<Element: FixedWidthInteger>(_ type: Element.Type) throws {
      for value in values {
        guard let exact = Element(exactly: value) else {
          throw Failure(
            "E0505",
            "cannot write \(path): \(value) in \(item.name) is out of range for \(item.type.rawValue)",
            help: "save it as i64")
        }
        withUnsafeBytes(of: exact.littleEndian) { bytes.append(contentsOf: $0) }
      }
    }
    switch item.type {
    case .i64: try append(Int64.self)
    case .i32: try append(Int32.self)
    case .i16: try append(Int16.self)
    case .i8: try append(Int8.self)
    case .u32: try append(UInt32.self)
    case .u16: try append(UInt16.self)
    default: try append(UInt8.self)
    }
    return bytes
  }
}
