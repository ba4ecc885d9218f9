import Glibc
import MocoBase
import MocoTraining

/// Who works, or worked, on a point, as the `lock` in its folder says.
public struct ClaimHolder: Sendable {
  /// The machine's name.
  public let host: String
  /// The process's number there.
  public let process: Int
  /// When it began with this point, in UTC: `2026-05-01T12:00:00Z`.
  public let began: String
  /// The scheduler's job that it belongs to, `slurm 123_4`; empty for none.
  public let job: String
  /// Whether it has given the point back.
  package let isReleased: Bool
  /// When it last said that it works on, in seconds since 1970 by the clock of the folder's file system.
  package let touched: Double
  /// How many claims there were before.
  package let generation: Int
  /// How often the scheduler had started the job before.
  private let restarts: Int
  private let ticks: Int
  private let place: String

  /// What the names of folders begin with that are not whole yet.
  static let temporaryPrefix = ".claim-"
  /// The name of the first lock; later ones are `lock-2`, `lock-3`.
  package static let fileName = "lock"

  /// The name of a lock.
  static func fileName(_ generation: Int) -> String {
    generation == 1 ? fileName : "\(fileName)-\(generation)"
  }

  /// The number of a lock by its name; nil for other files.
  static func generation(_ name: String) -> Int? {
    if name == fileName { return 1 }
    guard name.hasPrefix(fileName + "-"), let number = Int(name.dropFirst(fileName.count + 1)), number > 1
    else {
      return nil
    }
    return number
  }

  /// The last claim on a folder; nil where there was none.
  static func last(in folder: String) -> ClaimHolder? {
    let names = (try? FileSystem.list(folder)) ?? []
    guard let generation = names.compactMap(generation).max() else { return nil }
    return ClaimHolder(file: "\(folder)/\(fileName(generation))", generation)
  }

  /// A lock that cannot be read is one that is just being written, or damaged: only its time tells.
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

  /// What a lock of this process says.
  static func text(isReleased: Bool, began: String) -> String {
    var json = JsonObject([
      ("process", RunProcess.here.json), ("place", .string(ProcessPlace.here)), ("began", .string(began)),
      ("job", .string(SchedulerJob.here)), ("restarts", .int(SchedulerJob.restarts)),
    ])
    if isReleased { json["released"] = true }
    return Json.object(json).serialized() + "\n"
  }

  /// Whether the process runs; nil where numbers of processes there mean nothing here.
  var isRunning: Bool? {
    if SchedulerJob.isEarlierStart(job, restarts, of: SchedulerJob.here, SchedulerJob.restarts) {
      return false
    }
    guard !place.isEmpty, place == ProcessPlace.here else { return nil }
    return RunProcess(id: process, host: host, ticks: ticks, began: "").isRunning
  }

  /// Whether it is this very process.
  package var isHere: Bool {
    place == ProcessPlace.here && process == RunProcess.here.id && ticks == RunProcess.here.ticks
  }
}

/// Where numbers of processes mean the same: a machine since it was switched on, and a container on it. Names of
/// machines alone would not do: several may have one.
enum ProcessPlace {
  static let here: String = {
    let boot = (try? FileSystem.readText("/proc/sys/kernel/random/boot_id", limit: 256)) ?? ""
    let space = FileSystem.linkTarget("/proc/self/ns/pid") ?? ""
    return "\(boot.filter { !$0.isWhitespace }) \(space)"
  }()
}

/// The job of a cluster's scheduler that this process belongs to.
package enum SchedulerJob {
  /// How often the scheduler has started this process's job before: it was preempted, or its machine has failed.
  static let restarts = ProcessEnvironment.value("SLURM_RESTART_COUNT").flatMap { Int($0) } ?? 0

  /// Whether a claim is that of an earlier start of this process's own job. A scheduler starts a job again when the earlier
  /// processes are gone, on whatever machine they were.
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
