import MocoBase

/// The records in a folder of runs, with their states.
public struct RunList {
  /// One run, by its record.
  public struct Run: Sendable {
    /// The name of its folder.
    public let name: String
    /// `finished`, `failed`, `interrupted by SIGTERM`; otherwise `running`, or `dead` if its process no longer exists.
    public let state: String
    /// Whether its process runs, or may run on another machine.
    public let mayRun: Bool
    /// In UTC; empty if the record does not contain it.
    public let began: String
    /// The duration; nil until it has ended.
    public let seconds: Double?
  }

  /// Sorted by start time, then by name.
  public let runs: [Run]

  /// - Throws: E0501 if there is no folder.
  public init(root: String = "runs") throws {
    guard FileSystem.kind(root) == .folder else {
      throw Failure(
        "E0501", "there is no folder of runs at \(root)",
        help: Failure.help(forMissing: root)
          ?? "pass the folder, moco runs FOLDER; moco run writes records to runs/")
    }
    runs = try FileSystem.list(root)
      .filter { FileSystem.kind("\(root)/\($0)/run.json") == .file }
      .map { RunList.run($0, file: "\(root)/\($0)/run.json") }
      .sorted { ($0.began, $0.name) < ($1.began, $1.name) }
  }

  private static func run(_ name: String, file: String) -> Run {
    guard let record = try? Json.parse(file: file) else {
      return Run(name: name, state: "its run.json cannot be read", mayRun: false, began: "", seconds: nil)
    }
    let process = RunProcess(record["process"])
    return Run(
      name: name, state: state(record, process),
      mayRun: record["status"] == nil && process.map { $0.isRunning != false } ?? false,
      began: process?.began ?? "",
      seconds: record["seconds"]?.doubleValue)
  }

  private static func state(_ record: Json, _ process: RunProcess?) -> String {
    if let status = record["status"]?.stringValue {
      return record["interrupted_by"]?.stringValue.map { "\(status) by \($0)" } ?? status
    }
    guard let process else { return "not finished" }
    switch process.isRunning {
    case true?: return "running"
    case false?: return "dead"
    case nil: return "running or dead on \(process.host)"
    }
  }
}
