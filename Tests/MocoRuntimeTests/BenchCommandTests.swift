import Testing

/// `moco bench` from a shell.
@Suite struct BenchCommandTests {
  @Test func printsLines() throws {
    let folder = try MocoProcess.temporaryFolder()
    let result = try MocoProcess.run(
      ["bench", "text-step", "--model", "tiny", "--classes", "4", "--repeat", "1", "--threads", "1"],
      in: folder)
    #expect(result.status == 0, "\(result.errors)")
    let names = result.output.split(separator: "\n").map { $0.prefix { $0 != ":" } }
    #expect(names.starts(with: ["bench", "threads", "kernels", "products", "blas", "processor", "model"]))
    #expect(names.contains("trie_nodes") && names.contains("sgemm_share") && names.contains("peak_memory_mb"))
    #expect(result.output.contains("\nthreads: 1\n"))
  }

  @Test func wrongUseIsSaid() throws {
    let folder = try MocoProcess.temporaryFolder()
    func status(_ arguments: String...) throws -> Int32 {
      try MocoProcess.run(["bench"] + arguments, in: folder).status
    }
    #expect(try status("no-such-bench") == 64)
    #expect(try status("text-step", "--budget", "much") == 64)
    #expect(try status("text-step", "--memory", "2GB") == 64)
    #expect(try status("text-step", "--set", "a=1") == 64)
    #expect(try status("text-step", "--threads", "0") == 64)
    let unknown = try MocoProcess.run(["bench", "text-step", "--model", "vit-b-61"], in: folder)
    #expect(unknown.status == 70 && unknown.errors.contains("E0706") && unknown.errors.contains("vit-b-16"))
  }
}
