import Foundation
import MocoTestSupport
import Testing

/// What calls itself through built-ins ends in an error.
@Suite struct DepthTests {
  @Test func nestedTrainingsEnd() throws {
    let session = librarySession()
    let program = """
      let c = clip_model({embedding: 8, context: 12, merges: 100
        text: {width: 8, layers: 1, heads: 2}
        vision: {image_size: 8, patch: 4, channels: 1, width: 8, layers: 1, heads: 2}}, seed: 1)
      let d = dataset(features: randn([6, 8], seed: 3), labels: [0, 1, 2, 0, 1, 2], classes: ["a", "b", "c"])
      let m = coop(c, classes: d.classes, tokens: 2)
      var depth = 0
      func again() {
        depth += 1
        train(m, on: d.train, for: 1 steps, each_step: e => again())
      }
      try { again() } catch e { print(depth, e.code, e.message) }
      // It was counted back.
      let run = train(m, on: d.train, for: 1 steps, each_step: e => train(m, on: d.train, for: 1 steps))
      print(run.steps)
      """
    #expect(
      printed(program, in: session) == "17 E0401 16 trainings are already nested in callbacks\n1\n")
  }

  @Test(arguments: [
    "func f(x) { map([x], f) }\nf(1)", "func f() { no_grad(f) }\nf()",
    "func f(x) { sorted([2, 1], by: f) }\nf(1)", "func f(x) { [f(y) for y in [x]] }\nf(1)",
  ])
  func nestedCallsEnd(_ program: String) throws {
    let result = try MocoProcess.run(["-e", program], in: NSTemporaryDirectory())
    #expect(result.status == 70 && result.errors.contains("E0401"), "\(result)")
  }

  @Test func aLongChainOfModulesEnds() throws {
    try RunningMoco.inFolder { folder in
      let count = 3000
      for i in 0..<count {
        try "use {x} from \"m\(i + 1).moco\"\n".write(
          toFile: folder + "/m\(i).moco", atomically: false, encoding: .utf8)
      }
      try "let x = 1\n".write(toFile: folder + "/m\(count).moco", atomically: false, encoding: .utf8)
      let result = try MocoProcess.run(["-e", "use {x} from \"m0.moco\"\nprint(x)"], in: folder)
      #expect(
        result.status == 0 || result.errors.contains("error["),
        "\(result.status) \(result.errors.prefix(500))")
    }
  }

  /// Gigabytes that a small file unpacks to are refused by its header.
  @Test func aPackedListIsAsLongAsItsHeaderSays() throws {
    try RunningMoco.inFolder { folder in
      let program = """
        let data = try { dataset("d") } catch e { print(e.code, e.message) }
        """
      let script = """
        import gzip, os
        os.mkdir("d")
        head = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2])
        with gzip.open("d/train-images-idx3-ubyte.gz", "wb", 1) as f:
          f.write(head)
          for i in range(300): f.write(bytes(1 << 20))
        with gzip.open("d/train-labels-idx1-ubyte.gz", "wb") as f:
          f.write(bytes([0, 0, 8, 1, 0, 0, 0, 2, 0, 1]))
        """
      try ChildProcess("/usr/bin/env", ["python3", "-c", script], folder: folder).wait()
      let result = try RunningMoco(program, ["--no-record", "--memory", "64MB"], in: folder).result()
      #expect(
        result.output
          == "E0502 d/train-images-idx3-ubyte.gz: its header says 2 × 2 × 2 bytes, but more follow\n",
        "\(result)")
    }
  }
}
