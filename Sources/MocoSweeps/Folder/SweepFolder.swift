import MocoBase

/// The folder of a sweep: `sweep.json`, and a folder for each point that has started. It contains the complete
/// state of the sweep, so that any process with access to the folder can read it.
public struct SweepFolder {
  /// The folder.
  public let path: String
  /// Its record.
  package let record: SweepRecord

  /// - Throws: E0501 if there is no sweep at that path, E0502 if its record has another format or a later version,
  ///   or cannot be read.
  public init(_ path: String) throws {
    guard let record = try SweepRecord(folder: path) else {
      throw Failure(
        "E0501", "there is no sweep in \(path)",
        help: "use the folder of a sweep, or start one: moco sweep FILE")
    }
    self.init(path, record)
  }

  /// A folder with a known record.
  package init(_ path: String, _ record: SweepRecord) {
    self.path = path
    self.record = record
  }

  /// The file name of the program.
  public var script: String { record.script }
  /// The varied settings with their values, in the order of the program.
  public var swept: JsonObject { record.swept }

  /// All points in their fixed order, in any state.
  ///
  /// - Throws: E0502 if the record of a run cannot be read.
  public func runs() throws -> [SweepRun] {
    let clock = ClaimClock(folder: path)
    var inputs = InputCheck()
    return record.points.map { run($0, clock, &inputs) }
  }

  /// The state of one point.
  package func run(_ point: SweepRecord.Point, _ clock: ClaimClock, _ inputs: inout InputCheck) -> SweepRun {
    let folder = "\(path)/\(point.name)"
    var settings = point.settings
    func made(
      _ state: SweepRun.State, _ json: Json? = nil, _ holder: ClaimHolder? = nil, reason: String = ""
    ) -> SweepRun {
      for (name, value) in json?["settings"]?.objectValue ?? JsonObject() { settings[name] = value }
      return SweepRun(
        name: point.name, folder: folder, settings: settings,
        result: state == .finished ? json?["result"]?.objectValue : nil, state: state,
        seconds: json?["seconds"]?.doubleValue, identity: point.identity, holder: holder, reason: reason)
    }
    guard FileSystem.kind(folder) == .folder else { return made(.missing) }
    let file = folder + "/run.json"
    let json = FileSystem.kind(file) == .file ? try? Json.parse(file: file) : nil
    // A run with other settings is not a run of this point.
    let isOwn = json?["point"]?.stringValue == point.identity
    let status = isOwn ? json?["status"]?.stringValue : nil
    if status == "finished" {
      let changed = inputs.changed(json?["inputs"])
      return made(changed == nil ? .finished : .stale, json, reason: changed ?? "")
    }
    let holder = ClaimHolder.last(in: folder)
    if let holder, !holder.isReleased, clock.isAlive(holder) { return made(.running, json, holder) }
    switch status {
    case "failed": return made(.failed, json, holder, reason: SweepFolder.reason(json))
    case "interrupted":
      return made(.interrupted, json, holder, reason: json?["interrupted_by"]?.stringValue ?? "")
    default:
      guard let holder, holder.isReleased else { return made(.dead, json, holder) }
      return made(.interrupted, json, holder)
    }
  }

  /// The state of a point from the record in its folder: finished, failed, interrupted or stale; missing if
  /// there is none.
  static func recorded(_ folder: String, _ identity: String, _ inputs: inout InputCheck) -> SweepRun.State {
    let file = folder + "/run.json"
    guard FileSystem.kind(file) == .file, let json = try? Json.parse(file: file),
      json["point"]?.stringValue == identity
    else { return .missing }
    switch json["status"]?.stringValue {
    case "finished": return inputs.changed(json["inputs"]) == nil ? .finished : .stale
    case "failed": return .failed
    case "interrupted": return .interrupted
    default: return .missing
    }
  }

  private static func reason(_ json: Json?) -> String {
    guard let error = json?["error"] else {
      return json?["exit_status"]?.intValue.map { "exit status \($0)" } ?? ""
    }
    let code = error["code"]?.stringValue ?? ""
    let message = error["message"]?.stringValue ?? ""
    return [code, message].filter { !$0.isEmpty }.joined(separator: ": ")
  }
}
