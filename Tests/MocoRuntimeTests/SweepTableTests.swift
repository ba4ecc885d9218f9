import Foundation
import MocoBase
import MocoTraining
import Testing

/// From a program with `over` to its table, by the programs that users have.
@Suite struct SweepTableTests {
  private static let program = """
    let method = over(["a", "b"])
    let shots = over([1, 2])
    let seed = over(1...2)
    let rate = 0.5
    log(1, {loss: rate})
    result({accuracy: (if method == "a" { 0.25 } else { 0.5 }) + shots / 8 + seed / 64})
    """

  @Test func aSweepBecomesATable() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try AtomicFile.write(Self.program, to: folder + "/few.moco")
    let sweep = try MocoProcess.run(["sweep", "few.moco", "--quiet", "--tensorboard", "tb"], in: folder)
    #expect(sweep.status == 0, "\(sweep.errors)")
    let arguments = [
      "table", "few.moco", "--rows", "method", "--columns", "shots", "--value", "accuracy", "--format", "csv",
    ]
    let table = try MocoProcess.run(arguments, in: folder)
    #expect(
      table.output
        == "method,1,1 deviation,2,2 deviation\r\na,0.3984375,0.0078125,0.5234375,0.0078125\r\nb,0.6484375,0.0078125,0.7734375,0.0078125\r\n",
      "\(table.errors)")
    // A folder of events for each run.
    let runs = try FileSystem.list(folder + "/tb")
    #expect(runs.count == 8)
    for run in runs { #expect(try FileSystem.list("\(folder)/tb/\(run)").count == 1) }
    #expect(try FileSystem.list(folder + "/runs/few").filter { $0.hasPrefix("a-") }.allSatisfy(runs.contains))
    // What was changed is another program; the folder still has the old runs.
    try AtomicFile.write(Self.program + "\nprint(1)\n", to: folder + "/few.moco")
    let changed = try MocoProcess.run(arguments, in: folder)
    #expect(changed.status == 70 && changed.errors.contains("E1113"), "\(changed.errors)")
    let old = try MocoProcess.run(["table", "runs/few"] + arguments.dropFirst(2), in: folder)
    #expect(old.output == table.output)
    // Another literal is a setting, and no other program.
    try AtomicFile.write(
      Self.program.replacingOccurrences(of: "rate = 0.5", with: "rate = 0.25"), to: folder + "/few.moco")
    #expect(try MocoProcess.run(arguments, in: folder).output == table.output)
  }
}
