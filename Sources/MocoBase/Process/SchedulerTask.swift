/// The task of an array, or the rank, that a scheduler has assigned to this process, read from the variables that
/// it sets.
struct SchedulerTask: Equatable {
  /// The variable that holds the task's index.
  let variable: String
  /// The task's index in the numbering of the scheduler.
  let index: Int
  /// The first index, the last one, and the step; nil if the scheduler does not set them.
  private(set) var range: (first: Int, last: Int, step: Int)?
  /// The number of tasks; nil if the scheduler does not set it.
  private(set) var count: Int?
  /// The usual index of the first task of an array.
  private let base: Int
  /// The command that requests an array with a number of tasks.
  private let request: (_ count: Int) -> String

  static func == (left: SchedulerTask, right: SchedulerTask) -> Bool {
    left.variable == right.variable && left.index == right.index && left.count == right.count
  }

  /// The variables, in the order in which they are read.
  static let variables = [
    "SLURM_ARRAY_TASK_ID", "PBS_ARRAY_INDEX", "PBS_ARRAYID", "LSB_JOBINDEX", "SGE_TASK_ID",
    "OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID",
  ]

  /// nil if no scheduler has set a variable.
  ///
  /// - Throws: E1126 if a variable is not a number.
  init?(_ environment: (String) -> String?) throws {
    func number(_ name: String) throws -> Int? {
      // Grid Engine sets its variables outside of arrays too.
      guard let text = environment(name), !text.isEmpty, text != "undefined" else { return nil }
      guard let number = Shard.whole(text[...]), number <= 1 << 40 else {
        throw Failure(
          "E1126", "\(name) is \"\(text)\", which is not a task number",
          help: "pass the part, such as --shard 3/8, instead of --shard auto")
      }
      return number
    }
    func task(
      _ variable: String, _ index: Int, base: Int, count: Int? = nil, first: Int? = nil, last: Int? = nil,
      step: Int? = nil, _ request: @escaping (Int) -> String
    ) -> SchedulerTask {
      var range: (Int, Int, Int)?
      if let first, let last, let step, step >= 1, last >= first { range = (first, last, step) }
      return SchedulerTask(
        variable: variable, index: index, range: range,
        count: count ?? range.map { ($0.1 - $0.0) / $0.2 + 1 }, base: base, request: request)
    }
    if let index = try number("SLURM_ARRAY_TASK_ID") {
      self = task(
        "SLURM_ARRAY_TASK_ID", index, base: 0, count: try number("SLURM_ARRAY_TASK_COUNT"),
        first: try number("SLURM_ARRAY_TASK_MIN"), last: try number("SLURM_ARRAY_TASK_MAX"),
        step: try number("SLURM_ARRAY_TASK_STEP") ?? 1
      ) { "sbatch --array=0-\($0 - 1)" }
    } else if let index = try number("PBS_ARRAY_INDEX") {
      self = task("PBS_ARRAY_INDEX", index, base: 0) { "qsub -J 0-\($0 - 1)" }
    } else if let index = try number("PBS_ARRAYID") {
      self = task("PBS_ARRAYID", index, base: 0) { "qsub -t 0-\($0 - 1)" }
    } else if let index = try number("LSB_JOBINDEX"), index > 0 {
      // 0 is a job that is not an array.
      self = task(
        "LSB_JOBINDEX", index, base: 1, first: 1, last: try number("LSB_JOBINDEX_END"),
        step: try number("LSB_JOBINDEX_STEP") ?? 1
      ) { "bsub -J \"sweep[1-\($0)]\"" }
    } else if let index = try number("SGE_TASK_ID") {
      self = task(
        "SGE_TASK_ID", index, base: 1, first: try number("SGE_TASK_FIRST"), last: try number("SGE_TASK_LAST"),
        step: try number("SGE_TASK_STEPSIZE") ?? 1
      ) { "qsub -t 1-\($0)" }
    } else if let index = try number("OMPI_COMM_WORLD_RANK") {
      self = task("OMPI_COMM_WORLD_RANK", index, base: 0, count: try number("OMPI_COMM_WORLD_SIZE")) {
        "mpirun -n \($0)"
      }
    } else if let index = try number("PMI_RANK") {
      self = task("PMI_RANK", index, base: 0, count: try number("PMI_SIZE")) { "mpirun -n \($0)" }
    } else if let index = try number("PMIX_RANK") {
      // Only Slurm sets the number of tasks.
      let count = environment("SLURM_STEP_ID") == nil ? nil : try number("SLURM_NTASKS")
      self = task("PMIX_RANK", index, base: 0, count: count) { "srun -n \($0)" }
    } else if environment("SLURM_STEP_ID") != nil, let index = try number("SLURM_PROCID") {
      // Without a step it is the batch script, which has SLURM_PROCID too.
      self = task("SLURM_PROCID", index, base: 0, count: try number("SLURM_NTASKS")) { "srun -n \($0)" }
    } else {
      return nil
    }
  }

  private init(
    variable: String, index: Int, range: (first: Int, last: Int, step: Int)?, count: Int?, base: Int,
    request: @escaping (Int) -> String
  ) {
    (self.variable, self.index, self.range, self.count) = (variable, index, range, count)
    (self.base, self.request) = (base, request)
  }

  /// The part of this task.
  ///
  /// - Parameter given: the number of parts; nil for the number of tasks.
  /// - Throws: E1126.
  func shard(of given: Int?) throws -> Shard {
    guard let total = given ?? count else {
      throw Failure(
        "E1126", "\(variable) is set, but the number of tasks is unknown",
        help: "pass the number, such as --shard auto/8")
    }
    // A complete array: its first task has the first part, whatever its first index.
    if count == total, let whole = place(among: total), let shard = Shard(place: whole, of: total) {
      return shard
    }
    guard given != nil else {
      throw Failure(
        "E1126",
        "\(variable) is \(index), but the \(NumberText.counted(total, "task")) of the array are not numbered evenly",
        help:
          "pass the number of parts, for tasks numbered from \(base): --shard auto/8"
      )
    }
    // A resubmitted part of the array: tasks keep their numbers.
    if let shard = Shard(place: index - base, of: total) { return shard }
    throw Failure(
      "E1126",
      "\(variable) is \(index), but \(NumberText.counted(total, "part")) need tasks from \(base) to \(total - 1 + base)",
      help: "start the tasks with \(request(total))")
  }

  /// The position of this task in a complete array, from 0; nil if indices are missing.
  private func place(among total: Int) -> Int? {
    guard let range else { return index - base }
    guard range.step >= 1, (range.last - range.first) / range.step + 1 == total, index >= range.first,
      (index - range.first) % range.step == 0
    else { return nil }
    return (index - range.first) / range.step
  }
}
