import Foundation
import MocoAutograd
import MocoBase
import MocoCLIP
import MocoFormats
import MocoGolden
import MocoTensor
import MocoTestSupport
import Testing

/// The first step of published methods that learn prompts, written with the towers alone, against the numbers of the
/// authors' programs: files of Tests/Fixtures/golden/methods, or of the folder that MOCO_GOLDEN_METHODS names.
@Suite struct PromptMethodTests {
  private static let folder =
    ProcessInfo.processInfo.environment["MOCO_GOLDEN_METHODS"] ?? Repository.fixture("golden") + "/methods"

  private static let files = [
    "coop", "coop_csc", "coop_middle", "coop_front", "cocoop", "kgcoop", "vpt_deep", "ivlp", "maple",
    "promptsrc",
  ].filter { FileSystem.kind("\(folder)/\($0).safetensors") == .file }

  @Test(arguments: files) func theFirstStepAgrees(_ name: String) throws {
    let method = try PromptMethod(name, path: "\(Self.folder)/\(name).safetensors")
    for memory in [1 << 30, 1] { try method.check(memory: memory) }
  }
}

/// One file.
private struct PromptMethod {
  let name: String
  let file: SafetensorsFile
  let clip: CLIPModel
  let classes: [String]
  private(set) var parameters: [String: Variable] = [:]

  init(_ name: String, path: String) throws {
    self.name = name
    file = try SafetensorsFile(path: path)
    clip = try GoldenModel.clip(file, tokenizerDirectory: Repository.tokenizer)
    let all = try Json.parse(file.metadata("classes") ?? "null").arrayValue ?? []
    let count = try #require(file.metadata("n_base").flatMap { Int($0) })
    classes = all.compactMap(\.stringValue).prefix(count).map { $0.replacingOccurrences(of: "_", with: " ") }
    for tensor in file.names where tensor.hasPrefix("init.") {
      parameters[String(tensor.dropFirst(5))] = Variable(try file.tensor(tensor), requiresGrad: true)
    }
  }

  private func parameter(_ name: String) throws -> Variable { try #require(parameters[name], "\(name)") }

  /// What stands before block 1, 2, … as long as the file has it.
  private func series(from first: Int = 1, _ name: (Int) -> String) -> [Variable] {
    var list: [Variable] = []
    while let next = parameters[name(first + list.count)] { list.append(next) }
    return list
  }

  private var imagePrompts: VisionPrompts? {
    get throws {
      if let rows = parameters["image_encoder.VPT"] {
        return VisionPrompts(rows, deep: series { "image_encoder.transformer.resblocks.\($0).VPT_shallow" })
      }
      guard let weight = parameters["prompt_learner.proj.weight"] else { return nil }
      let rows = try F.linear(parameter("prompt_learner.ctx"), weight, parameter("prompt_learner.proj.bias"))
      let texts = series(from: 0) { "prompt_learner.compound_prompts_text.\($0)" }
      let deep = try texts.enumerated().map { place, rows in
        let tag = "prompt_learner.compound_prompt_projections.\(place)"
        return try F.linear(rows, parameter(tag + ".weight"), parameter(tag + ".bias"))
      }
      return VisionPrompts(rows, deep: deep)
    }
  }

  /// The prompts of the classes, or of every image with every class. Shape: result [S, D].
  private func texts(_ v: Variable, memory: Int) throws -> Variable {
    func encode(_ prompts: [[PromptPiece]]) throws -> Variable {
      try clip.encodePrompts(prompts.map { .pieces($0) }, memory: memory)
    }
    guard let ctx = parameters["prompt_learner.ctx"] else {
      let template = file.metadata("template") ?? "a photo of a {}."
      return try clip.encodeTexts(classes.map { template.replacingOccurrences(of: "{}", with: $0) })
    }
    let n = ctx.shape[ctx.shape.count - 2]
    func soft(_ rows: Variable, _ from: Int, _ to: Int) throws -> PromptPiece {
      .soft(SoftPiece(try F.slice(rows, axis: 0, from: from, to: to)))
    }
    switch name {
    case "coop_csc":
      return try encode(
        classes.enumerated().map { place, name -> [PromptPiece] in
          let own = try F.reshape(
            F.slice(ctx, axis: 0, from: place, to: place + 1), Array(ctx.shape.dropFirst()))
          return [.soft(SoftPiece(own)), .text(name), .text(".")]
        })
    case "coop_middle":
      let halves = try (soft(ctx, 0, n / 2), soft(ctx, n / 2, n))
      return try encode(
        classes.map { name -> [PromptPiece] in [halves.0, .text(name), halves.1, .text(".")] })
    case "coop_front":
      return try encode(
        classes.map { name -> [PromptPiece] in [.text(name), .soft(SoftPiece(ctx)), .text(".")] })
    case "cocoop":
      let net = "prompt_learner.meta_net."
      let hidden = try F.relu(F.linear(v, parameter(net + "linear1.weight"), parameter(net + "linear1.bias")))
      let shift = try F.linear(hidden, parameter(net + "linear2.weight"), parameter(net + "linear2.bias"))
      return try encode(
        (0..<v.shape[0]).flatMap { image -> [[PromptPiece]] in
          let own = try F.add(ctx, F.slice(shift, axis: 0, from: image, to: image + 1))
          return classes.map { name -> [PromptPiece] in [.soft(SoftPiece(own)), .text(name), .text(".")] }
        })
    default:
      var deep = series { "text_encoder.transformer.resblocks.\($0).VPT_shallow" }
      if deep.isEmpty { deep = series(from: 0) { "prompt_learner.compound_prompts_text.\($0)" } }
      let words = "a photo of a".split(separator: " ").dropFirst(n).joined(separator: " ")
      let lead: [PromptPiece] = words.isEmpty ? [] : [.text(words + " ")]
      let soft = [PromptPiece.soft(SoftPiece(ctx, deep: deep))]
      return try encode(classes.map { name -> [PromptPiece] in soft + lead + [.text(name), .text(".")] })
    }
  }

  func check(memory: Int) throws {
    let images = try file.tensor("images")
    let pixels = Variable(try images[[.index(0)]].contiguous())
    let labels = try file.tensor("labels")[[.index(0)]].toInts()
    let prompts = try imagePrompts
    let f =
      try prompts.map { try clip.encodeImage(pixels, prompts: $0, memory: memory) }
      ?? clip.encodeImage(pixels)
    let v = try F.normalize(f)
    let t = try texts(v, memory: memory)
    let units = try F.normalize(t)
    let (b, c) = (v.shape[0], classes.count)
    let cosines =
      name == "cocoop"
      ? try F.reshape(
        F.sum(F.mul(F.reshape(units, [b, c, v.shape[1]]), F.reshape(v, [b, 1, v.shape[1]])), axis: 2), [b, c])
      : try F.matmul(v, F.transpose(units))
    let scale = try F.exp(clip.parameter("logit_scale"))
    let logits = try F.mul(cosines, scale)
    try compare("step0.image_features", f.value, 1e-4)
    try compare("step0.text_features", t.value, 1e-4)
    try compare("step0.logits", logits.value, 1e-3)
    var loss = try F.crossEntropy(logits, targets: labels)
    try compare("step0.cross_entropy", loss.value, 1e-4)
    if name == "promptsrc" { loss = try F.add(loss, consistency(v, units, logits, scale)) }
    if name == "kgcoop" {
      let teacher = try F.normalize(Variable(file.tensor("teacher.text_features")))
      let near = try F.mean(F.sum(F.mul(units, teacher), axis: 1))
      loss = try F.add(loss, F.affine(near, -8, 8))
    }
    try loss.backward()
    for (name, variable) in parameters.sorted(by: { $0.key < $1.key }) {
      let expected = try file.tensor("step0.grad." + name).toFloats()
      let found = try #require(variable.grad, "no gradient for \(name)").toFloats()
      variable.grad = nil
      let largest = expected.map { abs($0) }.max() ?? 0
      let error = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
      #expect(
        found.count == expected.count && error <= max(1e-4 * largest, 1e-6), "\(self.name) \(name): \(error)")
    }
  }

  /// PromptSRC: features near those without prompts, and answers near theirs.
  private func consistency(
    _ v: Variable, _ t: Variable, _ logits: Variable, _ scale: Variable
  ) throws -> Variable {
    let t0 = try F.normalize(Variable(file.tensor("teacher.text_features")))
    let v0 = try F.normalize(Variable(file.tensor("teacher.image_features")))
    let texts = try F.mean(F.abs(F.sub(t, t0)))
    let images = try F.mean(F.abs(F.sub(v, v0)))
    let teacher = try F.mul(F.matmul(v0, F.transpose(t0)), scale)
    let p0 = try F.softmax(teacher)
    let kl = try F.sum(F.mul(p0, F.sub(F.logSoftmax(teacher), F.logSoftmax(logits))))
    try compare("step0.kl_div", kl.value, 1e-4)
    let count = Float(v.shape[0] * classes.count)
    return try F.add(F.add(F.scale(texts, 25), F.scale(images, 10)), F.scale(kl, 1 / count))
  }

  private func compare(_ name: String, _ tensor: Tensor, _ tolerance: Float) throws {
    guard file.contains(name) else { return }
    let expected = try file.tensor(name).toFloats()
    let found = try tensor.toFloats()
    let error = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(found.count == expected.count && error <= tolerance, "\(self.name) \(name): \(error)")
  }
}
