import MocoCLIP
import MocoFormats
import MocoGolden
import MocoMethods
import MocoTensor
import MocoTestSupport
import MocoTraining
import Testing

/// Steps of few images where the text loss reads the chosen experts alone, against plain PyTorch: model, start
/// and images are those of the golden files, the experts that nobody chose have zero text features and no
/// gradient, and PyTorch's SGD leaves parameters without gradient where they are.
@Suite struct ChosenExpertsTests {
  private struct Case: Sendable, CustomTestStringConvertible {
    let file: String
    let mode: String
    let images: Int
    var key: String { "\(file).\(mode).\(images)" }
    var testDescription: String { key }
  }

  private static let cases = [
    Case(file: "base", mode: "all", images: 1), Case(file: "base", mode: "base", images: 1),
    Case(file: "base", mode: "all", images: 3), Case(file: "suffix", mode: "base", images: 1),
  ]

  private func mixture(
    _ golden: GoldenMixtureFile, _ mode: String, _ experts: MixtureLossOptions.TextExperts, memory: Int? = nil
  ) throws -> Mixture {
    let mixture = try golden.mixture(golden.model(tokenizerDirectory: Repository.tokenizer)) {
      $0.loss.textExperts = experts
      if let memory { $0.memory = memory }
    }
    if mode == "all" { try mixture.wasTrained(on: mixture.classes) }
    try golden.load("init.", into: mixture)
    return mixture
  }

  /// The first images of a golden batch.
  private func batch(_ golden: GoldenMixtureFile, _ step: Int, _ count: Int) throws -> PromptBatch {
    let whole = try golden.batch(step)
    let pixels = try #require(Self.pixels(of: whole.images))
    let size = pixels.count / whole.images.count
    return PromptBatch(
      images: .pixels(
        try Tensor(Array(pixels.toFloats()[..<(count * size)]), shape: [count] + pixels.shape.dropFirst())),
      labels: Array(whole.labels.prefix(count)))
  }

  private static func pixels(of images: ImageInput) -> Tensor? {
    if case .pixels(let pixels) = images { return pixels }
    return nil
  }

  private func parts(_ loss: PromptLoss) throws -> [Float] {
    try [loss.total].map { try $0.value.item() }
      + ["class", "text", "gate"].map { try #require(loss.part($0)).value.item() }
  }

  private func open(_ name: String) throws -> (GoldenMixtureFile, SafetensorsFile) {
    (
      try GoldenMixtureFile(path: Repository.fixture("golden/mixture/\(name).safetensors")),
      try SafetensorsFile(path: Repository.fixture("mixture/chosen.safetensors"))
    )
  }

  @Test(arguments: cases) private func fiveStepsAgree(_ test: Case) throws {
    let (golden, expected) = try open(test.file)
    let mixture = try mixture(golden, test.mode, .published)
    let optimizer = try Optimizer(
      OptimizerSettings(
        rule: .sgd(momentum: golden.momentum, nesterov: false), rate: golden.rate,
        weightDecay: golden.weightDecay),
      parameters: mixture.parameters)
    let losses = try expected.tensor(test.key + ".losses").toFloats()
    let used = try expected.tensor(test.key + ".used").toInts()
    let experts = mixture.prompts.count
    for step in 0..<5 {
      let loss = try mixture.loss(batch(golden, step, test.images), scope: mixture.trained)
      for (found, wanted) in zip(try parts(loss), losses[(step * 4)..<(step * 4 + 4)]) {
        #expect(abs(found - wanted) < 1e-4)
      }
      let chosen = (0..<experts).filter { used[step * experts + $0] == 1 }
      // No prompt of another expert is encoded: those of the class loss, and in base mode the text loss's own.
      let classes = test.mode == "all" ? mixture.classes.count : mixture.trained.count + mixture.classes.count
      #expect(mixture.stepPlan?.promptCount == chosen.count * classes)
      optimizer.zeroGrad()
      try loss.total.backward()
      for (g, expert) in mixture.prompts.experts.enumerated() {
        for side in [expert.before, expert.after] where side.value.count > 0 {
          #expect((side.grad != nil) == chosen.contains(g))
        }
      }
      if step == 0 {
        for parameter in mixture.parameters {
          let name = "\(test.key).grad.\(golden.name(parameter.name))"
          guard expected.contains(name) else { continue }
          let wanted = try expected.tensor(name).toFloats()
          let found = try #require(parameter.variable.grad).toFloats()
          let largest = wanted.map { abs($0) }.max() ?? 0
          #expect(found.count == wanted.count)
          for (a, b) in zip(found, wanted) { #expect(abs(a - b) <= max(1e-4 * largest, 1e-6)) }
        }
      }
      try optimizer.step()
    }
    for parameter in mixture.parameters {
      let wanted = try expected.tensor("\(test.key).after5.\(golden.name(parameter.name))").toFloats()
      let found = try parameter.variable.value.toFloats()
      #expect(found.count == wanted.count)
      for (a, b) in zip(found, wanted) { #expect(abs(a - b) < 1e-4) }
    }
  }

  @Test(arguments: cases) private func allExpertsAgree(_ test: Case) throws {
    let (golden, expected) = try open(test.file)
    let mixture = try mixture(golden, test.mode, .all)
    let loss = try mixture.loss(batch(golden, 0, test.images), scope: mixture.trained)
    let wanted = try expected.tensor(test.key + ".all.loss").toFloats()
    for (a, b) in zip(try parts(loss), wanted) { #expect(abs(a - b) < 1e-4) }
    // Only the text loss tells them apart, and there it shows.
    let chosen = try expected.tensor(test.key + ".losses").toFloats()
    #expect(abs(chosen[1] - wanted[1]) < 1e-5 && abs(chosen[3] - wanted[3]) < 1e-5)
    #expect(chosen[2] - wanted[2] > 5e-3)
  }

  /// From 4 images on the authors' program reads all experts.
  @Test func publishedDependsOnTheBatch() throws {
    let (golden, _) = try open("base")
    for (images, differs) in [(3, true), (4, false)] {
      let batch = try batch(golden, 0, images)
      let all = try parts(mixture(golden, "all", .all).loss(batch))
      let published = try parts(mixture(golden, "all", .published).loss(batch))
      #expect((all != published) == differs)
      #expect(try (parts(mixture(golden, "all", .chosen).loss(batch)) == published) == differs)
    }
  }

  /// In chunks, for lack of memory, the same gradients up to the order of sums.
  @Test func chunksAgree() throws {
    let (golden, _) = try open("base")
    let batch = try batch(golden, 0, 1)
    func gradients(_ memory: Int?) throws -> ([[Float]?], Int) {
      let mixture = try mixture(golden, "base", .chosen, memory: memory)
      try mixture.loss(batch, scope: mixture.trained).total.backward()
      return (
        try mixture.parameters.map { try $0.variable.grad?.toFloats() }, mixture.stepPlan?.chunkCount ?? 0
      )
    }
    let (whole, one) = try gradients(nil)
    let (cut, many) = try gradients(400_000)
    #expect(one == 1 && many > 1)
    for (a, b) in zip(whole, cut) {
      #expect((a == nil) == (b == nil))
      let largest = (a ?? []).map { abs($0) }.max() ?? 0
      for (x, y) in zip(a ?? [], b ?? []) { #expect(abs(x - y) <= max(1e-5 * largest, 1e-7)) }
    }
  }
}
