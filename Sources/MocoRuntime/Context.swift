import MocoBase
import MocoDocument
import MocoLang
import MocoTensor
import MocoTraining

/// What the built-ins share: the standard library, the seed, where progress goes, and the run that is being
/// recorded.
///
/// One per session; used on the thread that runs programs.
public final class RuntimeContext {
  /// nil if no standard library was found; `standardLibrary()` then throws an error that says so.
  public let library: StandardLibrary?
  /// The seed set last, by `seed(n)` or the command line.
  public var seed: UInt64
  /// Receives progress and requests for input; nil if there is no front end.
  public weak var delegate: (any RuntimeDelegate)?
  /// Writes where `print` writes.
  public var output: (String) -> Void = { _ in }
  /// Writes a message of moco there, which may contain names from files.
  func say(_ text: String) { output(TerminalText.safe(text)) }
  /// The place where values are shown.
  public var limits = DocumentLimits()
  /// The record of this run; nil at the prompt and if nothing is to be recorded.
  public let recorder: RunRecorder?
  /// The hash of a program's code and modules by the path of its file; nil if the front end has no programs.
  public var codeHash: ((String) throws -> String)?
  /// The data written for TensorBoard.
  var log = RunLog()
  /// The state shared with other runs of the process; nil for a run alone.
  public let sharing: RunSharing?
  /// Trainings and unnamed checkpoints so far: their numbers in the run's record.
  var trainings = 0
  /// Calls of `train` so far, recorded or not. The state that each saves for a retry has this number.
  var begunTrainings = 0
  var checkpoints = 0
  /// Controls that the program has declared, with their values.
  var controls: [(name: String, value: String)] = []
  /// The values passed to `result` so far.
  var result = JsonObject()

  /// The state that built-ins share; see the properties of these names.
  public init(
    library: StandardLibrary?, seed: UInt64 = 0, recorder: RunRecorder? = nil, sharing: RunSharing? = nil
  ) {
    self.sharing = sharing
    self.library = library
    self.seed = seed
    self.recorder = recorder
  }

  /// - Throws: E0505 when the files that come with moco cannot be found.
  public func standardLibrary() throws -> StandardLibrary {
    guard let library else {
      throw Failure(
        "E0505", "the standard library of moco was not found",
        help: "set MOCO_STDLIB to the folder 'stdlib' of moco's checkout")
    }
    return library
  }

  /// The number of trainings whose callbacks are running.
  private(set) var openTrainings = 0
  private static let openLimit = 16

  /// Runs a training. Its callbacks may run others, to a limited depth.
  ///
  /// - Throws: E0401 where it is the innermost of too many.
  func nested<Result>(_ work: () throws -> Result) throws -> Result {
    guard openTrainings < RuntimeContext.openLimit else {
      throw Failure(
        "E0401", "\(RuntimeContext.openLimit) trainings are already nested in callbacks",
        help: "start this one after the others have ended, not in each_step or each_epoch")
    }
    openTrainings += 1
    defer { openTrainings -= 1 }
    return try work()
  }

  /// The number of draws without an explicit seed.
  var draws = 0

  /// A generator for the next draw without an explicit seed: the session's seed, and a count of such
  /// draws.
  func nextGenerator(_ stream: String = "draw") -> Philox {
    defer { draws &+= 1 }
    return Philox(seed: seed, stream: stream, index: draws)
  }

  /// Restarts the count of draws.
  func reseed(_ seed: UInt64) {
    self.seed = seed
    draws = 0
  }

  /// The folder of this run, created on first use; nil if nothing is recorded.
  public func runFolder() throws -> RunFolder? { try recorder?.folder() }
}

/// Creates the folder of a run when there is first something to record: a model or data set is loaded,
/// something is trained, evaluated or saved. A program that only prints leaves nothing behind.
public final class RunRecorder {
  /// The script's name without folder and extension.
  public let name: String
  /// The folder requested with `--out`, or nil for `runs/<name>-<number>`.
  public let out: String?
  /// The folder in which trainings save their state, so that a retry of the program with the same settings resumes
  /// to the same bits (`KeptTraining`); nil if there is no retry. Its owner removes it when the program has ended.
  public var keeps: String?
  /// Set before the folder is created: the script as run, and the facts for run.json.
  public var script = ""
  /// What run.json says of the run, in order.
  public var facts: [(name: String, value: Json)] = []
  /// Further facts, which take time to find out: requested when the folder is created.
  public var lateFacts: [(name: String, value: () -> Json)] = []
  /// Called with the folder when it is created, after the facts of the run have been written to it.
  public var whenMade: ((RunFolder) -> Void)?
  private var made: RunFolder?

  /// The point of a sweep that the run is; nil for a run by itself.
  public let point: RunPoint?
  /// The values of all settings that the program has declared so far.
  private(set) var settings = JsonObject()

  /// Nothing is created yet; see the properties of these names.
  public init(name: String, out: String? = nil, point: RunPoint? = nil) {
    self.name = name
    self.out = out
    self.point = point
  }

  /// The folder, if it was created.
  public var existing: RunFolder? { made }

  /// - Throws: E0504 if it cannot be created.
  public func folder() throws -> RunFolder {
    if let made { return made }
    do {
      let folder = try point?.folder() ?? out.map { try RunFolder(exactly: $0) } ?? RunFolder(name: name)
      made = folder
      try folder.write(script: script)
      try folder.set(facts.map { ($0.name, $0.value) } + lateFacts.map { ($0.name, $0.value()) })
      whenMade?(folder)
      return folder
    } catch let error as Failure where error.code == "E0504" && out == nil {
      throw Failure(
        error.code, "the record of this run: \(error.message)",
        help: "start moco in another folder, choose one with --out FOLDER, or pass --no-record")
    }
  }

  /// Replaces a fact, also in a folder that already exists.
  package func note(_ name: String, _ value: Json) {
    facts.removeAll { $0.name == name }
    facts.append((name, value))
    try? made?.set(name, value)
  }

  /// Records the value of a setting.
  func set(_ name: String, _ value: Json) {
    guard settings[name] != value else { return }
    settings[name] = value
    note("settings", .object(settings))
  }

  /// Records the settings at the start of the run.
  func begin(settings: JsonObject) { self.settings = settings }

  /// Records how the run ended, if there is a folder.
  ///
  /// - Parameters:
  ///   - exitStatus: the argument of `exit`, if the program ended that way.
  ///   - by: the signal that interrupted it.
  public func finish(status: String, exitStatus: Int32? = nil, seconds: Double, by: String? = nil) {
    guard let made else { return }
    var facts: [(String, Json)] = [("status", .string(status)), ("seconds", .double(seconds))]
    if let exitStatus { facts.append(("exit_status", .int(Int(exitStatus)))) }
    if let by { facts.append(("interrupted_by", .string(by))) }
    try? made.set(facts, isLast: true)
  }
}

extension RuntimeContext {
  /// A run of a sweep records which files it has read, so that later changes to them are detected. What
  /// comes with moco goes with its version.
  func note(input path: String) throws {
    guard recorder?.point != nil, library?.owns(path) != true, let folder = try runFolder() else { return }
    let whole = FileSystem.realPath(path) ?? path
    guard let stamp = sharing?.stamp(whole) ?? FileStamp(whole) else { return }
    try folder.note(input: whole, stamp: stamp.text)
  }
}

/// The point of a sweep that a run computes: its folder exists before the run begins.
public struct RunPoint: Sendable {
  /// The folder, already claimed by the run.
  public let path: String
  /// The full key that tells it from other points, in hexadecimal digits.
  public let identity: String

  /// A point; the folder is claimed.
  public init(path: String, identity: String) {
    self.path = path
    self.identity = identity
  }

  func folder() throws -> RunFolder {
    let folder = try RunFolder(claimed: path)
    try folder.set("point", .string(identity))
    return folder
  }
}
