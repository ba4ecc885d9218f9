import MocoBase
import MocoTensor

/// The description of a tensor in a file.
public struct TensorDescription: Sendable {
  /// The name in the file; in `TensorFile.tensors` without the prefix `TensorFile.root`.
  public let name: String
  /// The type of its numbers in the file.
  public let type: StorageType
  /// Sizes from the outermost dimension to the innermost; empty for a single number.
  public let shape: [Int]
  /// Number of elements.
  public let count: Int

  /// A description; `count` is the product of `shape`, which the reader has checked for overflow.
  package init(name: String, type: StorageType, shape: [Int], count: Int) {
    (self.name, self.type, self.shape, self.count) = (name, type, shape, count)
  }
}

/// A tensor of a file that is not supported.
public struct UnreadTensor: Sendable, Equatable {
  /// The name in the file.
  public let name: String
  /// In words: `a sparse tensor`, `a tensor of F8_E4M3`.
  public let kind: String
  /// Whether it is outside the parameters of a checkpoint; `name` is its full name then.
  public var isBeside = false
}

/// A file of named tensors, independent of its format.
public protocol TensorFile: Sendable {
  var path: String { get }
  /// The tensors in the order of the file; names are unique.
  var tensors: [TensorDescription] { get }
  /// Other entries of the file, and why they are not read.
  var others: [(name: String, reason: String)] { get }
  /// Those of `others` that are tensors of unsupported kinds.
  var unread: [UnreadTensor] { get }
  /// The prefix of the names of `tensors` in the file: `state_dict.`, or empty.
  var root: String { get }
  /// Tensors outside the parameters of a checkpoint, by their full names: the state of an optimizer, a second
  /// set of parameters.
  var beside: [TensorDescription] { get }
  /// A string in the metadata of the file.
  func metadata(_ key: String) -> String?
  /// Reads one tensor: floating point becomes float32, integers and booleans int64.
  ///
  /// - Throws: E0502 if the file contains no such tensor, a part of it is corrupted, or it has changed since it was
  ///   opened; E0505 for a number that float32 cannot represent; E0405 if memory runs out.
  func tensor(_ name: String) throws -> Tensor
}

extension TensorFile {
  public var root: String { "" }
  public var beside: [TensorDescription] { [] }
}

extension OpenedFile {
  /// Float32 numbers from `offset` on, read directly into the tensor's memory.
  ///
  /// - Throws: as `read`; E0405 if memory runs out.
  package func floats(at offset: Int, shape: [Int]) throws -> Tensor {
    let tensor = try Tensor(uninitialized: shape)
    try tensor.withMutableFloats { try read(into: UnsafeMutableRawBufferPointer($0), at: offset) }
    return tensor
  }
}

/// Opens files of tensors by content, not by name.
public enum TensorFiles {
  /// - Parameter arrays: whether a single NumPy array without a name is allowed; weights are several arrays.
  /// - Throws: E0501, E0502 for missing and corrupted files; E0605 for an unsupported kind.
  public static func open(_ path: String, arrays: Bool = true) throws -> any TensorFile {
    let head = try OpenedFile(path: path).beginning(512)
    if ZipArchive.isZip(head) {
      let archive = try ZipArchive(path: path)
      return NumPyFile.isOne(archive) ? try NumPyFile(archive) : try TorchFile(archive)
    }
    if arrays, head.starts(with: NpyHeader.magic) { return try NumPyFile(array: path) }
    let (isLegacy, fault) = head.withUnsafeBytes {
      ($0.starts(with: legacyMagic) || isOldTar($0), OtherFormat.fault($0, path: path))
    }
    guard !isLegacy else {
      throw Failure(
        "E0605", "\(path): this PyTorch file has the old format from before version 1.6",
        help: "convert it once in Python: torch.save(torch.load(\"\(FileSystem.name(of: path))\","
          + " map_location=\"cpu\"), \"new.pt\")")
    }
    if let fault { throw fault }
    return try SafetensorsFile(path: path)
  }

  /// PROTO 2, LONG1 of ten bytes: the first number in files of torch.save before version 1.6.
  private static let legacyMagic: [UInt8] = [
    0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  /// The oldest files of PyTorch are tar archives.
  private static func isOldTar(_ bytes: UnsafeRawBufferPointer) -> Bool {
    OtherFormat.isTar(bytes)
      && ["sys_info", "pickle", "storages", "tensors"].contains { name in
        bytes.starts(with: name.utf8) && bytes[name.utf8.count] == 0
      }
  }
}
