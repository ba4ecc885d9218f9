import Glibc
import MocoBase
import MocoMethods

/// The folder of a run: `runs/<script>-<number>/`, always a new one.
///
/// - `script.moco`: the script as run, with its `--set` values in place
/// - `run.json`: name, the process that wrote it, settings, seed, versions, hashes of weights and data, the final state
///   (`RunList` reads it)
/// - `metrics.jsonl`: one line per epoch of a training (losses apart, learning rate, gate load), and one per call of
///   `log(step, {…})`
/// - `results.json`: one entry for each evaluation
/// - `outputs.jsonl`: one line per finished cell, with its outputs
/// - `figures/`, `checkpoints/`
public final class RunFolder {
  /// Version of the folder's layout.
  public static let version = 1

  /// The folder.
  public let path: String
  private var record: JsonObject
  private var results: [Json] = []
  private var figures = 0

  /// Creates the next folder with this name.
  ///
  /// - Parameters:
  ///   - root: the folder of all runs, created if missing.
  ///   - name: the script's name without its extension.
  /// - Throws: E0504 if the folder cannot be created.
  public init(root: String = "runs", name: String) throws {
    try FileSystem.createFolder(root)
    let clean = RunFolder.fileName(name)
    var number = RunFolder.lastNumber(root: root, name: clean) + 1
    // Another process may take the number in the meantime: then the next one is used.
    while true {
      let candidate = "\(root)/\(clean)-\(number)"
      if mkdir(candidate, 0o777) == 0 {
        path = candidate
        break
      }
      guard errno == EEXIST, number < 1 << 30 else {
        throw Failure(
          "E0504", "cannot create the run folder \(candidate): \(String(cString: strerror(errno)))",
          help: "start moco in a writable folder, or pass out: \"FOLDER\"")
      }
      number += 1
    }
    record = JsonObject([
      ("format", "moco-run"), ("version", .int(RunFolder.version)), ("name", .string(clean)),
      ("process", RunProcess.here.json),
    ])
  }

  /// Uses a given folder, which must be empty or missing.
  ///
  /// - Throws: E0504 if it is not empty.
  public init(exactly path: String) throws {
    if FileSystem.kind(path) == .folder {
      guard try FileSystem.list(path).isEmpty else {
        throw Failure(
          "E0504", "the run folder \(path) is not empty",
          help: "use a new folder: a run never overwrites another one")
      }
    } else {
      try FileSystem.createFolder(path)
    }
    self.path = path
    record = JsonObject([
      ("format", "moco-run"), ("version", .int(RunFolder.version)),
      ("name", .string(FileSystem.name(of: path))), ("process", RunProcess.here.json),
    ])
  }

  /// Uses a folder that already belongs to this run: the point of a sweep.
  ///
  /// - Throws: E0501 if it does not exist.
  public init(claimed path: String) throws {
    guard FileSystem.kind(path) == .folder else {
      throw Failure("E0501", "there is no folder \(path)", help: "start the sweep again")
    }
    self.path = path
    record = JsonObject([
      ("format", "moco-run"), ("version", .int(RunFolder.version)),
      ("name", .string(FileSystem.name(of: path))), ("process", RunProcess.here.json),
    ])
  }

  /// Writes the script of the run.
  public func write(script: String) throws {
    try AtomicFile.write(script, to: path + "/script.moco", isDurable: false)
  }

  /// Sets a member of run.json and writes it.
  public func set(_ key: String, _ value: Json) throws { try set([(key, value)]) }

  /// Sets members of run.json and writes it.
  ///
  /// - Parameter isLast: whether this is the end of the run: then the record and the results are synced to disk.
  public func set(_ members: [(String, Json)], isLast: Bool = false) throws {
    for (key, value) in members { record[key] = value }
    if isLast { FileSystem.settle(path + "/results.json") }
    try AtomicFile.write(
      Json.object(record).serialized(indent: 2) + "\n", to: path + "/run.json", isDurable: isLast)
  }

  /// Records the hash of a dependency of the run: `weights`, `data`. Further ones with the same name are recorded as
  /// `weights (2)`.
  public func note(hash: String, of what: String) throws {
    var hashes = record["hashes"]?.objectValue ?? JsonObject()
    var name = what
    var number = 2
    while let known = hashes[name] {
      if known == .string(hash) { return }
      name = "\(what) (\(number))"
      number += 1
    }
    hashes[name] = .string(hash)
    try set("hashes", .object(hashes))
  }

  /// Records a file or folder that the run reads, with its stamp.
  ///
  /// - Parameter stamp: the text of its `FileStamp`.
  public func note(input path: String, stamp: String) throws {
    var inputs = record["inputs"]?.arrayValue ?? []
    guard !inputs.contains(where: { $0["path"]?.stringValue == path }) else { return }
    inputs.append(["path": .string(path), "stamp": .string(stamp)])
    try set("inputs", .array(inputs))
  }

  /// Appends a line to metrics.jsonl.
  ///
  /// - Throws: E0504.
  public func append(metrics line: Json) throws {
    try FileSystem.append(Array((line.serialized() + "\n").utf8), to: path + "/metrics.jsonl")
  }

  /// Appends a line to outputs.jsonl, atomically.
  ///
  /// - Returns: its size in bytes.
  /// - Throws: E0504.
  @discardableResult
  package func append(outputs line: Json) throws -> Int {
    let bytes = Array((line.serialized() + "\n").utf8)
    try FileSystem.append(bytes, to: path + "/outputs.jsonl")
    return bytes.count
  }

  /// Adds an evaluation to results.json.
  public func add(result: Json) throws {
    results.append(result)
    try AtomicFile.write(
      Json.array(results).serialized(indent: 2) + "\n", to: path + "/results.json", isDurable: false)
  }

  /// Writes a figure and returns its path: `figures/01-routing.svg`.
  public func add(figure text: String, name: String, extension suffix: String = "svg") throws -> String {
    try FileSystem.createFolder(path + "/figures")
    figures += 1
    let number = figures < 10 ? "0\(figures)" : "\(figures)"
    let file = "\(path)/figures/\(number)-\(RunFolder.fileName(name)).\(suffix)"
    try AtomicFile.write(text, to: file)
    return file
  }

  /// The path of a checkpoint in this run; its folder is created.
  public func checkpointPath(_ name: String) throws -> String {
    try FileSystem.createFolder(path + "/checkpoints")
    return "\(path)/checkpoints/\(RunFolder.fileName(name)).safetensors"
  }

  /// Letters, digits, `.`, `_` and `-`; everything else becomes `-`.
  static func fileName(_ name: String) -> String {
    let mapped = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }
    let text = String(mapped.prefix(80))
    return text.isEmpty || text.allSatisfy { $0 == "." } ? "run" : text
  }

  private static func lastNumber(root: String, name: String) -> Int {
    let entries = (try? FileSystem.list(root)) ?? []
    return entries.compactMap { $0.hasPrefix(name + "-") ? Int($0.dropFirst(name.count + 1)) : nil }.max()
      ?? 0
  }
}
