import MocoAutograd
import MocoCLIP
import MocoTensor
import Testing

/// Numbers of public implementations, from files of theirs. Every tensor's gradient is compared by the
/// program
/// `golden`, the towers' own tests compare gradients with finite differences; here whole models are.
@Suite struct ClipGoldenTests {
  private func check(
    _ weights: String, _ expected: String, tolerance: Double, activation: Activation, heads: (Int, Int)
  ) throws {
    let model = try CLIPModel.load(path: Fixtures.golden + "/clip/" + weights)
    #expect(model.config.activation == activation)
    #expect(model.config.vision.heads == heads.0 && model.config.text.heads == heads.1)
    let file = try SafetensorsFile(path: Fixtures.golden + "/clip/" + expected)
    let ids = try file.tensor("input_ids")
    let values = try ids.toInts()
    let prompts = (0..<ids.shape[0]).map { row in
      let line = values[row * ids.shape[1]..<(row + 1) * ids.shape[1]]
      let end = line.firstIndex(of: model.config.endToken) ?? line.endIndex - 1
      return line[...end].map { PromptKey.token($0) }
    }
    let text = try model.encodeText(prompts, soft: nil)
    let image = try model.encodeImageFrozen(file.tensor("pixel_values"))
    func compare(_ name: String, _ value: Tensor) throws {
      guard file.contains(name) else { return }
      let right = try file.tensor(name)
      #expect(value.shape == right.shape)
      let error =
        zip(try value.toFloats(), try right.toFloats()).map { abs(Double($0) - Double($1)) }.max() ?? 0
      #expect(error <= tolerance, "\(name): \(error)")
    }
    try compare("text_features", text.value)
    try compare("image_features", image)
    try compare("text_embeds", F.normalize(text).value)
    try compare("image_embeds", F.normalize(Variable(image)).value)
  }

  @Test func huggingFace() throws {
    try check(
      "hf-quickgelu", "hf-quickgelu/expected.safetensors", tolerance: 1e-5, activation: .quickGelu,
      heads: (3, 2))
  }

  @Test func openCLIP() throws {
    try check(
      "open-clip-gelu", "open-clip-gelu/expected.safetensors", tolerance: 1e-5, activation: .gelu,
      heads: (2, 2))
  }

  @Test func halfPrecision() throws {
    try check(
      "openai-vit/model-fp16.safetensors", "openai-vit/expected.safetensors", tolerance: 5e-3,
      activation: .quickGelu,
      heads: (2, 2))
  }
}
