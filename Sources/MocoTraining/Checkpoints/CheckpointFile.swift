import MocoBase
import MocoFormats
import MocoMethods
import MocoTensor

/// A file of tensors as a checkpoint, with its metadata.
struct CheckpointFile {
  let file: any TensorFile
  /// 0 for a file of another program.
  let version: Int
  /// null in a file of another program.
  let configuration: Json
  let classes: [String]?
  /// Indices of `classes`.
  let trained: [Int]?

  var path: String { file.path }
  /// Whether moco wrote it.
  var isOurs: Bool { version > 0 }
  var kind: String? { isOurs ? file.metadata("kind") : nil }

  /// Whether it is known without a hash that the CLIP model, or the data, is the current one.
  var isOfThisClip = false
  var isOfThisData = false
  /// The same for the data of `keepBest`.
  var isOfThisValidation = false

  /// - Throws: E0708 for a later version; E0501, E0502, E0605 for the file.
  init(path: String) throws { try self.init(TensorFiles.open(path, arrays: false)) }

  /// - Throws: E0708 for a later version.
  init(_ file: any TensorFile) throws {
    self.file = file
    let path = file.path
    if file.metadata("format") == Checkpoint.format {
      let text = file.metadata("version") ?? "1"
      guard let number = Int(text), number >= 1, number <= Checkpoint.version else {
        throw Failure(
          "E0708",
          "\(path) is a checkpoint of version \(text); this version of moco supports versions up to \(Checkpoint.version)",
          help: "use a newer version of moco")
      }
      version = number
      let entries = CheckpointEntries(file)
      configuration = try entries.json("configuration") ?? .null
      classes = try entries.texts("classes")
      trained = try entries.places("trained", below: classes?.count)
      try entries.check(version: number, configuration: configuration, classes: classes)
    } else {
      (version, configuration, classes, trained) = (0, .null, nil, nil)
    }
  }

  /// A member of the metadata as JSON; nil if missing.
  func json(_ key: String) throws -> Json? {
    guard isOurs else { return nil }
    return try file.metadata(key).map { try Json.parse($0, name: path) }
  }

  func tensor(_ name: String) throws -> Tensor? {
    file.tensors.contains { $0.name == name } ? try file.tensor(name) : nil
  }
}
