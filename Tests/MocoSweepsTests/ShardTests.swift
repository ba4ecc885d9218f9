import MocoBase
import MocoSweeps
import Testing

/// Which part of the work a process has, by what a scheduler's variables say.
@Suite struct ShardTests {
  /// The part, how it was found, or the error with its help.
  private func shard(_ text: String, _ variables: [String: String] = [:]) -> String {
    do {
      let found = try ShardChoice(text).shard { variables[$0] }
      return found.origin.map { "\(found.shard) (\($0))" } ?? "\(found.shard)"
    } catch let error as Failure {
      return "\(error.code) \(error.message); \(error.help ?? "")"
    } catch { return "\(error)" }
  }

  private func slurm(
    _ id: String, _ count: String, _ from: String, _ to: String, _ step: String = "1"
  )
    -> [String: String]
  {
    [
      "SLURM_ARRAY_TASK_ID": id, "SLURM_ARRAY_TASK_COUNT": count, "SLURM_ARRAY_TASK_MIN": from,
      "SLURM_ARRAY_TASK_MAX": to, "SLURM_ARRAY_TASK_STEP": step, "SLURM_PROCID": "0",
    ]
  }

  @Test func partsAreCountedFromZero() throws {
    #expect(shard("3/8") == "3/8" && shard("7/8") == "7/8" && shard("0/1") == "0/1")
    for text in [
      "3", "3/", "/8", "-1/8", "+3/8", "03/8", "3/8/9", "a/b", "", "auto/", "auto/0", "Auto",
      "1/99999999999999999999",
    ] {
      #expect(
        shard(text).hasPrefix("E1108 \"\(text)\" is not a shard; write 0/8 for the first of eight"), "\(text)"
      )
    }
    #expect(
      shard("8/8") == "E1108 shard 8 of 8 does not exist; use 0/8 to 7/8; shards are numbered from 0")
    #expect(shard("3/0").hasPrefix("E1108 shard 3 of 0 does not exist; use at least 1 shard"))
    #expect(try Shard("1/3").places(of: 8) == [1, 4, 7] && Shard("2/3").places(of: 2) == [])
    let all = try (0..<5).flatMap { try Shard($0, of: 5).places(of: 12) }
    #expect(all.sorted() == Array(0..<12))
    #expect((0..<12).filter(try Shard("1/5").contains) == [1, 6, 11])
  }

  @Test func slurmArrays() {
    #expect(shard("auto", slurm("2", "8", "0", "7")) == "2/8 (SLURM_ARRAY_TASK_ID is 2)")
    #expect(shard("auto", slurm("1", "8", "1", "8")).hasPrefix("0/8"))
    #expect(shard("auto", slurm("12", "8", "8", "15")).hasPrefix("4/8"))
    #expect(shard("auto", slurm("4", "4", "0", "6", "2")).hasPrefix("2/4"))
    #expect(shard("auto", slurm("5", "4", "0", "6", "2")).hasPrefix("E1126"))
    // The whole array, with the number of parts.
    #expect(shard("auto/8", slurm("8", "8", "1", "8")).hasPrefix("7/8"))
    // A part of the array sent again has the numbers that it had.
    #expect(shard("auto/8", slurm("3", "1", "3", "3")).hasPrefix("3/8"))
    #expect(shard("auto/8", slurm("7", "3", "2", "7")).hasPrefix("7/8"))
    #expect(shard("auto/8", slurm("2", "3", "2", "7")).hasPrefix("2/8"))
    #expect(
      shard("auto", slurm("7", "3", "3", "8"))
        == "E1126 SLURM_ARRAY_TASK_ID is 7, but the 3 tasks of the array are not numbered evenly; pass the number of parts, for tasks numbered from 0: --shard auto/8"
    )
    #expect(
      shard("auto/8", slurm("8", "1", "8", "8"))
        == "E1126 SLURM_ARRAY_TASK_ID is 8, but 8 parts need tasks from 0 to 7; start the tasks with sbatch --array=0-7"
    )
    // A job that is not an array.
    #expect(
      shard("auto", ["SLURM_JOB_ID": "5", "SLURM_PROCID": "0", "SLURM_NTASKS": "1"]).hasPrefix("E1126"))
  }

  @Test func otherSchedulers() {
    #expect(shard("auto/4", ["PBS_ARRAY_INDEX": "0"]) == "0/4 (PBS_ARRAY_INDEX is 0)")
    #expect(shard("auto/4", ["PBS_ARRAYID": "3"]).hasPrefix("3/4"))
    #expect(
      shard("auto", ["PBS_ARRAY_INDEX": "2"])
        == "E1126 PBS_ARRAY_INDEX is set, but the number of tasks is unknown; pass the number, such as --shard auto/8"
    )
    #expect(
      shard("auto/4", ["PBS_ARRAY_INDEX": "4"])
        == "E1126 PBS_ARRAY_INDEX is 4, but 4 parts need tasks from 0 to 3; start the tasks with qsub -J 0-3"
    )

    #expect(
      shard("auto", ["LSB_JOBINDEX": "3", "LSB_JOBINDEX_END": "8", "LSB_JOBINDEX_STEP": "1"]).hasPrefix("2/8")
    )
    #expect(
      shard("auto", ["LSB_JOBINDEX": "3", "LSB_JOBINDEX_END": "7", "LSB_JOBINDEX_STEP": "2"]).hasPrefix("1/4")
    )
    #expect(shard("auto/8", ["LSB_JOBINDEX": "8"]).hasPrefix("7/8"))
    #expect(shard("auto", ["LSB_JOBINDEX": "0"]).hasPrefix("E1126"))

    let engine = ["SGE_TASK_FIRST": "1", "SGE_TASK_LAST": "8", "SGE_TASK_STEPSIZE": "1"]
    #expect(shard("auto", engine.merging(["SGE_TASK_ID": "8"]) { $1 }) == "7/8 (SGE_TASK_ID is 8)")
    #expect(
      shard(
        "auto", ["SGE_TASK_ID": "9", "SGE_TASK_FIRST": "5", "SGE_TASK_LAST": "9", "SGE_TASK_STEPSIZE": "2"]
      )
      .hasPrefix("2/3"))
    // Grid Engine outside of an array.
    let outside = [
      "SGE_TASK_ID": "undefined", "SGE_TASK_FIRST": "undefined", "SGE_TASK_LAST": "undefined",
      "SGE_TASK_STEPSIZE": "undefined",
    ]
    #expect(shard("auto", outside).hasPrefix("E1126"))
    #expect(
      shard("auto", outside.merging(["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2"]) { $1 })
        .hasPrefix("1/2"))
  }

  @Test func ranks() {
    #expect(
      shard("auto", ["OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "4"])
        == "3/4 (OMPI_COMM_WORLD_RANK is 3)")
    #expect(shard("auto", ["PMI_RANK": "0", "PMI_SIZE": "2"]).hasPrefix("0/2"))
    let step = ["SLURM_STEP_ID": "0", "SLURM_NTASKS": "4"]
    #expect(shard("auto", step.merging(["PMIX_RANK": "2"]) { $1 }).hasPrefix("2/4"))
    #expect(shard("auto", step.merging(["SLURM_PROCID": "2"]) { $1 }) == "2/4 (SLURM_PROCID is 2)")
    #expect(shard("auto", ["PMIX_RANK": "2"]).hasPrefix("E1126"))
    // The array goes before the ranks of its tasks.
    #expect(
      shard("auto", slurm("2", "8", "0", "7").merging(["SLURM_STEP_ID": "0", "SLURM_NTASKS": "4"]) { $1 })
        .hasPrefix("2/8"))
  }

  @Test func whatIsNoNumberIsNamed() {
    #expect(
      shard("auto", ["SLURM_ARRAY_TASK_ID": "x"])
        == "E1126 SLURM_ARRAY_TASK_ID is \"x\", which is not a task number; pass the part, such as --shard 3/8, instead of --shard auto"
    )
    for text in ["-1", "1.5", "99999999999999999999", "9223372036854775807", " 1"] {
      #expect(shard("auto", ["PBS_ARRAY_INDEX": text]).hasPrefix("E1126"), "\(text)")
    }
    #expect(shard("auto", slurm("5", "8", "9223372036854775807", "0")).hasPrefix("E1126"))
    #expect(shard("auto", slurm("0", "8", "0", "7", "0")).hasPrefix("0/8"))
    #expect(shard("auto", ["SLURM_ARRAY_TASK_ID": ""]).hasPrefix("E1126"))
    let nothing = shard("auto")
    for name in [
      "SLURM_ARRAY_TASK_ID", "PBS_ARRAY_INDEX", "LSB_JOBINDEX", "SGE_TASK_ID", "OMPI_COMM_WORLD_RANK",
    ] {
      #expect(nothing.contains(name), "\(nothing)")
    }
  }

  /// A job that is started again has no earlier processes any more, on whatever machine they were.
  @Test func anEarlierStartOfTheJobIsGone() {
    #expect(SchedulerJob.isEarlierStart("slurm 12_3", 0, of: "slurm 12_3", 1))
    #expect(!SchedulerJob.isEarlierStart("slurm 12_3", 1, of: "slurm 12_3", 1))
    #expect(!SchedulerJob.isEarlierStart("slurm 12_4", 0, of: "slurm 12_3", 1))
    #expect(!SchedulerJob.isEarlierStart("", 0, of: "", 1))
  }
}
