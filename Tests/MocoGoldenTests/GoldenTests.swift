import Foundation
import MocoCLIP
import MocoFormats
import MocoGolden
import MocoMethods
import MocoTensor
import MocoTestSupport
import MocoTraining
import Testing

/// moco against the numbers of public implementations in Tests/Fixtures/golden, as `scripts/golden` compares
/// them.
@Suite struct GoldenTests {
  static let root = Repository.fixture("golden")

  @Test(
    arguments: [
      ("tokenizer", 1), ("clip/hf-quickgelu", 100), ("clip/open-clip-gelu", 2),
      ("clip/openai-vit/model-fp16", 3),
      ("clip/openai-vit/coop-model", 4),
      ("methods/linear_probe", 29), ("methods/kgcoop", 20), ("methods/tip_adapter", 7),
      ("methods/tip_adapter_f", 9), ("mixture/base", 20), ("mixture/suffix", 20),
      ("optim", 8),
      ("preprocess", 90),
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

  /// The reference's model in the containers that PyTorch writes; its own archive is too large to keep here.
  @Test func archivesOfPyTorchAgree() throws {
    try Repository.inFolder { folder in
      let source = Self.root + "/clip/openai-vit/"
      for name in ["expected.safetensors", "model-fp16.safetensors"] {
        try FileManager.default.copyItem(atPath: source + name, toPath: "\(folder)/\(name)")
      }
      let file = try SafetensorsFile(path: source + "model-fp16.safetensors")
      let tensors = try file.entries.map {
        ($0.name, TorchWriter.Value.tensor(try file.tensor($0.name), $0.type))
      }
      var writer = TorchWriter()
      writer.folder = "ViT"
      try writer.write(TorchWriter.scripted(tensors), to: folder + "/model-fp16.pt")
      writer.isDeflated = true
      try writer.write(
        .dict([("epoch", .int(3)), ("state_dict", .dict(tensors.map { ("module." + $0, $1) }))]),
        to: folder + "/model-fp16.bin")
      let lines = try GoldenCatalog(root: folder).checks.flatMap { $0.run() }
      for line in lines { #expect(line.isRight, "\(line)") }
      // Parameters, two features and logits of each archive, and the latter of the safetensors file.
      #expect(lines.count == 11)

      // A number that is wrong is found.
      var wrong = tensors
      let bias = try #require(file.entry("ln_final.bias"))
      wrong.removeAll { $0.0 == bias.name }
      wrong.append((bias.name, .tensor(try Tensor.full(bias.shape, 0.5), bias.type)))
      try writer.write(.dict(wrong), to: folder + "/model-fp16.bin")
      let found = try GoldenCatalog(root: folder).selected(by: ["model-fp16.bin"]).flatMap { $0.run() }
      #expect(found.contains { $0.name.hasSuffix("parameters") && !$0.isRight })
    }
  }

  /// The parameters that the authors' program trained, in a checkpoint as it writes them, give its logits.
  @Test(arguments: ["base", "suffix"])
  func checkpointsOfTheAuthorsAnswerAsTheirs(_ name: String) throws {
    let golden = try GoldenMixtureFile(path: Self.root + "/mixture/\(name).safetensors")
    let mixture = try golden.mixture(golden.model(tokenizerDirectory: Repository.tokenizer))
    let tag = "after5."
    let state = try golden.file.entries.filter { $0.name.hasPrefix(tag) }.map {
      (
        String($0.name.dropFirst(tag.count)),
        TorchWriter.Value.tensor(try golden.file.tensor($0.name), $0.type)
      )
    }
    let derived = TorchWriter.Value.tensor(try Tensor([1, 2], shape: [2]), .f32)
    let restored = try Repository.inFolder { folder in
      try TorchWriter().write(
        .dict([
          ("state_dict", .dict(state + [("prompt_learner.class_text_features", derived)])),
          ("epoch", .int(5)),
        ]), to: folder + "/model.pth.tar-5")
      return try Checkpoint.restore(path: folder + "/model.pth.tar-5", model: mixture)
    }
    #expect(restored.loaded.count == mixture.parameters.count && restored.epoch == 5)
    let images = ImageInput.pixels(try golden.file.tensor("eval.images"))
    #expect(try golden.difference(mixture.logits(images, classes: .base), "eval.logits") < 1e-3)
    if golden.file.contains("eval_new.logits") {
      #expect(try golden.difference(mixture.logits(images, classes: .new), "eval_new.logits") < 1e-3)
    }
  }

  @Test func whatNobodyKnowsIsNotRight() throws {
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
