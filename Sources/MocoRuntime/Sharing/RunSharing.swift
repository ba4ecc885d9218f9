import MocoBase
import MocoCLIP
import MocoData
import MocoLang

/// What runs of one process share: models that were loaded from the same file, and data sets that were read from the
/// same place. They are found by content, as far as sizes and times of files tell it, and nobody changes them: a model is
/// each run's own over tensors that are shared until it gives them up.
///
/// No result depends on it. Features of images are shared by the process in any case (`FeatureCache`).
///
/// - Safety: what changes is guarded by the monitors.
public final class RunSharing: @unchecked Sendable {
  /// One thing, made by the first who asks; others wait for it.
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
  /// Seconds for which the stamp of a folder is taken for true.
  private static let stampLife = 60.0
  /// Bytes of models that stay when nobody uses them, and data sets.
  private static let (mostBytes, mostSets) = (MemoryAccountant.limit / 4, 32)

  /// Nothing is shared yet.
  public init() {}

  /// A model of a file, or of a folder.
  ///
  /// - Parameter options: what else decides on it.
  /// - Throws: what `load` throws.
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
  /// - Throws: what `open` throws.
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

  /// The stamp of a file; that of a folder is looked for again after a while only, since that may take long.
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

  /// What was not used for longest goes; runs that use it keep it.
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
