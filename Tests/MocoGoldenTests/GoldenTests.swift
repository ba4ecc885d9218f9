import Foundation
import MocoCLIP
import MocoGolden
import MocoTensor
import MocoTestSupport
import Testing

/// moco against the numbers of public implementations in Tests/Fixtures/golden, as `scripts/golden` compares them.
@Suite struct GoldenTests {
  static let root = Repository.fixture("golden")

  @Test(
    arguments: [
      ("tokenizer", 1), ("clip/hf-quickgelu", 100), ("clip/open-clip-gelu", 2), ("clip/openai-vit", 3),
      ("mixture/base", 20), ("mixture/suffix", 20), ("optim", 8), ("preprocess", 90),
    ])
  func agrees(_ prefix: String, atLeast count: Int) throws {
    let lines = try GoldenCatalog(root: Self.root).selected(by: [prefix]).flatMap { $0.run() }
    for line in lines { #expect(line.isRight, "\(line)") }
    #expect(lines.count >= count)
  }

  /// The decoder and the resampling are the reference's own: closer than the tolerance asks.
  @Test func imagesAgreeToTheBit() throws {
    let lines = try GoldenCatalog(root: Self.root).selected(by: ["preprocess"]).flatMap { $0.run() }
    for line in lines where !line.name.contains(".jpg") { #expect(line.error ?? 1 <= 2e-6, "\(line)") }
  }

  @Test func whatNobodyKnowsFails() throws {
    try Repository.inFolder { folder in
      try Data("hello".utf8).write(to: URL(fileURLWithPath: folder + "/strange.bin"))
      try Data("{".utf8).write(to: URL(fileURLWithPath: folder + "/broken.json"))
      try Data(count: 5).write(to: URL(fileURLWithPath: folder + "/short.safetensors"))
      let lines = try GoldenCatalog(root: folder).checks.flatMap { $0.run() }
      #expect(lines.count == 3)
      #expect(lines.allSatisfy { !$0.isRight })
    }
  }

  /// A number that is wrong is found.
  @Test func wrongNumbersFail() throws {
    try Repository.inFolder { folder in
      let file = try SafetensorsFile(path: Self.root + "/optim/expected.safetensors")
      let rates = try #require(file.names.first { $0.hasPrefix("lr.") })
      var values = try file.tensor(rates).toFloats()
      values[values.count - 1] += 1e-4
      let wrong = try Tensor(values, shape: [values.count])
      try SafetensorsWriter.write(path: folder + "/rates.safetensors", tensors: [(rates, wrong, .f32)])
      let lines = try GoldenCatalog(root: folder).checks.flatMap { $0.run() }
      #expect(lines.count == 1)
      #expect(lines.allSatisfy { !$0.isRight })
    }
  }
}
