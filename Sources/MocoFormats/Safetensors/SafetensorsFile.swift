import MocoBase
import MocoTensor

/// The types of numbers in a safetensors file.
public enum StorageType: String, Sendable, CaseIterable {
  case f64 = "F64"
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  case i64 = "I64"
  case i32 = "I32"
  case i16 = "I16"
  case i8 = "I8"
  case u32 = "U32"
  case u16 = "U16"
  case u8 = "U8"
  case bool = "BOOL"

  /// Bytes of one number.
  public var byteCount: Int {
    switch self {
    case .f64, .i64: 8
    case .f32, .i32, .u32: 4
    case .f16, .bf16, .i16, .u16: 2
    case .i8, .u8, .bool: 1
    }
  }

  /// Whether the type is floating point: such a tensor is read as float32, others as int64.
  public var isFloating: Bool { self == .f64 || self == .f32 || self == .f16 || self == .bf16 }
}

/// A safetensors file. It is validated completely when it is opened; tensors are read on request.
///
/// The format: 8 bytes with the header's length (little-endian), the header in JSON, the tensors' bytes
/// without gaps. Everything in the header is checked before any byte of a tensor is read.
public struct SafetensorsFile: TensorFile {
  /// The location of one tensor.
  public struct Entry: Sendable {
    /// The name in the header.
    public let name: String
    /// The type of its numbers in the file.
    public let type: StorageType
    /// Sizes from the outermost to the innermost dimension; empty for a single number. Rows are contiguous.
    public let shape: [Int]
    /// Byte range in the file.
    public let range: Range<Int>
    /// Number of elements.
    public var count: Int { range.count / type.byteCount }
  }

  /// The path of the file, used in messages.
  public let path: String
  /// The header's `__metadata__`, in order.
  public let metadata: [(String, String)]
  /// The tensors in the header's order.
  public let entries: [Entry]
  /// Tensors of unsupported types, such as F8_E4M3.
  public let unread: [UnreadTensor]
  private let places: [String: Int]
  private let file: OpenedFile

  /// The maximum header size of the format, 100 MB.
  public static let headerLimit = 100_000_000

  /// Opens and validates a file.
  ///
  /// - Throws: E0501 if there is no file; E0502 if it is truncated, corrupted or not a safetensors file.
  public init(path: String) throws {
    let file = try OpenedFile(path: path)
    self.file = file
    self.path = path
    let header = try SafetensorsHeader(file)
    metadata = header.metadata
    entries = header.entries
    unread = header.unread
    places = Dictionary(header.entries.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  /// Names of the supported tensors, in the order of the header.
  public var names: [String] { entries.map(\.name) }

  public var tensors: [TensorDescription] {
    entries.map { TensorDescription(name: $0.name, type: $0.type, shape: $0.shape, count: $0.count) }
  }

  public var others: [(name: String, reason: String)] {
    unread.map { ($0.name, "\($0.kind), which is not supported") }
  }

  /// The location of the tensor with this name; nil if there is no supported one.
  public func entry(_ name: String) -> Entry? { places[name].map { entries[$0] } }

  /// Whether there is a supported tensor with this name.
  public func contains(_ name: String) -> Bool { places[name] != nil }

  /// The value of a key of the metadata.
  public func metadata(_ key: String) -> String? { metadata.first { $0.0 == key }?.1 }

  /// Lends the bytes of one tensor as stored in the file; they must not escape from `body`.
  ///
  /// - Throws: E0502 if the file contains no such tensor, or has changed since it was opened; E0405 if memory runs out.
  public func withBytes<Result>(
    _ name: String, _ body: (Entry, UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    let entry = try find(name)
    return try file.withBytes(entry.range) { try body(entry, $0) }
  }

  /// Reads one tensor: F32, F16, BF16 and F64 become float32, integers and booleans int64.
  ///
  /// - Throws: E0502 if the file contains no such tensor, or has changed since it was opened; E0405 if there is no
  ///   memory for it.
  public func tensor(_ name: String) throws -> Tensor {
    let entry = try find(name)
    if entry.type == .f32 { return try file.floats(at: entry.range.lowerBound, shape: entry.shape) }
    return try withBytes(name) {
      try $0.type.tensor($1, count: entry.count, of: "\(path): \(name)").reshaped(entry.shape)
    }
  }

  private func find(_ name: String) throws -> Entry {
    guard let place = places[name] else {
      if let other = unread.first(where: { $0.name == name }) {
        throw Failure(
          "E0605", "\(path): \(name) is \(other.kind), which cannot be read",
          help: "save it again as float32, float16, bfloat16 or a signed integer of up to 64 bits")
      }
      let near = names.prefix(6).joined(separator: ", ")
      throw Failure.corrupt(
        path, "it contains no tensor named \(name)",
        help: "use one of its \(entries.count) tensors: \(near), …"
      )
    }
    return entries[place]
  }
}
