import Glibc
import MocoBase
import MocoTraining

/// The records of runs in a folder: those of single runs, and those of sweeps in sub-folders.
public struct RunCatalog {
  /// One record.
  public struct Entry: Sendable {
    /// Its path relative to the folder: `probe-3`, `few_shot/coop-16-1-3fa9c2d1`.
    public let name: String
    /// Its folder.
    public let path: String
    /// Its state, in words: `finished`, `failed`, `interrupted by SIGTERM`, `running`, `dead`, `stale`.
    public let state: String
    /// Whether it may still be running, so that it must not be removed.
    public let mayRun: Bool
    /// In UTC; empty if the record does not contain it.
    public let began: String
    /// The duration; nil until it has ended.
    public let seconds: Double?
    /// Its settings, by name.
    public let settings: JsonObject
    /// Its `result({…})`, or the numbers of its best evaluation if there is none.
    public let results: [(name: String, value: Json)]
    /// Size on disk in bytes.
    public let bytes: Int

    /// The first number of its results: `accuracy 0.8125`.
    public var best: String {
      results.first { $0.value.doubleValue != nil }.map { "\($0.name) \(SettingText.short($0.value))" } ?? ""
    }
  }

  /// The folder of the records.
  public let root: String
  /// Single runs by start time, then sweeps by name, each with its points in order.
  public let entries: [Entry]

  /// - Throws: E0501 if there is no folder.
  public init(root: String = "runs") throws {
    self.root = root
    var entries = try RunCatalog.singles(root, prefix: "", states: [:])
    for name in try FileSystem.list(root) {
      let folder = "\(root)/\(name)"
      guard FileSystem.kind("\(folder)/\(SweepRecord.fileName)") == .file else { continue }
      entries += try RunCatalog.sweep(folder, prefix: name + "/")
    }
    // The folder may be the folder of a sweep.
    if FileSystem.kind("\(root)/\(SweepRecord.fileName)") == .file {
      entries = try RunCatalog.sweep(root, prefix: "")
    }
    self.entries = entries
  }

  /// The points of a sweep that have started, and after them runs that are no longer points.
  private static func sweep(_ folder: String, prefix: String) throws -> [Entry] {
    // An unreadable record does not hide runs.
    let points = ((try? SweepFolder(folder).runs()) ?? []).filter { $0.state != .missing }
    let states = Dictionary(points.map { ($0.name, $0) }) { first, _ in first }
    let entries = try singles(folder, prefix: prefix, states: states)
    let places = Dictionary(points.enumerated().map { ($1.name, $0) }) { first, _ in first }
    return entries.enumerated().sorted { one, other in
      let (a, b) = (
        places[FileSystem.name(of: one.element.path)] ?? points.count,
        places[FileSystem.name(of: other.element.path)] ?? points.count
      )
      return (a, one.offset) < (b, other.offset)
    }.map(\.element)
  }

  private static func singles(_ root: String, prefix: String, states: [String: SweepRun]) throws -> [Entry] {
    let clock = ClaimClock(folder: root)
    return try RunList(root: root).runs.map { run in
      let path = "\(root)/\(run.name)"
      let record = try? Json.parse(file: path + "/run.json")
      var state = run.state
      var mayRun = run.mayRun
      if let point = states[run.name] {
        state =
          point.state == .interrupted && !point.reason.isEmpty
          ? "interrupted by \(point.reason)" : point.state.rawValue
        mayRun = point.state == .running
      }
      // A point that is claimed again has the record of its last attempt until the next one writes its own.
      if let holder = ClaimHolder.last(in: path), !holder.isReleased, clock.isAlive(holder) {
        (state, mayRun) = ("running", true)
      }
      return Entry(
        name: prefix + run.name, path: path, state: state, mayRun: mayRun, began: run.began,
        seconds: run.seconds,
        settings: record?["settings"]?.objectValue ?? JsonObject(), results: results(record, path),
        bytes: DiskUse.bytes(path))
    }
  }

  /// The argument of `result({…})`; for a run without it, the summary of its best evaluation.
  private static func results(_ record: Json?, _ path: String) -> [(name: String, value: Json)] {
    if let given = record?["result"]?.objectValue, given.count > 0 { return given.map { ($0.key, $0.value) } }
    let reports = (try? Json.parse(file: path + "/results.json"))?.arrayValue ?? []
    func accuracy(_ json: Json) -> Double { json["accuracy"]?.doubleValue ?? -.infinity }
    guard let best = reports.max(by: { accuracy($0) < accuracy($1) })?.objectValue else { return [] }
    let names = ["accuracy", "base", "new", "h", "macro_f1"]
    return names.compactMap { name in best[name].map { (name, $0) } }
  }

  /// A record by its name, its path, or a unique end of its name.
  ///
  /// - Throws: E0501 if there is none or several.
  public func entry(_ name: String) throws -> Entry {
    var wanted = name
    while wanted.count > 1, wanted.hasSuffix("/") { wanted.removeLast() }
    if let found = entries.first(where: { $0.name == wanted || $0.path == wanted }) { return found }
    if wanted == "last", let last = entries.max(by: { ($0.began, $0.name) < ($1.began, $1.name) }) {
      return last
    }
    let real = FileSystem.realPath(wanted)
    if let real, let found = entries.first(where: { FileSystem.realPath($0.path) == real }) { return found }
    let near = entries.filter { FileSystem.name(of: $0.path) == wanted }
    if let found = near.first, near.count == 1 { return found }
    guard near.isEmpty else {
      throw Failure(
        "E0501",
        "the name \(wanted) matches several runs: \(near.prefix(4).map(\.name).joined(separator: ", "))",
        help: "use the full name, \(near[0].name)")
    }
    throw Failure(
      "E0501", "there is no run \(name) in \(root)",
      help: Nearest.name(to: wanted, among: entries.map(\.name)).map { "did you mean \($0)?" }
        ?? "list the runs: moco runs \(root)")
  }

  // MARK: As text

  /// One line per run.
  public var text: String {
    let rows = entries.map { entry in
      [
        entry.name, entry.state, entry.began, entry.seconds.map { NumberText.fixed($0, 1) + " s" } ?? "",
        MemoryAccountant.text(entry.bytes), entry.best, RunCatalog.words(entry.settings, limit: 60),
      ]
    }
    let count = rows.first?.count ?? 0
    let widths = (0..<count).map { column in rows.map { DisplayWidth.of($0[column]) }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, text) in row.enumerated() where widths[column] > 0 {
        line += text + String(repeating: " ", count: widths[column] - DisplayWidth.of(text)) + "  "
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  /// `shots=16 method=coop`, truncated if long.
  static func words(_ settings: JsonObject, limit: Int) -> String {
    var text = ""
    for (name, value) in settings {
      let word = "\(name)=\(SettingText.of(value))"
      guard text.count + word.count < limit else { return text + (text.isEmpty ? "…" : " …") }
      text += (text.isEmpty ? "" : " ") + word
    }
    return text
  }
}

extension SettingText {
  /// The same with at most five significant digits.
  static func short(_ value: Json) -> String {
    if case .double(let number) = value { return NumberText.short(number, 5) }
    return of(value)
  }
}

/// The size of files on disk.
package enum DiskUse {
  /// The size of a file or folder in bytes. Links are not followed; inaccessible files count as
  /// 0.
  package static func bytes(_ path: String) -> Int {
    var status = stat()
    guard FileSystem.withSystemPath(path, { lstat($0, &status) }) == 0 else { return 0 }
    let own = Int(status.st_blocks) * 512
    guard status.st_mode & S_IFMT == S_IFDIR else { return own }
    return ((try? FileSystem.list(path)) ?? []).reduce(own) { $0 + bytes("\(path)/\($1)") }
  }
}
