import MocoBase
import MocoTensor
import Synchronization

/// A file of torch.save or torch.jit.save: a zip archive. `<folder>/data.pkl` describes the objects,
/// and `<folder>/data/<key>` holds the numbers of each storage.
///
/// - A dict's tensors are named by its keys, nested ones joined by points; those of modules, scripted or not,
///   by the path of attributes. In a checkpoint, `state_dict` is used; other entries are
///   listed in `others`.
/// - Sparse, quantized, float8 and complex tensors and similar are listed in `unread`.
/// - `code/` and `constants.pkl` of TorchScript are ignored.
public final class TorchFile: TensorFile {
  /// The path of the file, used in messages.
  public let path: String
  /// The tensors of the state dict in the order of their keys, which are unique.
  public let tensors: [TensorDescription]
  /// Entries of the file other than `tensors`, and why they are not read.
  public let others: [(name: String, reason: String)]
  /// Tensors of unsupported kinds: sparse, quantized, float8, complex and similar.
  public let unread: [UnreadTensor]
  /// The prefix of the names of `tensors` in the file, such as `state_dict.`; empty if there is none.
  public let root: String
  /// Tensors outside the state dict of a checkpoint, by their full names.
  public let beside: [TensorDescription]
  private let views: [TorchTensor]
  private let places: [String: Int]
  private let values: [(name: String, text: String)]
  private let archive: ZipArchive
  private let folder: String
  /// The last decompressed storage: consecutive tensors often share one.
  private let unpacked = Mutex<(key: String, bytes: [UInt8])?>(nil)

  /// - Throws: E0501 if there is no file; E0502 if it is corrupted or hostile; E0605 if it is another kind of zip
  ///   archive.
  public convenience init(path: String) throws { try self.init(ZipArchive(path: path)) }

  /// - Throws: as `init(path:)`.
  init(_ archive: ZipArchive) throws {
    let path = archive.path
    let folder = try TorchFile.folder(of: archive)
    guard let entry = archive.entry(folder + "data.pkl") else {
      throw Failure.corrupt(path, "it has no data.pkl")
    }
    if let order = archive.entry(folder + "byteorder"),
      try archive.read(order, limit: 64).starts(with: "big".utf8)
    {
      throw Failure(
        "E0605", "\(path): its numbers are big-endian, which is not supported",
        help: "save it again with torch.save on a little-endian machine")
    }
    let pickle = try archive.read(entry, limit: PickleLimits.bytes)
    let contents = try pickle.withUnsafeBytes { bytes in
      var machine = try PickleMachine(bytes, name: path)
      let value = try machine.run()
      return try TorchContents(value, heap: machine.heap, path: path)
    }
    try TorchFile.check(contents.tensors.map(\.tensor), archive: archive, folder: folder)
    self.path = path
    self.archive = archive
    self.folder = folder
    func describe(_ item: (name: String, tensor: TorchTensor)) -> TensorDescription {
      let tensor = item.tensor
      return TensorDescription(name: item.name, type: tensor.type, shape: tensor.shape, count: tensor.count)
    }
    tensors = contents.tensors.map(describe)
    beside = contents.beside.map(describe)
    views = (contents.tensors + contents.beside).map(\.tensor)
    others = contents.others
    unread = contents.unread
    root = contents.root
    values = contents.values
    let names = (contents.tensors + contents.beside).map(\.name)
    places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
  }

  public func metadata(_ key: String) -> String? { values.first { $0.name == key }?.text }

  /// The archive's only folder with data.pkl, with its slash; empty if that is at the top level.
  private static func folder(of archive: ZipArchive) throws -> String {
    let pickles = archive.entries.map(\.name).filter {
      $0 == "data.pkl" || ($0.hasSuffix("/data.pkl") && $0.utf8.count { $0 == UInt8(ascii: "/") } == 1)
    }
    guard let name = pickles.first, pickles.count == 1 else {
      throw Failure(
        "E0605",
        "\(archive.path): this zip archive is not a PyTorch file: it contains \(pickles.isEmpty ? "no" : "several") data.pkl",
        help: "use a file written by torch.save or torch.jit.save, or a safetensors file")
    }
    return String(name.dropLast("data.pkl".count))
  }

  /// Checks that every storage exists and is long enough, and that views do not multiply the stored numbers.
  private static func check(_ views: [TorchTensor], archive: ZipArchive, folder: String) throws {
    var stored = 0
    var wanted = 0
    var seen: [String: Int] = [:]
    for view in views where view.count > 0 {
      let key = view.storage.key
      guard let entry = archive.entry("\(folder)data/\(key)") else {
        throw Failure.corrupt(archive.path, "the numbers of storage \(key) are missing")
      }
      let width = view.storage.type == nil ? 1 : view.type.byteCount
      let (bytes, overflow) = view.storage.count.multipliedReportingOverflow(by: width)
      guard !overflow, bytes <= entry.size else {
        throw Failure.corrupt(
          archive.path,
          "storage \(key) should have \(view.storage.count) numbers, but it has \(entry.size) bytes"
        )
      }
      if seen.updateValue(bytes, forKey: key) == nil { stored += bytes }
      wanted += view.count
    }
    guard wanted / 8 <= stored + (1 << 22) else {
      throw Failure.corrupt(archive.path, "its tensors repeat \(stored) stored bytes too many times")
    }
  }

  // MARK: Reading

  public func tensor(_ name: String) throws -> Tensor {
    guard let place = places[name] else {
      let near = tensors.prefix(6).map(\.name).joined(separator: ", ")
      throw Failure.corrupt(
        path, "it contains no tensor named \(name)",
        help: "use one of its \(tensors.count) tensors: \(near), …"
      )
    }
    let view = views[place]
    if place >= tensors.count { try TorchFile.check([view], archive: archive, folder: folder) }
    if view.count == 0 {
      return view.type.isFloating ? try Tensor.zeros(view.shape) : try Tensor([] as [Int], shape: view.shape)
    }
    guard let entry = archive.entry("\(folder)data/\(view.storage.key)") else {
      throw Failure.corrupt(path, "the numbers of storage \(view.storage.key) are missing")
    }
    let isRowMajor = Shape.strides(view.shape) == view.strides || view.count == 1
    if isRowMajor, view.type == .f32, let place = archive.place(entry, skipping: 4 * view.offset) {
      return try archive.file.floats(at: place, shape: view.shape)
    }
    // All the elements that the view spans, in the order of the storage.
    let last = zip(view.shape, view.strides).reduce(view.offset) { $0 + ($1.0 - 1) * $1.1 }
    let span = last - view.offset + 1
    let first = view.offset * view.type.byteCount
    let flat = try bytes(entry, first..<first + span * view.type.byteCount, of: name) {
      try view.type.tensor($0, count: span, of: "\(path): \(name)")
    }
    if isRowMajor { return try flat.reshaped(view.shape) }
    return try Tensor(
      storage: flat.storage, dtype: flat.dtype, shape: view.shape, strides: view.strides, offset: 0,
      count: view.count
    ).copy()
  }

  private func bytes<Result>(
    _ entry: ZipArchive.Entry, _ range: Range<Int>, of name: String,
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    guard range.upperBound <= entry.size else {
      throw Failure.corrupt(path, "\(name) exceeds the size of its storage")
    }
    if let place = archive.place(entry, skipping: range.lowerBound) {
      return try archive.file.withBytes(place..<place + range.count, body)
    }
    let known = unpacked.withLock { $0?.key == entry.name ? $0?.bytes : nil }
    let bytes = try known ?? archive.read(entry)
    unpacked.withLock { $0 = (entry.name, bytes) }
    return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }
}
