import MocoBase
import MocoTensor

/// What a file says of one of its tensors.
public struct TensorDescription: Sendable {
  /// The name in the file, within `TensorFile.tensors` without the beginning that `TensorFile.root` says.
  public let name: String
  /// How its numbers lie in the file.
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

/// A tensor of a file that cannot be read here.
public struct UnreadTensor: Sendable, Equatable {
  /// The name in the file.
  public let name: String
  /// In words: `a sparse tensor`, `a tensor of F8_E4M3`.
  public let kind: String
  /// Whether it stands beside the parameters of a checkpoint; `name` is its whole name then.
  public var isBeside = false
}

/// A file of named tensors, whatever its container.
public protocol TensorFile: Sendable {
  var path: String { get }
  /// The tensors in the file's order; names are distinct.
  var tensors: [TensorDescription] { get }
  /// What the file holds besides, and why it is not read.
  var others: [(name: String, reason: String)] { get }
  /// Those of `others` that are tensors of kinds which are not read.
  var unread: [UnreadTensor] { get }
  /// What stands before the names of `tensors` in the file: `state_dict.`, or nothing.
  var root: String { get }
  /// Tensors beside the parameters of a checkpoint, by their whole names: the state of an optimizer, a second
  /// set of parameters.
  var beside: [TensorDescription] { get }
  /// A text that the file keeps beside its tensors.
  func metadata(_ key: String) -> String?
  /// Reads one tensor: floating point becomes float32, whole numbers and booleans int64.
  ///
  /// - Throws: E0502 if the file holds no such tensor, a part of it is damaged, or it has changed since it was
  ///   opened; E0505 for a number that float32 does not hold; E0405 without memory.
  func tensor(_ name: String) throws -> Tensor
}

extension TensorFile {
  public var root: String { "" }
  public var beside: [TensorDescription] { [] }
}

extension OpenedFile {
  /// Float32 numbers from `offset` on, read to where the tensor keeps them.
  ///
  /// - Throws: as `read`; E0405 without memory.
  package func floats(at offset: Int, shape: [Int]) throws -> Tensor {
    let tensor = try Tensor(uninitialized: shape)
    try tensor.withMutableFloats { try read(into: UnsafeMutableRawBufferPointer($0), at: offset) }
    return tensor
  }
}

/// Opens files of tensors by what is in them, not by their names.
public enum TensorFiles {
  /// - Parameter arrays: whether a single array of NumPy will do, which has no name; weights are several.
  /// - Throws: E0501, E0502 for missing and damaged files; E0605 for a kind that is not read.
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
        "E0605", "\(path): this PyTorch file has the format from before version 1.6",
        help: "convert it once in Python: torch.save(torch.load(\"\(FileSystem.name(of: path))\","
          + " map_location=\"cpu\"), \"new.pt\")")
    }
    if let fault { throw fault }
    return try SafetensorsFile(path: path)
  }

  /// PROTO 2, LONG1 of ten bytes: the number with which torch.save began its files until 1.6.
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
