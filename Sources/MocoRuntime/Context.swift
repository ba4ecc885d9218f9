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
  /// nil where no standard library was found; `standardLibrary()` says so in words.
  public let library: StandardLibrary?
  /// What `seed(n)` set last, or the command line.
  public var seed: UInt64
  /// Who hears of progress and is asked for input; nil where nobody is.
  public weak var delegate: (any RuntimeDelegate)?
  /// Writes where `print` writes.
  public var output: (String) -> Void = { _ in }
  /// Writes a message of moco's own there, which may hold names from files.
  func say(_ text: String) { output(TerminalText.safe(text)) }
  /// The place where values are shown.
  public var limits = DocumentLimits()
  /// What is recorded of this run; nil at the prompt and where nothing is to be recorded.
  public let recorder: RunRecorder?
  /// The hash of a program's code and modules by the path of its file; nil where nobody knows programs.
  public var codeHash: ((String) throws -> String)?
  /// What is kept for TensorBoard.
  var log = RunLog()
  /// What this run shares with other runs of the process; nil for a run by itself.
  public let sharing: RunSharing?
  /// Trainings and unnamed checkpoints so far: their numbers in the run's record.
  var trainings = 0
  /// Calls of `train` so far, whether they are recorded or not: what each keeps for another try has its number.
  var begunTrainings = 0
  var checkpoints = 0
  /// Controls that the program has declared, with their values.
  var controls: [(name: String, value: String)] = []
  /// What `result` has been given so far.
  var result = JsonObject()

  /// What built-ins share; see the properties of these names.
  public init(
    library: StandardLibrary?, seed: UInt64 = 0, recorder: RunRecorder? = nil, sharing: RunSharing? = nil
  ) {
    self.sharing = sharing
    self.library = library
    self.seed = seed
    self.recorder = recorder
  }

  /// - Throws: E0505 when the files that ship with moco cannot be found.
  public func standardLibrary() throws -> StandardLibrary {
    guard let library else {
      throw Failure(
        "E0505", "the standard library of moco was not found",
        help: "set MOCO_STDLIB to the folder 'stdlib' of moco's checkout")
    }
    return library
  }

  /// Trainings whose callbacks are running.
  private(set) var openTrainings = 0
  private static let openLimit = 16

  /// Runs a training; callbacks of it may run others, to a depth that memory and patience bear.
  ///
  /// - Throws: E0401 where it is the innermost of too many.
  func nested<Result>(_ work: () throws -> Result) throws -> Result {
    guard openTrainings < RuntimeContext.openLimit else {
      throw Failure(
        "E0401", "\(RuntimeContext.openLimit) trainings run inside each other's callbacks already",
        help: "start this one when the others have ended, not in each_step or each_epoch")
    }
    openTrainings += 1
    defer { openTrainings -= 1 }
    return try work()
  }

  /// How many draws named no seed of their own.
  var draws = 0

  /// A generator for the next draw that names no seed of its own: the session's seed, and a count of such
  /// draws.
  func nextGenerator(_ stream: String = "draw") -> Philox {
    defer { draws &+= 1 }
    return Philox(seed: seed, stream: stream, index: draws)
  }

  /// Draws begin again.
  func reseed(_ seed: UInt64) {
    self.seed = seed
    draws = 0
  }

  /// The folder of this run, made on first use; nil where nothing is recorded.
  public func runFolder() throws -> RunFolder? { try recorder?.folder() }
}

/// Makes the folder of a run when the first thing worth keeping happens: a model or data set is loaded,
/// something is trained, evaluated or saved. A program that only prints leaves nothing behind.
public final class RunRecorder {
  /// The script's name without folder and extension.
  public let name: String
  /// The folder asked for with `--out`, or nil for `runs/<name>-<number>`.
  public let out: String?
  /// The folder in which trainings keep themselves, so that another try of the same program with the same settings goes on
  /// to the same bits (`KeptTraining`); nil where there will be none. Its owner removes it when the program has ended.
  public var keeps: String?
  /// Set before the folder is made: the script as run, and the facts that go into run.json.
  public var script = ""
  /// What run.json says of the run, in order.
  public var facts: [(name: String, value: Json)] = []
  /// Further facts, which take time to find out: asked for when the folder is made.
  public var lateFacts: [(name: String, value: () -> Json)] = []
  /// Told of the folder when it is made, after what is known of the run is in it.
  public var whenMade: ((RunFolder) -> Void)?
  private var made: RunFolder?

  /// The point of a sweep that the run is; nil for a run by itself.
  public let point: RunPoint?
  /// What all settings of the program are, as far as it has declared them.
  private(set) var settings = JsonObject()

  /// Nothing is made yet; see the properties of these names.
  public init(name: String, out: String? = nil, point: RunPoint? = nil) {
    self.name = name
    self.out = out
    self.point = point
  }

  /// The folder, if it was made.
  public var existing: RunFolder? { made }

  /// - Throws: E0504 if it cannot be made.
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
        help: "start moco in another folder, give one with --out FOLDER, or write --no-record")
    }
  }

  /// Replaces a fact, also in a folder that was made.
  package func note(_ name: String, _ value: Json) {
    facts.removeAll { $0.name == name }
    facts.append((name, value))
    try? made?.set(name, value)
  }

  /// A setting has this value.
  func set(_ name: String, _ value: Json) {
    guard settings[name] != value else { return }
    settings[name] = value
    note("settings", .object(settings))
  }

  /// The run begins with these settings.
  func begin(settings: JsonObject) { self.settings = settings }

  /// Adds how the run ended, where there is a folder.
  ///
  /// - Parameters:
  ///   - exitStatus: what the program gave to `exit`, where it ended that way.
  ///   - by: the signal that has interrupted it.
  public func finish(status: String, exitStatus: Int32? = nil, seconds: Double, by: String? = nil) {
    guard let made else { return }
    var facts: [(String, Json)] = [("status", .string(status)), ("seconds", .double(seconds))]
    if let exitStatus { facts.append(("exit_status", .int(Int(exitStatus)))) }
    if let by { facts.append(("interrupted_by", .string(by))) }
    try? made.set(facts, isLast: true)
  }
}

extension RuntimeContext {
  /// A run of a sweep remembers which files it has read, so that it is known later whether they are still those. What
  /// ships with moco goes with its version.
  func note(input path: String) throws {
    guard recorder?.point != nil, library?.owns(path) != true, let folder = try runFolder() else { return }
    let whole = FileSystem.realPath(path) ?? path
    guard let stamp = sharing?.stamp(whole) ?? FileStamp(whole) else { return }
    try folder.note(input: whole, stamp: stamp.text)
  }
}

/// The point of a sweep that a run is: its folder is there before the run begins.
public struct RunPoint: Sendable {
  /// The folder, which is the run's own already.
  public let path: String
  /// All of what tells it from other points, in hexadecimal digits.
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
