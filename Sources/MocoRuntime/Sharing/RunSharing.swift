import MocoBase
import MocoCLIP
import MocoData
import MocoLang

/// Objects shared by the runs of one process: models that were loaded from the same file, and data sets that were
/// read from the same place. They are identified by content, as far as sizes and times of files show it, and are
/// never changed: each run has its own model over tensors that are shared until a run replaces them.
///
/// No result depends on it. Features of images are shared by the process in any case (`FeatureCache`).
///
/// - Safety: mutable state is guarded by the monitors.
public final class RunSharing: @unchecked Sendable {
  /// One object, made by the first caller; others wait for it.
  private final class Entry {
    let monitor = Monitor()
    var value: Any?
    var bytes = 0
    var lastUse = 0
  }

  private let monitor = Monitor()
  private var entries: [String: Entry] = [:]
  private var clock = 0
  private var stamps: [String: (stamp: FileStamp, at: Double)] = [:]
  /// Seconds for which the stamp of a folder is assumed to be valid.
  private static let stampLife = 60.0
  /// The bytes of unused models and data sets that are retained.
  private static let (mostBytes, mostSets) = (MemoryAccountant.limit / 4, 32)

  /// Creates an empty set of shared objects.
  public init() {}

  /// A model of a file, or of a folder.
  ///
  /// - Parameter options: the other inputs that determine it.
  /// - Throws: errors of `load`.
  func model(_ path: String, _ options: String, _ load: () throws -> CLIPModel) throws -> CLIPModel {
    guard let key = key(path, "model \(options)") else { return try load() }
    let first: CLIPModel = try value(key) {
      let model = try load()
      model.beginSharing()
      return (model, model.parameterCount * 4)
    }
    return try first.sharingValues()
  }

  /// The data set of a call of `dataset`.
  ///
  /// - Throws: errors of `open`.
  func dataset(
    _ arguments: Arguments, _ context: RuntimeContext, _ open: () throws -> Dataset
  ) throws -> Dataset {
    var words = "data"
    for name in ["split", "seed", "images", "skip_broken", "columns", "grey16", "order", "labels", "classes"]
    {
      if let value = arguments[name] { words += "\n\(name) \(arguments.interpreter.text(value))" }
    }
    if let images = arguments["images"]?.asString {
      words += "\n" + (stamp(FileSystem.realPath(images) ?? images)?.text ?? "")
    }
    let source = try arguments.string("source")
    let isFile = FileSystem.kind(source) != .missing
    guard let key = isFile ? key(source, words) : "\(source)\n\(words)" else { return try open() }
    return try value(key) { (try open(), 0) }
  }

  private func key(_ path: String, _ words: String) -> String? {
    let whole = FileSystem.realPath(path) ?? path
    guard let stamp = stamp(whole) else { return nil }
    return "\(whole)\n\(stamp.text)\n\(words)"
  }

  /// The stamp of a file. That of a folder is refreshed only after a while, since computing it may take long.
  func stamp(_ path: String) -> FileStamp? {
    guard FileSystem.kind(path) == .folder else { return FileStamp(path) }
    let now = ProcessClock.seconds
    if let known = monitor.locked({ stamps[path] }), now - known.at < RunSharing.stampLife {
      return known.stamp
    }
    guard let stamp = FileStamp(path) else { return nil }
    monitor.locked { stamps[path] = (stamp, now) }
    return stamp
  }

  private func value<T>(_ key: String, _ make: () throws -> (T, bytes: Int)) throws -> T {
    let entry = monitor.locked { () -> Entry in
      clock += 1
      let entry = entries[key] ?? Entry()
      entry.lastUse = clock
      entries[key] = entry
      return entry
    }
    return try entry.monitor.locked {
      if let known = entry.value as? T { return known }
      let (made, bytes) = try make()
      entry.value = made
      monitor.locked {
        entry.bytes = bytes
        evict(keeping: key)
      }
      return made
    }
  }

  /// Releases the least recently used objects; runs that use them keep them.
  private func evict(keeping key: String) {
    func oldest(_ wanted: (Entry) -> Bool) -> String? {
      entries.filter { $0.key != key && wanted($0.value) }.min { $0.value.lastUse < $1.value.lastUse }?.key
    }
    while entries.values.reduce(0, { $0 + $1.bytes }) > RunSharing.mostBytes,
      let old = oldest({ $0.bytes > 0 })
    {
      entries[old] = nil
    }
    while entries.values.count(where: { $0.bytes == 0 }) > RunSharing.mostSets,
      let old = oldest({ $0.bytes == 0 })
    {
      entries[old] = nil
    }
  }
}
