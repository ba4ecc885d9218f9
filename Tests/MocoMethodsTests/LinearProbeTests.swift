import Foundation
import MocoAutograd
import MocoBase
import MocoCLIP
import MocoMethods
import MocoTensor
import MocoTestSupport
import Testing

/// What the golden numbers of `methods/linear_probe` do not show.
@Suite(.serialized) struct LinearProbeTests {
  /// Features around one mean for each class.
  private func samples(_ count: Int, classes: Int, width: Int, seed: UInt64 = 1) -> (x: [Float], y: [Int]) {
    var random = Philox(seed: seed, stream: "probe")
    let means = (0..<(classes * width)).map { _ in 3 * random.nextNormal() }
    var x: [Float] = []
    let y = (0..<count).map { $0 % classes }
    for label in y { for j in 0..<width { x.append(5 + means[label * width + j] + 4 * random.nextNormal()) } }
    return (x, y)
  }

  private func regression(
    _ data: (x: [Float], y: [Int]), classes: Int, width: Int, rule: LogisticRegression.Rule = .minimum
  ) throws -> LogisticRegression {
    try data.x.withUnsafeBufferPointer {
      try LogisticRegression(features: $0, width: width, labels: data.y, classes: classes, rule: rule)
    }
  }

  /// The gradient is zero at the minimum, computed here from its definition.
  @Test(arguments: [1e-4, 0.316, 50]) func minimaAreFlat(_ c: Double) throws {
    let (classes, width) = (3, 4)
    let data = samples(30, classes: classes, width: width)
    let fit = try regression(data, classes: classes, width: width).minimize(c: c)
    #expect(fit.isConverged && abs(fit.intercepts.reduce(0, +)) < 1e-9)
    func objective(_ w: [Double], _ b: [Double]) -> Double {
      var sum = w.reduce(0) { $0 + $1 * $1 } / 2
      for (i, label) in data.y.enumerated() {
        let z = (0..<classes).map { k in
          (0..<width).reduce(b[k]) { $0 + w[k * width + $1] * Double(data.x[i * width + $1]) }
        }
        let top = z.max() ?? 0
        sum += c * (top + log(z.reduce(0) { $0 + exp($1 - top) }) - z[label])
      }
      return sum
    }
    #expect(abs(objective(fit.weights, fit.intercepts) / fit.objective - 1) < 1e-10)
    var random = Philox(seed: 2, stream: "away")
    for _ in 0..<20 {
      let away = fit.weights.map { $0 * (1 + 0.05 * Double(random.nextNormal())) }
      #expect(objective(away, fit.intercepts) > fit.objective)
      let shifted = fit.intercepts.map { $0 + 0.1 * Double(random.nextNormal()) }
      #expect(objective(fit.weights, shifted) >= fit.objective)
    }
  }

  /// A neighbour's minimum as the beginning leads to the same end.
  @Test func theBeginningDoesNotMatter() throws {
    let data = samples(40, classes: 4, width: 6)
    let regression = try regression(data, classes: 4, width: 6)
    let cold = try regression.minimize(c: 1)
    let warm = try regression.minimize(c: 1, start: regression.minimize(c: 0.1))
    let length = cold.weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let away = zip(cold.weights, warm.weights).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    #expect(away < 3e-4 * length)
  }

  @Test func threadsDoNotShow() throws {
    let threads = Parallel.threadCount
    defer { Parallel.threadCount = threads }
    let data = samples(300, classes: 5, width: 40)
    for rule in LogisticRegression.Rule.allCases {
      let fits = try [1, 2, 5].map { count in
        Parallel.threadCount = count
        return try regression(data, classes: 5, width: 40, rule: rule).minimize(c: 0.1)
      }
      #expect(fits[0].weights == fits[1].weights && fits[0].weights == fits[2].weights)
      #expect(fits[0].intercepts == fits[2].intercepts && fits[0].iterations == fits[2].iterations)
    }
  }

  @Test func tooFewIterationsAreTold() throws {
    let data = samples(40, classes: 4, width: 6)
    let regression = try regression(data, classes: 4, width: 6)
    let fit = try regression.minimize(c: 10, iterations: 2)
    #expect(!fit.isConverged && fit.iterations == 2 && fit.error > 1e-4)
    #expect(try regression.minimize(c: 10).isConverged)
  }

  /// Features without any difference leave only how often each class is.
  @Test func constantFeaturesLeaveTheIntercepts() throws {
    let fit = try regression((x: [7, 7, 7, 7, 7, 7], y: [0, 0, 0, 0, 1, 1]), classes: 2, width: 1)
      .minimize(c: 1)
    #expect(fit.isConverged && fit.weights.allSatisfy { abs($0) < 1e-9 })
    #expect(abs(fit.intercepts[0] - fit.intercepts[1] - log(2)) < 1e-6)
  }

  @Test func whatCannotBeFittedIsRefused() throws {
    func code(_ x: [Float], _ y: [Int], _ classes: Int = 2, c: Double = 1) -> String? {
      do {
        let regression = try x.withUnsafeBufferPointer {
          try LogisticRegression(features: $0, width: 1, labels: y, classes: classes)
        }
        _ = try regression.minimize(c: c)
        return nil
      } catch { return (error as? Failure)?.code ?? "\(error)" }
    }
    #expect(code([1, 2], [0, 1]) == nil)
    #expect(code([1, 2], [0, 0]) == "E0709")
    #expect(code([1, 2], [0, 2]) == "E0705")
    #expect(code([1], [0, 1]) == "E0705")
    #expect(code([], []) == "E0705")
    #expect(code([1, .nan], [0, 1]) == "E0705")
    #expect(code([1, .infinity], [0, 1]) == "E0705")
    for c in [0, -1, .nan, .infinity] { #expect(code([1, 2], [0, 1], c: c) == "E0706") }
  }

  // MARK: The model

  private func probe(_ choice: LinearProbe.Choice = .value(1)) throws -> LinearProbe {
    try LinearProbe(
      clip: TinyCLIP.make(), classes: TinyCLIP.classes,
      on: ProbeData(features: TinyCLIP.features(12), labels: (0..<12).map { $0 % 4 }), choice: choice)
  }

  @Test func logitsAreLinearInTheFeaturesAsTheyAre() throws {
    let probe = try probe()
    let features = try TinyCLIP.features(3, seed: 9)
    let (w, b) = (try probe.weight.value.toFloats(), try probe.bias.value.toFloats())
    let x = try features.toFloats()
    let logits = try probe.logits(.features(features)).toFloats()
    for i in 0..<3 {
      for k in 0..<4 {
        let expected = (0..<12).reduce(b[k]) { $0 + w[k * 12 + $1] * x[i * 12 + $1] }
        #expect(abs(logits[i * 4 + k] - expected) < 1e-4)
      }
    }
    // Longer features have other answers, unless they are normalized.
    let longer = try Tensor(x.map { 3 * $0 }, shape: [3, 12])
    #expect(try probe.logits(.features(longer)).toFloats() != logits)
    var options = LinearProbe.Options()
    options.normalizes = true
    let normalized = try LinearProbe(
      clip: TinyCLIP.make(), classes: TinyCLIP.classes,
      on: ProbeData(features: TinyCLIP.features(12), labels: (0..<12).map { $0 % 4 }), choice: .value(1),
      options: options)
    let pairs = zip(
      try normalized.logits(.features(longer)).toFloats(),
      try normalized.logits(.features(features)).toFloats())
    for (a, b) in pairs { #expect(abs(a - b) < 1e-5) }
  }

  @Test func answersForItsOwnClassesInAnyOrder() throws {
    let probe = try probe()
    let features = ImageInput.features(try TinyCLIP.features(2, seed: 9))
    let all = try probe.logits(features).toFloats()
    let names = [TinyCLIP.classes[2], TinyCLIP.classes[0]]
    #expect(
      try probe.logits(features, classes: .names(names)).toFloats() == [all[2], all[0], all[6], all[4]])
    try probe.wasTrained(on: [TinyCLIP.classes[1]])
    #expect(try probe.logits(features, classes: .base).toFloats() == [all[1], all[5]])
    #expect { try probe.logits(features, classes: .names(["something else"])) } throws: {
      ($0 as? Failure)?.code == "E0704"
    }
    #expect { try probe.logits(.features(Tensor.zeros([2, 5]))) } throws: {
      ($0 as? Failure)?.code == "E0705"
    }
  }

  /// What is told of a fit goes with its weights.
  @Test func otherWeightsAreNoFit() throws {
    let probe = try probe()
    #expect(probe.fit?.c == 1 && probe.fit?.isConverged == true)
    probe.bias.value = try Tensor.full([4], 0.5)
    #expect(probe.fit == nil && probe.configuration["c"] == nil)
  }

  @Test func classesWithoutImagesAreNamed() throws {
    #expect {
      try LinearProbe(
        clip: TinyCLIP.make(), classes: TinyCLIP.classes,
        on: ProbeData(features: TinyCLIP.features(6), labels: [0, 1, 2, 0, 1, 2]), choice: .value(1))
    } throws: { error in
      let error = error as? Failure
      return error?.code == "E0709" && error?.message.contains(TinyCLIP.classes[3]) == true
    }
  }

  @Test func theSearchTellsWhatItTried() throws {
    let held = ProbeData(features: try TinyCLIP.features(8, seed: 4), labels: (0..<8).map { $0 % 4 })
    let fit = try #require(try probe(.search(held)).fit)
    let search = try #require(fit.search)
    // A middle may have been fitted before.
    #expect((9...ProbeSearch.mostFits).contains(search.trials.count))
    #expect(search.kept.count == ProbeSearch.rounds)
    #expect(Set(search.trials.map(\.c)).count == search.trials.count)
    #expect(fit.c == search.kept.last)
    #expect(search.trials.contains { $0.c == fit.c })
  }
}
