import Glibc
import MocoBase
import MocoTraining

/// The process that works, or worked, on a point, from the `lock` in its folder.
public struct ClaimHolder: Sendable {
  /// The machine's name.
  public let host: String
  /// The process id on that machine.
  public let process: Int
  /// The start time for this point, in UTC: `2026-05-01T12:00:00Z`.
  public let began: String
  /// Its scheduler job, `slurm 123_4`; empty for none.
  public let job: String
  /// Whether it has released the point.
  package let isReleased: Bool
  /// The time of its last sign of life, in seconds since 1970 by the clock of the folder's file system.
  package let touched: Double
  /// The number of earlier claims.
  package let generation: Int
  /// The number of earlier starts of the job by the scheduler.
  private let restarts: Int
  private let ticks: Int
  private let place: String

  /// The prefix of incomplete folders.
  static let temporaryPrefix = ".claim-"
  /// The name of the first lock; later ones are `lock-2`, `lock-3`.
  package static let fileName = "lock"

  /// The name of a lock.
  static func fileName(_ generation: Int) -> String {
    generation == 1 ? fileName : "\(fileName)-\(generation)"
  }

  /// The number of a lock from its name; nil for other files.
  static func generation(_ name: String) -> Int? {
    if name == fileName { return 1 }
    guard name.hasPrefix(fileName + "-"), let number = Int(name.dropFirst(fileName.count + 1)), number > 1
    else {
      return nil
    }
    return number
  }

  /// The last claim on a folder; nil if there is none.
  static func last(in folder: String) -> ClaimHolder? {
    let names = (try? FileSystem.list(folder)) ?? []
    guard let generation = names.compactMap(generation).max() else { return nil }
    return ClaimHolder(file: "\(folder)/\(fileName(generation))", generation)
  }

  /// An unreadable lock is being written or is corrupted: only its time is used.
  private init?(file: String, _ generation: Int) {
    var status = stat()
    guard FileSystem.withSystemPath(file, { stat($0, &status) }) == 0 else { return nil }
    let json = try? Json.parse(file: file)
    let process = json?["process"]
    self.generation = generation
    touched = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
    host = process?["host"]?.stringValue ?? ""
    self.process = process?["id"]?.intValue ?? 0
    ticks = process?["ticks"]?.intValue ?? 0
    began = json?["began"]?.stringValue ?? ""
    job = json?["job"]?.stringValue ?? ""
    place = json?["place"]?.stringValue ?? ""
    restarts = json?["restarts"]?.intValue ?? 0
    isReleased = json?["released"]?.boolValue ?? false
  }

  /// The content of a lock of this process.
  static func text(isReleased: Bool, began: String) -> String {
    var json = JsonObject([
      ("process", RunProcess.here.json), ("place", .string(ProcessPlace.here)), ("began", .string(began)),
      ("job", .string(SchedulerJob.here)), ("restarts", .int(SchedulerJob.restarts)),
    ])
    if isReleased { json["released"] = true }
    return Json.object(json).serialized() + "\n"
  }

  /// Whether the process is running; nil if its process ids are not valid on this machine.
  var isRunning: Bool? {
    if SchedulerJob.isEarlierStart(job, restarts, of: SchedulerJob.here, SchedulerJob.restarts) {
      return false
    }
    guard !place.isEmpty, place == ProcessPlace.here else { return nil }
    return RunProcess(id: process, host: host, ticks: ticks, began: "").isRunning
  }

  /// Whether it is the current process.
  package var isHere: Bool {
    place == ProcessPlace.here && process == RunProcess.here.id && ticks == RunProcess.here.ticks
  }
}

/// The scope of process ids: a machine since boot, and a container on it. Names of
/// machines are not enough, because several may have the same name.
enum ProcessPlace {
  static let here: String = {
    let boot = (try? FileSystem.readText("/proc/sys/kernel/random/boot_id", limit: 256)) ?? ""
    let space = FileSystem.linkTarget("/proc/self/ns/pid") ?? ""
    return "\(boot.filter { !$0.isWhitespace }) \(space)"
  }()
}

/// The scheduler job of this process.
package enum SchedulerJob {
  /// The number of earlier starts of this process's job by the scheduler, after preemption or a machine failure.
  static let restarts = ProcessEnvironment.value("SLURM_RESTART_COUNT").flatMap { Int($0) } ?? 0

  /// Whether a claim is from an earlier start of this process's job. A scheduler starts a job again when the earlier
  /// processes have ended, on any machine.
  package static func isEarlierStart(_ job: String, _ restarts: Int, of here: String, _ now: Int) -> Bool {
    !job.isEmpty && job == here && restarts < now
  }

  static let here: String = {
    let variable = ProcessEnvironment.value
    if let array = variable("SLURM_ARRAY_JOB_ID"), let task = variable("SLURM_ARRAY_TASK_ID") {
      return "slurm \(array)_\(task)"
    }
    for (name, variableName) in [
      ("slurm", "SLURM_JOB_ID"), ("pbs", "PBS_JOBID"), ("lsf", "LSB_JOBID"), ("sge", "JOB_ID"),
    ] {
      if let id = variable(variableName), !id.isEmpty { return "\(name) \(id)" }
    }
    return ""
  }()
}
