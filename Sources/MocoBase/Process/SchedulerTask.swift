/// Which task of an array, or which rank, a scheduler has made of this process, by the variables that it sets.
struct SchedulerTask: Equatable {
  /// The variable that holds the task's index.
  let variable: String
  /// The task's index, as the scheduler counts.
  let index: Int
  /// The first index, the last one, and what lies between two; nil where the scheduler does not say.
  private(set) var range: (first: Int, last: Int, step: Int)?
  /// How many tasks there are; nil where the scheduler does not say.
  private(set) var count: Int?
  /// The index of the first task of an array that is written without thinking.
  private let base: Int
  /// How an array of so many tasks is asked for.
  private let request: (_ count: Int) -> String

  static func == (left: SchedulerTask, right: SchedulerTask) -> Bool {
    left.variable == right.variable && left.index == right.index && left.count == right.count
  }

  /// What is looked at, in this order.
  static let variables = [
    "SLURM_ARRAY_TASK_ID", "PBS_ARRAY_INDEX", "PBS_ARRAYID", "LSB_JOBINDEX", "SGE_TASK_ID",
    "OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID",
  ]

  /// nil where no scheduler says anything.
  ///
  /// - Throws: E1126 where a variable holds no number.
  init?(_ environment: (String) -> String?) throws {
    func number(_ name: String) throws -> Int? {
      // Grid Engine sets its variables outside of arrays too.
      guard let text = environment(name), !text.isEmpty, text != "undefined" else { return nil }
      guard let number = Shard.whole(text[...]), number <= 1 << 40 else {
        throw Failure(
          "E1126", "\(name) is \"\(text)\", which is not a number of a task",
          help: "write the part, --shard 3/8, in the place of --shard auto")
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
      // Only Slurm says how many there are.
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
  /// - Parameter given: how many parts there are; nil for as many as there are tasks.
  /// - Throws: E1126.
  func shard(of given: Int?) throws -> Shard {
    guard let total = given ?? count else {
      throw Failure(
        "E1126", "\(variable) says which task this is, and nothing says how many there are",
        help: "write their number: --shard auto/8 where there are eight")
    }
    // An array that is whole: its first task has the first part, wherever it begins to count.
    if count == total, let whole = place(among: total), let shard = Shard(place: whole, of: total) {
      return shard
    }
    guard given != nil else {
      throw Failure(
        "E1126",
        "\(variable) is \(index), and the \(NumberText.counted(total, "task")) of the array are not counted evenly",
        help:
          "write the number of parts, which are then the tasks from \(base) on: --shard auto/8 where there are eight"
      )
    }
    // A part of the array, sent again: tasks keep the numbers that they had.
    if let shard = Shard(place: index - base, of: total) { return shard }
    throw Failure(
      "E1126",
      "\(variable) is \(index), and \(NumberText.counted(total, "part")) are the tasks from \(base) to \(total - 1 + base)",
      help: "start the tasks with \(request(total))")
  }

  /// Which task of a whole array this is, from 0; nil where indices are left out.
  private func place(among total: Int) -> Int? {
    guard let range else { return index - base }
    guard range.step >= 1, (range.last - range.first) / range.step + 1 == total, index >= range.first,
      (index - range.first) % range.step == 0
    else { return nil }
    return (index - range.first) / range.step
  }
}
