import Glibc
import MocoBase
import MocoTraining

extension SweepFolder {
  /// The folder for a plan: created if missing, with its existing points and those of the plan.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - script: the full path of the program.
  ///   - isReadOnly: whether to write nothing.
  /// - Returns: the folder, and the number of its runs from an earlier version of the program.
  /// - Throws: E1107 if it contains runs of another program or another version of moco; E0502, E0504.
  public static func open(
    _ path: String, script: String, plan: SweepPlan, isReadOnly: Bool = false
  ) throws -> (folder: SweepFolder, earlier: Int) {
    if !isReadOnly { try prepare(path) }
    let lock = isReadOnly ? nil : try? FolderLock(path)
    defer { lock?.unlock() }
    let known = try SweepRecord(folder: path)
    if let known { try check(known, script: script, code: plan.code, path: path) }
    let isSame = known?.code == plan.code
    let record = SweepRecord(merging: isSame ? known : nil, plan: plan, script: script, in: path)
    if !isReadOnly, known?.points != record.points || !isSame || known?.path != script {
      try record.write(folder: path)
    }
    let own = Set(record.points.map(\.name))
    let others = ((try? FileSystem.list(path)) ?? []).filter { name in
      !name.hasPrefix(".") && !own.contains(name) && FileSystem.kind("\(path)/\(name)/run.json") == .file
    }
    return (SweepFolder(path, record), others.count)
  }

  private static func prepare(_ path: String) throws {
    if FileSystem.kind(path) == .missing { try FileSystem.createFolder(path) }
    guard FileSystem.kind(path) == .folder else {
      throw Failure("E0504", "\(path) is not a folder", help: "use another one with --out FOLDER")
    }
    guard FileSystem.withSystemPath(path, { access($0, W_OK | X_OK) }) == 0 else {
      throw Failure(
        "E0504", "cannot write to \(path): \(systemMessage(errno))",
        help: "use your own folder with --out FOLDER, or request write permission")
    }
  }

  private static func check(_ known: SweepRecord, script: String, code: String, path: String) throws {
    let name = FileSystem.name(of: script)
    if known.script != name {
      throw Failure(
        "E1107", "\(path) contains the runs of \(known.script), not of \(name)",
        help: "use another folder for this program: --out \(path)-2")
    }
    if known.moco != MocoVersion.text {
      throw Failure(
        "E1107",
        "\(path) was created by moco \(known.moco), but this is moco \(MocoVersion.text): runs of different versions are not mixed",
        help: "use another folder, --out \(path)-\(MocoVersion.text), or use moco \(known.moco)")
    }
    if known.path != script, known.code != code, FileSystem.kind(known.path) == .file {
      throw Failure(
        "E1107", "\(path) contains the runs of another \(name), \(known.path)",
        help: "use another folder for this program: --out \(path)-2")
    }
  }
}

extension SweepRecord {
  /// Existing and requested points, in the fixed order.
  init(merging known: SweepRecord?, plan: SweepPlan, script: String, in path: String) {
    var names = plan.swept.map(\.name)
    for name in known?.swept.keys ?? [] where !names.contains(name) { names.append(name) }
    var places: [String: [String: Int]] = [:]
    var swept = JsonObject()
    for name in names {
      // The program's own values come first, in its order; others follow in ascending order.
      var values = plan.swept.first { $0.name == name }?.values.map(\.json) ?? []
      let others = (known?.swept[name]?.arrayValue ?? []).filter { !values.contains($0) }
      values += others.sorted(by: SweepRecord.isSmaller)
      swept[name] = .array(values)
      places[name] = Dictionary(
        values.enumerated().map { ($1.serialized(), $0) }, uniquingKeysWith: { first, _ in first })
    }
    var points: [Point] = known?.points ?? []
    let there = Set(points.map(\.identity))
    let folders = SweepRecord.folders(path)
    for point in plan.points where !there.contains(point.identity) {
      // A run with this identity may be named by other settings.
      let name = folders[String(point.identity.prefix(PointName.digits))] ?? point.name
      points.append(Point(name: name, identity: point.identity, settings: point.settings))
    }
    let keys = points.map { point in
      names.map { name in point.settings[name].flatMap { places[name]?[$0.serialized()] } ?? Int.max }
    }
    let order = points.indices.sorted { left, right in
      if keys[left] != keys[right] { return keys[left].lexicographicallyPrecedes(keys[right]) }
      return points[left].identity < points[right].identity
    }
    self.init(
      script: FileSystem.name(of: script), path: script, moco: MocoVersion.text, code: plan.code,
      swept: swept, points: order.map { points[$0] })
  }

  /// The names of folders, by their final digits.
  private static func folders(_ path: String) -> [String: String] {
    var found: [String: String] = [:]
    for name in (try? FileSystem.list(path)) ?? [] {
      let digits = name.suffix(PointName.digits)
      guard name.count > PointName.digits, name.dropLast(PointName.digits).hasSuffix("-"),
        digits.allSatisfy({ $0.isHexDigit }), FileSystem.kind("\(path)/\(name)") == .folder
      else { continue }
      found[String(digits)] = name
    }
    return found
  }

  private static func isSmaller(_ left: Json, _ right: Json) -> Bool {
    if let first = left.doubleValue, let second = right.doubleValue { return first < second }
    if (left.doubleValue == nil) != (right.doubleValue == nil) { return left.doubleValue != nil }
    return left.serialized() < right.serialized()
  }
}

/// Prevents processes from overwriting each other's record of a sweep; if the file system has no such locks, the
/// record is still written atomically.
private struct FolderLock {
  private let descriptor: Int32

  init(_ folder: String) throws {
    let file = "\(folder)/.sweep-lock"
    descriptor = FileSystem.withSystemPath(file) { open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw Failure.cannotWrite(file, systemMessage(errno)) }
    // The owner writes only one small file.
    for _ in 0..<200 where flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK else { break }
      usleep(10_000)
    }
  }

  func unlock() { close(descriptor) }
}
