import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor
import Testing

/// Soft rows overwritten in depth, on the trie against padded rows, and against differences.
@Suite struct DeepTextTests {
  private let prompts: [[PromptKey]] = [
    [.token(18), .soft(0), .soft(1), .token(3), .token(19)],
    [.token(18), .soft(0), .soft(1), .token(4), .token(5), .token(19)],
    [.token(18), .token(4), .soft(1), .soft(2), .token(19)],
    [.token(18), .token(5), .token(19)],
    [.token(18), .soft(0), .soft(1), .token(3), .token(19)],
    [.token(18), .soft(2), .soft(2), .token(19)],
  ]

  private func model() throws -> CLIPModel { try TinyModel.make(textLayers: 4) }

  private func deep(_ places: [[Int32]], trained: Bool = true) throws -> DeepPrompts {
    DeepPrompts(rows: Variable(try TinyModel.random([5, 16], "deep"), requiresGrad: trained), places: places)
  }

  private struct Case: Sendable {
    var places: [[Int32]]
    var soft = true
    var weights = ""
    var memory = TextPlan.defaultMemory
  }

  private static let cases = [
    Case(places: [[0, 1, -1], [-1, -1, -1], [2, 3, 4]]),
    Case(places: [[-1, -1, -1], [2, 2, 4]], soft: false),
    Case(places: [[0, 1, 2], [1, 2, 3], [2, 3, 4]], weights: "all"),
    Case(places: [[-1, -1, -1], [0, 1, 2]], soft: false, weights: "transformer.resblocks.1.ln_2"),
    Case(places: [[0, 1, 2], [1, 2, 3], [2, 3, 4]], memory: 1),
    Case(places: [[-1, 1, 2], [1, 2, 3], [2, -1, 4]], weights: "all", memory: 20_000),
    Case(places: [[0, 1, 2]], soft: true, weights: "transformer.resblocks.3"),
  ]

  @Test(arguments: Self.cases.indices)
  func agreesWithPaddedRows(_ index: Int) throws {
    let setting = Self.cases[index]
    let model = try model()
    if !setting.weights.isEmpty {
      model.setTrainable(prefix: setting.weights == "all" ? "" : setting.weights)
    }
    let soft = Variable(try TinyModel.random([3, 16], "soft"), requiresGrad: setting.soft)
    let deep = try deep(setting.places)
    let seed = try TinyModel.random([prompts.count, 6], "seed")
    let plan = try model.planText(prompts, memory: setting.memory)
    if setting.memory < TextPlan.defaultMemory { #expect(plan.chunkCount > 1) }

    let found = try model.encodeText(plan, soft: soft, deep: deep)
    try found.backward(seed)
    let mine = (soft.grad, deep.rows.grad, TinyModel.takeGradients(model))
    soft.grad = nil
    deep.rows.grad = nil
    let right = try DenseOracle(model: model).text(prompts, soft: soft, deep: deep)
    try right.backward(seed)
    #expect(try relativeError(found.value, right.value) < 1e-5)
    #expect(try relativeError(#require(mine.1), #require(deep.rows.grad)) < 2e-5)
    #expect((mine.0 == nil) == !setting.soft)
    if let own = mine.0 { #expect(try relativeError(own, #require(soft.grad)) < 2e-5) }
    for (name, gradient) in TinyModel.takeGradients(model) where !name.hasPrefix("visual.") {
      #expect(
        try relativeError(#require(mine.2[name], "no gradient for \(name)"), gradient) < 2e-5, "\(name)")
    }
  }

  /// Rows that nothing is written over, and frozen deep rows: the cotangent of what was overwritten is dropped.
  @Test func frozenRowsInDepthStopTheGradient() throws {
    let model = try model()
    let soft = Variable(try TinyModel.random([3, 16], "soft"), requiresGrad: true)
    let deep = try deep([[0, 1, 2], [1, 2, 3]], trained: false)
    let seed = try TinyModel.random([prompts.count, 6], "seed")
    try model.encodeText(model.planText(prompts), soft: soft, deep: deep).backward(seed)
    let mine = try #require(soft.grad)
    soft.grad = nil
    try DenseOracle(model: model).text(prompts, soft: soft, deep: deep).backward(seed)
    #expect(try relativeError(mine, #require(soft.grad)) < 2e-5)
    #expect(deep.rows.grad == nil)
  }

  @Test func differencesAgree() throws {
    let model = try model()
    let soft = Variable(try TinyModel.random([3, 16], "soft"), requiresGrad: true)
    let deep = try deep([[0, 1, -1], [-1, 2, 3], [4, 3, 2]])
    let seed = try TinyModel.random([prompts.count, 6], "seed")
    func loss() throws -> Double {
      try slopeLoss(model.encodeText(model.planText(prompts), soft: soft, deep: deep).value, seed)
    }
    try model.encodeText(model.planText(prompts, memory: 1), soft: soft, deep: deep).backward(seed)
    try checkSlope(soft, "soft", gradient: #require(soft.grad), loss)
    try checkSlope(deep.rows, "deep", gradient: #require(deep.rows.grad), loss)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let model = try model()
    let soft = Variable(try TinyModel.random([3, 16], "soft"))
    func code(_ deep: DeepPrompts) -> String? {
      errorCode { _ = try model.encodeText(model.planText(prompts), soft: soft, deep: deep) }
    }
    #expect(try code(deep([[0, 1, 2], [0, 1, 2], [0, 1, 2], [0, 1, 2]])) == "E0205")
    #expect(try code(deep([[0, 1]])) == "E0202")
    #expect(try code(deep([[0, 1, 5]])) == "E0202")
    #expect(try code(DeepPrompts(rows: Variable(Tensor.zeros([5, 15])), places: [[0, 1, 2]])) == "E0205")
  }
}

/// ⟨features, seed⟩.
func slopeLoss(_ features: Tensor, _ seed: Tensor) throws -> Double {
  zip(try features.toFloats(), try seed.toFloats()).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}

/// A gradient against a difference of fourth order along a random direction. Float32 features allow about three
/// digits.
func checkSlope(_ variable: Variable, _ name: String, gradient: Tensor, _ loss: () throws -> Double) throws {
  let base = try variable.value.toFloats()
  let shape = variable.value.shape
  let direction = try TinyModel.random(shape, "direction " + name).toFloats()
  let step: Float = 4e-3
  func at(_ factor: Float) throws -> Double {
    variable.value = try Tensor(zip(base, direction).map { $0 + factor * step * $1 }, shape: shape)
    return try loss()
  }
  let slope = try (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * Double(step))
  variable.value = try Tensor(base, shape: shape)
  let expected = zip(try gradient.toFloats(), direction).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
  let size = try gradient.toFloats().reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  #expect(
    abs(slope - expected) < 3e-3 * max(size, 0.1), "\(name): \(slope) against \(expected), |g| \(size)")
}
