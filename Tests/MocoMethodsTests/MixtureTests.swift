import MocoAutograd
import MocoBase
import MocoCLIP
import MocoMethods
import MocoTensor
import MocoTestSupport
import Testing

@Suite struct MixtureTests {
  static func mixture(_ change: (inout MixtureOptions) -> Void = { _ in }) throws -> Mixture {
    var options = MixtureOptions()
    options.seed = 5
    change(&options)
    let mixture = try Mixture(
      clip: TinyCLIP.make(), templates: TinyCLIP.groups(), classes: TinyCLIP.classes, options: options)
    // Away from the start, so that w and every row matter.
    for parameter in mixture.parameters {
      var random = Philox(seed: 11, stream: parameter.name)
      let values = try parameter.variable.value.toFloats().map { $0 + 0.2 * Float(random.nextNormal()) }
      parameter.variable.value = try Tensor(values, shape: parameter.variable.value.shape)
    }
    return mixture
  }

  static func batch() throws -> PromptBatch {
    PromptBatch(images: .features(try TinyCLIP.features(6)), labels: [0, 1, 2, 3, 1, 0])
  }

  /// The analytic gradient against central differences, for every parameter.
  static func checkGradients(_ mixture: Mixture, _ batch: PromptBatch) throws {
    let loss = try mixture.loss(batch, scope: mixture.trained)
    try loss.total.backward()
    for parameter in mixture.parameters {
      let gradient = try #require(parameter.variable.grad).toFloats()
      let values = try parameter.variable.value.toFloats()
      let shape = parameter.variable.value.shape
      let largest = gradient.map { abs($0) }.max() ?? 0
      for place in stride(from: 0, to: values.count, by: max(1, values.count / 6)) {
        let step: Float = 4e-3
        func value(_ delta: Float) throws -> Float {
          var moved = values
          moved[place] += delta
          parameter.variable.value = try Tensor(moved, shape: shape)
          return try mixture.loss(batch, scope: mixture.trained).total.value.toFloats()[0]
        }
        let difference = try (value(step) - value(-step)) / (2 * step)
        parameter.variable.value = try Tensor(values, shape: shape)
        #expect(
          abs(difference - gradient[place]) < 2e-2 * max(largest, 0.05),
          "\(parameter.name)[\(place)]: \(gradient[place]) against \(difference)")
      }
    }
  }

  @Test func gradientsOfAllClasses() throws {
    try Self.checkGradients(Self.mixture(), Self.batch())
  }

  @Test func gradientsOfBaseClasses() throws {
    let mixture = try Self.mixture()
    try mixture.wasTrained(on: ["forest", "T-shirt"])
    let batch = PromptBatch(images: .features(try TinyCLIP.features(5)), labels: [0, 1, 1, 0, 1])
    try Self.checkGradients(mixture, batch)
  }

  @Test func gradientsOfOtherOptions() throws {
    let mixture = try Self.mixture {
      $0.router = .init(topK: 3, bias: false, scale: 3)
      $0.loss.textTemperature = 0.5
      $0.loss.textFullStop = true
      $0.loss.gateTarget = .temperature(0.2)
    }
    try Self.checkGradients(mixture, Self.batch())
  }

  @Test func gradientsOfVisionLayerNorms() throws {
    let mixture = try Self.mixture { $0.trainVisionLayerNorms = true }
    let batch = PromptBatch(images: .pixels(try TinyCLIP.pixels(4)), labels: [0, 1, 2, 3])
    try Self.checkGradients(mixture, batch)
  }

  @Test func trainingVisionLeavesTheModelAlone() throws {
    let clip = try TinyCLIP.make()
    var options = MixtureOptions()
    options.trainVisionLayerNorms = true
    let mixture = try Mixture(
      clip: clip, templates: TinyCLIP.groups(), classes: TinyCLIP.classes, options: options)
    let before = try clip.contentHash()
    for parameter in mixture.parameters where parameter.name.hasPrefix("image_encoder.") {
      #expect(parameter.rateFactor == 0.1)
      try parameter.variable.updateValue { values in for i in values.indices { values[i] += 1 } }
    }
    #expect(try clip.contentHash() == before)
    #expect(try mixture.clip.contentHash() != before)
    #expect(clip.trainableParameters.isEmpty)
  }

  /// Logits written out from the definition.
  @Test func logitsAreTheWeightedSum() throws {
    let mixture = try Self.mixture()
    let images = ImageInput.features(try TinyCLIP.features(3))
    let logits = try mixture.logits(images).toFloats()
    let routing = try mixture.routing(images)
    let raw = try mixture.prompts.encode(TinyCLIP.classes).value.toFloats()
    let w = try mixture.correction.value.toFloats()
    let v = try TinyCLIP.features(3).toFloats()
    func unit(_ x: [Float]) -> [Float] {
      let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return x.map { $0 / length }
    }
    for b in 0..<3 {
      let image = unit(Array(v[(b * 12)..<(b * 12 + 12)]))
      for c in 0..<4 {
        var sum: Float = 0
        for g in routing.chosen[b] {
          let start = (g * 4 + c) * 12
          let t = unit((0..<12).map { raw[start + $0] + w[$0] })
          sum += routing.weights[b][g] * zip(image, t).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(abs(logits[b * 4 + c] - 4.481689 * sum) < 1e-4)
      }
    }
  }

  @Test func selectionsAgree() throws {
    let mixture = try Self.mixture()
    try mixture.wasTrained(on: ["sea or lake", "egyptian cat"])
    let images = ImageInput.features(try TinyCLIP.features(2))
    let all = try mixture.logits(images).toFloats()
    let base = try mixture.logits(images, classes: .base).toFloats()
    let new = try mixture.logits(images, classes: .new).toFloats()
    for (found, expected) in [(base[0], all[1]), (base[1], all[3]), (new[0], all[0]), (new[3], all[6])] {
      #expect(abs(found - expected) < 1e-5)
    }
    let other = try mixture.logits(images, classes: .names(["forest", "dog"]))
    #expect(other.shape == [2, 2])
    #expect(try abs(other.toFloats()[0] - all[0]) < 1e-5)
  }

  @Test func keptFeaturesFollowTheParameters() throws {
    let mixture = try Self.mixture()
    let images = ImageInput.features(try TinyCLIP.features(2))
    let first = try mixture.logits(images).toFloats()
    #expect(try mixture.logits(images).toFloats() == first)
    try mixture.correction.updateValue { $0[0] += 0.5 }
    let moved = try mixture.logits(images).toFloats()
    #expect(moved != first)
    try mixture.correction.updateValue { $0[0] -= 0.5 }
    let back = try mixture.logits(images).toFloats()
    for (x, y) in zip(back, first) { #expect(abs(x - y) < 1e-4) }
  }

  @Test func labelsByNames() throws {
    let mixture = try Self.mixture()
    try mixture.wasTrained(on: ["T-shirt", "forest"])
    let features = try TinyCLIP.features(2)
    let scope = mixture.trained
    let own = try mixture.loss(PromptBatch(images: .features(features), labels: [0, 1]), scope: scope)
    let named = try mixture.loss(
      PromptBatch(images: .features(features), labels: [2, 0], classes: TinyCLIP.classes), scope: scope)
    #expect(try own.total.value.toFloats() == named.total.value.toFloats())
    #expect {
      try mixture.loss(
        PromptBatch(images: .features(features), labels: [1, 0], classes: TinyCLIP.classes), scope: scope)
    } throws: { ($0 as? Failure)?.code == "E0704" }
    #expect {
      try mixture.loss(PromptBatch(images: .features(features), labels: [5, 0]), scope: scope)
    } throws: { ($0 as? Failure)?.code == "E0705" }
    #expect {
      try mixture.loss(PromptBatch(images: .features(features), labels: [0]), scope: scope)
    } throws: { ($0 as? Failure)?.code == "E0705" }
    #expect { try mixture.scope(of: ["t-shirt"]) } throws: {
      ($0 as? Failure)?.code == "E0704" && ($0 as? Failure)?.help?.contains("T-shirt") == true
    }
  }

  @Test func oneExpertIsOneSoftPrompt() throws {
    let one = try TemplateSet(name: "one", groups: [TemplateGroup(name: "photo", ["a photo of a {}."])])
    let mixture = try Mixture(clip: TinyCLIP.make(), templates: one, classes: TinyCLIP.classes)
    #expect(mixture.router.topK == 1)
    let loss = try mixture.loss(Self.batch())
    try loss.total.backward()
    #expect(loss.gateLoad == [1])
  }

  @Test func weightsOfZeroLeaveLossesOut() throws {
    let mixture = try Self.mixture {
      $0.loss.textWeight = 0
      $0.loss.gateWeight = 0
      $0.router.topK = 1
    }
    let loss = try mixture.loss(Self.batch())
    let total = try loss.total.value.toFloats()[0]
    #expect(try loss.part("class")?.value.toFloats()[0] == total)
    #expect(try loss.part("text")?.value.toFloats()[0] == 0)
    try loss.total.backward()
  }

  @Test func badOptions() throws {
    func code(_ change: (inout MixtureOptions) -> Void) -> String? {
      do {
        _ = try Self.mixture(change)
        return nil
      } catch { return (error as? Failure)?.code }
    }
    #expect(code { $0.router.topK = 4 } == "E0702")
    #expect(code { $0.loss.textTemperature = 0 } == "E0706")
    #expect(code { $0.loss.textWeight = -1 } == "E0706")
    #expect(code { $0.router.scale = .nan } == "E0706")
  }

  @Test func explanationsNameTheReasons() throws {
    let mixture = try Self.mixture()
    let why = try mixture.explain(.features(try TinyCLIP.features(1)))
    #expect(why.experts.count == 3)
    #expect(why.experts.filter(\.chosen).count == 2)
    #expect(abs(why.experts.map(\.weight).reduce(0, +) - 1) < 1e-5)
    #expect(TinyCLIP.classes.contains(why.prediction))
    #expect(why.experts.allSatisfy { $0.template?.name.contains(Template.readable(why.prediction)) == true })
    #expect { try mixture.explain(.features(try TinyCLIP.features(2))) } throws: {
      ($0 as? Failure)?.code == "E0705"
    }
  }
}
