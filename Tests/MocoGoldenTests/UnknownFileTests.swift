import Foundation
import MocoBase
import MocoFormats
import MocoGolden
import MocoTensor
import MocoTestSupport
import Testing

/// Files of methods that nothing here knows are counted apart; files that cannot be read fail.
@Suite struct UnknownFileTests {
  private func tally(_ folder: String, _ prefixes: [String] = []) throws -> (GoldenTally, [GoldenLine]) {
    var tally = GoldenTally()
    let lines = try GoldenCatalog(root: folder).selected(by: prefixes).flatMap { $0.run() }
    for line in lines { tally.add(line) }
    return (tally, lines)
  }

  @Test func unknownIsNoFailure() throws {
    try Repository.inFolder { folder in
      try FileManager.default.copyItem(atPath: GoldenTests.root + "/tokenizer", toPath: folder + "/tokenizer")
      let known = try tally(folder).0
      #expect(
        known.passed > 0 && known.failed == 0 && known.unknown == 0 && known.status(isStrict: true) == 0)
      try SafetensorsWriter.write(
        path: folder + "/other-method.safetensors", tensors: [("x", try Tensor.zeros([2]), .f32)])
      try AtomicFile.write("{\"method\": \"other\"}", to: folder + "/other.json")
      try AtomicFile.write("some text", to: folder + "/notes.txt")
      try TorchWriter().write(.dict([("x", .int(1))]), to: folder + "/other.pt")
      let (found, lines) = try tally(folder)
      #expect(found.passed == known.passed && found.failed == 0 && found.unknown == 4)
      #expect(found.status(isStrict: false) == 0 && found.status(isStrict: true) == 1)
      #expect(found.description == "\(known.passed) passed, 0 failed, 4 unknown")
      for line in lines where !line.isKnown {
        #expect(line.description.hasSuffix("unknown") && !line.isRight && !line.hasFailed)
      }
      // Nothing was compared.
      #expect(try tally(folder, ["other"]).0.status(isStrict: false) == 1)
    }
  }

  @Test(arguments: ["broken.safetensors", "broken.json"])
  func whatCannotBeReadFails(_ name: String) throws {
    try Repository.inFolder { folder in
      try FileManager.default.copyItem(atPath: GoldenTests.root + "/tokenizer", toPath: folder + "/tokenizer")
      try AtomicFile.write("{\"a\": ", to: "\(folder)/\(name)")
      let (found, lines) = try tally(folder)
      #expect(found.failed == 1 && found.unknown == 0 && found.status(isStrict: false) == 1)
      #expect(lines.contains { $0.hasFailed && $0.name.hasPrefix(name) && $0.description.hasSuffix("FAIL") })
    }
  }

  @Test func strictIsAnOption() throws {
    #expect(try GoldenOptions(["--strict", "DIR"]).isStrict)
    #expect(try GoldenOptions(["DIR", "--only", "a", "--strict"]).prefixes == ["a"])
    #expect(try !GoldenOptions(["DIR"]).isStrict)
  }
}
