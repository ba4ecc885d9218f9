import Foundation
import Testing

/// Some thousands of programs and files by chance, and those that once found something, in a process of their
/// own. `scripts/fuzz` runs as many as one likes.
@Suite struct FuzzTests {
  private func fuzz(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let program = URL(fileURLWithPath: MocoProcess.executable).deletingLastPathComponent()
      .appendingPathComponent("fuzz")
    let result = try MocoProcess.run(arguments, in: folder, program: program.path)
    return (result.status, result.output + result.errors)
  }

  @Test func nothingEndsTheProcess() throws {
    let result = try fuzz(["3000"])
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("3000 programs and files"))
  }

  @Test func signalsAtAnyMoment() throws {
    let result = try fuzz(["--signals", "40"])
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("40 programs with signals, 0 findings"))
  }

  @Test func whatOnceFoundSomething() throws {
    let seeds = MocoProcess.root + "/Tests/Fuzz/Seeds"
    let result = try fuzz(["--files", seeds])
    #expect(result.status == 0, "\(result.output)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: seeds).count
        == result.output.split(separator: "\n").count)
  }
}
