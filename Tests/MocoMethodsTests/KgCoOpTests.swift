import MocoAutograd
import MocoBase
import MocoCLIP
import MocoMethods
import MocoTensor
import MocoTestSupport
import Testing

/// A soft prompt that is kept near a sentence. Its published numbers are compared in `GoldenTests`.
@Suite struct KgCoOpTests {
  private func model(_ change: (inout KgCoOpOptions) -> Void = { _ in }) throws -> KgCoOp {
    var options = KgCoOpOptions()
    options.template = "art of the {}."
    change(&options)
    return try KgCoOp(clip: TinyCLIP.make(), classes: TinyCLIP.classes, options: options)
  }

  private func batch(_ count: Int = 5, below classes: Int = 4) throws -> PromptBatch {
    PromptBatch(
      images: .features(try TinyCLIP.features(count)), labels: (0..<count).map { $0 % classes })
  }

  @Test(arguments: KgCoOpOptions.Distance.allCases, [[0, 1, 2, 3], [2, 0]])
  func gradients(_ distance: KgCoOpOptions.Distance, _ places: [Int]) throws {
    let model = try model {
      $0.distance = distance
      $0.weight = 3
      $0.context.start = .random(3)
    }
    let scope = TrainingScope(places)
    var random = Philox(seed: 4, stream: "move")
    let shape = model.context.value.shape
    let values = try model.context.value.toFloats().map { _ in 0.3 * Float(random.nextNormal()) }
    model.context.value = try Tensor(values, shape: shape)
    let batch = try batch(below: places.count)
    try model.loss(batch, scope: scope).total.backward()
    let gradient = try #require(model.context.grad).toFloats()
    #expect(gradient.contains { abs($0) > 1e-3 })
    for place in stride(from: 0, to: values.count, by: 7) {
      func value(_ delta: Float) throws -> Float {
        var moved = values
        moved[place] += delta
        model.context.value = try Tensor(moved, shape: shape)
        return try model.loss(batch, scope: scope).total.value.item()
      }
      let difference = try (value(4e-3) - value(-4e-3)) / 8e-3
      #expect(abs(difference - gradient[place]) < 2e-3)
    }
  }

  /// L = cross-entropy + λ · mean (1 − cos), written out over features of the model and of zero-shot.
  @Test func lossesAreTheFormula() throws {
    let coop = try CoOp(clip: TinyCLIP.make(), classes: TinyCLIP.classes)
    let zero = try ZeroShot(
      clip: TinyCLIP.make(), classes: TinyCLIP.classes, templates: [Template("art of the {}.")])
    for places in [[0, 1, 2, 3], [3, 1]] {
      let scope = TrainingScope(places)
      let names = places.map { TinyCLIP.classes[$0] }
      let t = try coop.textFeatures(names).toFloats()
      let teacher = try zero.textFeatures(names).toFloats()
      var mean: Float = 0
      for i in t.indices { mean += t[i] * teacher[i] / Float(places.count) }
      let batch = try batch(below: places.count)
      let own = try coop.loss(batch, scope: scope).total.value.item()
      for (distance, factor) in [(KgCoOpOptions.Distance.cosine, Float(1)), (.squared, 2)] {
        let loss = try model { $0.distance = distance }.loss(batch, scope: scope)
        let part = try #require(loss.part("knowledge")).value.item()
        #expect(abs(part - factor * (1 - mean)) < 1e-5)
        #expect(try abs(loss.total.value.item() - (own + 8 * part)) < 1e-4)
        #expect(try loss.part("class")?.value.item() == own)
      }
    }
  }

  /// Without weight it is CoOp to the bit, in its gradient too.
  @Test func withoutWeightItIsCoOp() throws {
    let (bare, coop) = (
      try model { $0.weight = 0 }, try CoOp(clip: TinyCLIP.make(), classes: TinyCLIP.classes)
    )
    for model in [bare, coop] as [any ContextModel] { try model.loss(batch()).total.backward() }
    #expect(try bare.context.grad?.toFloats() == coop.context.grad?.toFloats())
    let images = ImageInput.features(try TinyCLIP.features(3))
    #expect(try bare.logits(images).toFloats() == coop.logits(images).toFloats())
    #expect(try bare.costOnce() == PromptCost())
  }

  @Test func theSentencesAreCountedOnce() throws {
    let model = try model()
    #expect(try model.costOnce().prompts == TinyCLIP.classes.count)
    _ = try model.loss(batch())
    #expect(try model.costOnce() == PromptCost())
  }

  @Test func badOptions() throws {
    func code(_ change: (inout KgCoOpOptions) -> Void) -> String? {
      do {
        _ = try model(change)
        return nil
      } catch { return (error as? Failure)?.code }
    }
    #expect(code { $0.weight = -1 } == "E0706")
    #expect(code { $0.weight = .nan } == "E0706")
    #expect(code { $0.template = "a photo" } == "E0701")
    #expect(code { $0.context.start = .random(0) } == "E0706")
    #expect(code { $0.template = String(repeating: "very ", count: 40) + "{}." } == "E0603")
  }
}
