import MocoAutograd
import MocoCLIP
import MocoMethods
import MocoTensor
import MocoTestSupport
import Testing

/// The text loss of chosen experts alone: its gradient, its value, what it costs.
@Suite struct TextExpertsTests {
  private func mixture(_ change: (inout MixtureOptions) -> Void = { _ in }) throws -> Mixture {
    try MixtureTests.mixture {
      $0.loss.textExperts = .chosen
      change(&$0)
    }
  }

  private func batch(_ count: Int, seed: UInt64 = 9) throws -> PromptBatch {
    PromptBatch(
      images: .features(try TinyCLIP.features(count, seed: seed)), labels: (0..<count).map { $0 % 2 })
  }

  /// Central differences; where there is no gradient, the loss does not move.
  private func checkGradients(_ mixture: Mixture, _ batch: PromptBatch) throws {
    try mixture.loss(batch, scope: mixture.trained).total.backward()
    for parameter in mixture.parameters {
      let values = try parameter.variable.value.toFloats()
      let shape = parameter.variable.value.shape
      let gradient = try parameter.variable.grad?.toFloats()
      let largest = gradient?.map { abs($0) }.max() ?? 0
      for place in stride(from: 0, to: values.count, by: max(1, values.count / 5)) {
        let step: Float = 4e-3
        func value(_ delta: Float) throws -> Float {
          var moved = values
          moved[place] += delta
          parameter.variable.value = try Tensor(moved, shape: shape)
          return try mixture.loss(batch, scope: mixture.trained).total.value.item()
        }
        let difference = try (value(step) - value(-step)) / (2 * step)
        parameter.variable.value = try Tensor(values, shape: shape)
        #expect(
          abs(difference - (gradient?[place] ?? 0)) < (gradient == nil ? 1e-6 : 2e-2 * max(largest, 0.05)),
          "\(parameter.name)[\(place)]: \(gradient?[place] ?? 0) against \(difference)")
      }
    }
  }

  @Test func gradientsOfOneImage() throws {
    let mixture = try mixture { $0.router.topK = 1 }
    try checkGradients(mixture, batch(1))
    let chosen = try #require(try mixture.routing(batch(1).images).chosen.first?.first)
    let without = mixture.parameters.filter { $0.variable.grad == nil }.map(\.name)
    let others = mixture.prompts.parameters.map(\.name).filter { !$0.hasSuffix("_\(chosen)") }
    #expect(without == others && !others.isEmpty)
  }

  @Test func gradientsOfBaseClasses() throws {
    let mixture = try mixture()
    try mixture.wasTrained(on: ["forest", "T-shirt"])
    try checkGradients(mixture, batch(1))
  }

  @Test func gradientsWithTemperature() throws {
    try checkGradients(mixture { $0.loss.textTemperature = 0.5 }, batch(2))
  }

  /// (E · mean over the chosen + (G − E) · ln C) / G, from the losses of mixtures of one expert each.
  @Test func theOthersCountAsZeroVectors() throws {
    let mixture = try mixture { $0.router.topK = 1 }
    let batch = try batch(1)
    let chosen = try #require(try mixture.routing(batch.images).chosen.first?.first)
    let group = try TinyCLIP.groups().groups[chosen]
    let one = try Mixture(
      clip: TinyCLIP.make(), templates: TemplateSet(name: "one", groups: [group]), classes: TinyCLIP.classes)
    let expert = mixture.prompts.experts[chosen]
    one.prompts.experts[0].before.value = expert.before.value
    one.prompts.experts[0].after.value = expert.after.value
    one.correction.value = mixture.correction.value
    let alone = try #require(one.loss(batch).part("text")).value.item()
    let found = try #require(mixture.loss(batch).part("text")).value.item()
    let lnC: Float = 1.3862944
    #expect(abs(found - (alone + 2 * lnC) / 3) < 1e-5)
    #expect(mixture.stepPlan?.promptCount == TinyCLIP.classes.count)
  }

  @Test func everyoneChosenIsEveryone() throws {
    let batch = try batch(2)
    let some = try mixture { $0.router.topK = 3 }
    let all = try MixtureTests.mixture { $0.router.topK = 3 }
    #expect(try some.loss(batch).total.value.item() == all.loss(batch).total.value.item())
    #expect(some.parameters.allSatisfy { $0.variable.grad == nil })
  }

  /// Experts change from step to step, and what is kept of the last step must not be used for the next.
  @Test func stepsDoNotRemember() throws {
    let mixture = try mixture { $0.router.topK = 1 }
    for seed: UInt64 in 1...6 {
      let batch = try batch(1, seed: seed)
      let fresh = try self.mixture { $0.router.topK = 1 }
      #expect(try mixture.loss(batch).total.value.item() == fresh.loss(batch).total.value.item())
    }
  }

  /// The configuration says it, and makes the same options; one that says nothing means all.
  @Test func configurationsSayIt() throws {
    for experts in MixtureLossOptions.TextExperts.allCases {
      let made = try mixture { $0.loss.textExperts = experts }
      #expect(made.configuration["loss"]?["text_experts"]?.stringValue == experts.rawValue)
      #expect(try MixtureOptions(made.configuration).loss.textExperts == experts)
    }
    #expect(try MixtureOptions(["kind": "mixture"]).loss.textExperts == .all)
    for published in [nil, Published.ofData, .named("ImageNet")] {
      let made = try mixture { $0.published = published }
      #expect(try MixtureOptions(made.configuration).published == published)
    }
  }

  /// What a step of so many images can encode at the most.
  @Test func forecastsFollow() throws {
    let classes = TinyCLIP.classes.count
    let all = try MixtureTests.mixture()
    #expect(try all.promptsOfStep(batch: 1, scope: all.trained).count == 3 * classes)
    let published = try mixture { $0.loss.textExperts = .published }
    #expect(try published.promptsOfStep(batch: 1, scope: published.trained).count == 2 * classes)
    #expect(try published.promptsOfStep(batch: 2, scope: published.trained).count == 3 * classes)
    try published.wasTrained(on: ["forest", "T-shirt"])
    #expect(try published.promptsOfStep(batch: 1, scope: published.trained).count == 2 * (classes + 2))
    #expect(try published.promptsOfStep(batch: 4, scope: published.trained).count == 3 * (classes + 2))
    #expect(published.lossBytes(batch: 1) < published.lossBytes(batch: 2))
  }
}
