import MocoAutograd
import MocoBase
import MocoCLIP
import MocoMethods
import MocoTensor
import MocoTestSupport
import Testing

@Suite struct BaselineTests {
  @Test func ensemblesAreMeans() throws {
    let clip = try TinyCLIP.make()
    let texts = ["a photo of a {}.", "{} texture.", "art of a {}."]
    let parts = try texts.map {
      try ZeroShot(clip: clip, classes: TinyCLIP.classes, templates: [Template($0)])
        .textFeatures(TinyCLIP.classes).toFloats()
    }
    let all = try ZeroShot(clip: clip, classes: TinyCLIP.classes, templates: texts.map { try Template($0) })
      .textFeatures(TinyCLIP.classes).toFloats()
    for c in 0..<4 {
      var mean = (0..<12).map { d in parts.reduce(Float(0)) { $0 + $1[c * 12 + d] } }
      let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
      mean = mean.map { $0 / length }
      for d in 0..<12 { #expect(abs(mean[d] - all[c * 12 + d]) < 1e-5) }
    }
  }

  @Test func zeroShotHasNothingToTrain() throws {
    let model = try ZeroShot(
      clip: TinyCLIP.make(), classes: TinyCLIP.classes, templates: [Template("a photo of a {}.")])
    #expect(model.trainableParameters.isEmpty)
    let loss = try model.loss(PromptBatch(images: .features(try TinyCLIP.features(3)), labels: [0, 1, 2]))
    #expect(try loss.total.value.toFloats()[0] > 0)
  }

  /// Before training, coop's prompt is the sentence "a photo of a NAME."
  @Test func coopBeginsAsItsPhrase() throws {
    let clip = try TinyCLIP.make()
    let images = ImageInput.features(try TinyCLIP.features(3))
    let coop = try CoOp(clip: clip, classes: TinyCLIP.classes)
    let zero = try ZeroShot(clip: clip, classes: TinyCLIP.classes, templates: [Template("a photo of a {}.")])
    for (x, y) in zip(try coop.logits(images).toFloats(), try zero.logits(images).toFloats()) {
      #expect(abs(x - y) < 1e-4)
    }
  }

  @Test(arguments: [true, false], [CoOpOptions.Position.end, .middle, .front])
  func coopGradients(_ shared: Bool, _ position: CoOpOptions.Position) throws {
    var options = CoOpOptions()
    options.shared = shared
    options.position = position
    options.start = .random(3)
    let coop = try CoOp(clip: TinyCLIP.make(), classes: TinyCLIP.classes, options: options)
    #expect(coop.context.value.shape == (shared ? [3, 16] : [4, 3, 16]))
    var random = Philox(seed: 4, stream: "move")
    let shape = coop.context.value.shape
    let values = try coop.context.value.toFloats().map { _ in 0.3 * Float(random.nextNormal()) }
    coop.context.value = try Tensor(values, shape: shape)
    let batch = PromptBatch(images: .features(try TinyCLIP.features(5)), labels: [0, 1, 2, 3, 0])
    let loss = try coop.loss(batch)
    try loss.total.backward()
    let gradient = try #require(coop.context.grad).toFloats()
    for place in stride(from: 0, to: values.count, by: 11) {
      func value(_ delta: Float) throws -> Float {
        var moved = values
        moved[place] += delta
        coop.context.value = try Tensor(moved, shape: shape)
        return try coop.loss(batch).total.value.toFloats()[0]
      }
      let difference = try (value(4e-3) - value(-4e-3)) / 8e-3
      #expect(abs(difference - gradient[place]) < 1e-3)
    }
  }

  @Test func badCoop() throws {
    let clip = try TinyCLIP.make()
    func code(_ change: (inout CoOpOptions) -> Void) -> String? {
      var options = CoOpOptions()
      change(&options)
      do {
        _ = try CoOp(clip: clip, classes: TinyCLIP.classes, options: options)
        return nil
      } catch { return (error as? Failure)?.code }
    }
    #expect(code { $0.start = .random(0) } == "E0706")
    #expect(code { $0.start = .random(22) } == "E0706")
    #expect(code { $0.start = .random(20) } == "E0603")
    #expect(code { $0.start = .phrase("  ") } == "E0706")
  }
}
