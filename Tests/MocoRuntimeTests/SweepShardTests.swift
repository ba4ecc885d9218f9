import Foundation
import MocoSweeps
import MocoTestSupport
import Testing

/// Parts of a sweep, and its batch script, as a person uses them; `scripts/test-slurm` has a real cluster.
@Suite struct SweepShardTests {
  private static let program = """
    let shots = over([1, 2, 4, 8, 16])
    print(args)
    result({accuracy: shots})
    """

  /// Runs `moco sweep` in a folder with the program, with no scheduler's variables but these.
  private func sweep(
    _ folder: String, _ arguments: [String], _ variables: [String: String] = [:]
  ) throws -> MocoProcess.Result {
    var environment = variables
    for name in [
      "SLURM_ARRAY_TASK_ID", "PBS_ARRAY_INDEX", "LSB_JOBINDEX", "SGE_TASK_ID", "OMPI_COMM_WORLD_RANK",
    ]
    where environment[name] == nil {
      environment[name] = ""
    }
    let path = folder + "/a.moco"
    try Self.program.write(toFile: path, atomically: true, encoding: .utf8)
    return try MocoProcess.run(["sweep"] + arguments, in: folder, environment: environment)
  }

  private func states(_ folder: String) throws -> [String] {
    try SweepFolder(folder + "/runs/a").runs().map(\.state.rawValue)
  }

  @Test func partsMakeTheWhole() throws {
    try Repository.inFolder { folder in
      let first = try sweep(folder, ["a.moco", "--shard", "1/3"])
      #expect(first.status == 0 && first.output.contains("2 finished"), "\(first)")
      #expect(try states(folder) == ["missing", "finished", "missing", "missing", "finished"])
      let second = try sweep(
        folder, ["a.moco", "--shard", "auto"],
        [
          "SLURM_ARRAY_TASK_ID": "12", "SLURM_ARRAY_TASK_MIN": "10", "SLURM_ARRAY_TASK_MAX": "12",
          "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_JOB_ID": "77",
        ])
      #expect(
        second.errors.contains("shard 2/3, since SLURM_ARRAY_TASK_ID is 12: 1 of 5 points"), "\(second)")
      let third = try sweep(folder, ["a.moco", "--shard", "auto/3", "--quiet"], ["PBS_ARRAY_INDEX": "0"])
      #expect(third.status == 0 && third.errors == "", "\(third)")
      #expect(try states(folder) == Array(repeating: "finished", count: 5))
      // More parts than points: some have nothing to do.
      #expect(try sweep(folder, ["a.moco", "--shard", "7/8"]).status == 0)
    }
  }

  @Test func whatIsNoPartMakesNoFolder() throws {
    try Repository.inFolder { folder in
      for (text, variables, words) in [
        ("5/5", [:], "shard 5 of 5 does not exist"), ("x", [:], "is not a shard"),
        ("auto", [:], "none of SLURM_ARRAY_TASK_ID"),
        ("auto", ["SGE_TASK_ID": "undefined"], "none of SLURM_ARRAY_TASK_ID"),
        ("auto/2", ["PBS_ARRAY_INDEX": "2"], "2 parts need tasks from 0 to 1"),
      ] as [(String, [String: String], String)] {
        let result = try sweep(folder, ["a.moco", "--shard", text], variables)
        #expect(result.status == 64 && result.errors.contains(words), "\(result)")
      }
      for options in [["--slurm", "mem=$M"], ["--slurm", "x=1", "--tasks", "0"]] {
        #expect(try sweep(folder, ["a.moco"] + options).errors.contains("E1127"))
      }
      for options in [
        ["--tasks", "3"], ["--slurm", "x=1", "--shard", "0/2"], ["--submit", "--status"],
        ["--slurm", "x=1", "--dry-run"],
      ] {
        #expect(try sweep(folder, ["a.moco"] + options).status == 64)
      }
      #expect(!FileManager.default.fileExists(atPath: folder + "/runs"))
    }
  }

  @Test func theScriptIsWrittenWithoutACluster() throws {
    try Repository.inFolder { folder in
      let none = ["PATH": "/none"]
      let line = [
        "a.moco", "--over", "rate x=1", "--slurm", "time=1:00:00", "--slurm", "mem=1G", "--tasks", "2%1",
        "--", "one two", "--submit",
      ]
      // `rate x` is not a setting.
      #expect(try sweep(folder, line, none).status == 64)
      let written = try sweep(folder, line.filter { $0 != "--over" && $0 != "rate x=1" }, none)
      #expect(
        written.output == "runs/a/sweep.sbatch: 5 points in 2 tasks\nsbatch runs/a/sweep.sbatch\n",
        "\(written)")
      let script = try String(contentsOfFile: folder + "/runs/a/sweep.sbatch", encoding: .utf8)
      #expect(script.contains("1001 was assumed") && script.contains("#SBATCH --array=0-1%1\n"))
      #expect(script.contains("#SBATCH --time=1:00:00\n#SBATCH --mem=1G\n"))
      #expect(
        script.contains(
          " sweep a.moco --threads \"${SLURM_CPUS_PER_TASK:-1}\" --shard auto/2 -- 'one two' --submit\n"),
        "\(script)")
      let sent = try sweep(folder, ["a.moco", "--submit", "--", "one two", "--submit"], none)
      #expect(
        sent.status == 70 && sent.errors.contains("E1128") && sent.errors.contains("sbatch was not found"),
        "\(sent)")

      // The shell runs it as one of its tasks, without Slurm's programs.
      let task = try MocoProcess.run(
        ["runs/a/sweep.sbatch"], in: folder,
        environment: ["SLURM_ARRAY_TASK_ID": "1", "SLURM_CPUS_PER_TASK": "2"],
        program: "/bin/bash")
      #expect(task.status == 0 && task.output.contains("2 finished"), "\(task)")
      let other = try MocoProcess.run(
        ["runs/a/sweep.sbatch"], in: folder, environment: ["SLURM_ARRAY_TASK_ID": "0"], program: "/bin/bash")
      #expect(other.output.contains("3 finished"), "\(other)")
      #expect(try states(folder) == Array(repeating: "finished", count: 5))
      let point = try SweepFolder(folder + "/runs/a").runs()[0].name
      #expect(
        try String(contentsOfFile: "\(folder)/runs/a/\(point)/stdout.txt", encoding: .utf8)
          == "[\"one two\", \"--submit\"]\n")
    }
  }
}
