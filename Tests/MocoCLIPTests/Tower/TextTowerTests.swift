import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor
import Testing

@Suite struct TextTowerTests {
  private func tokens(_ ids: Int...) -> [PromptKey] { ids.map { .token($0) } }

  /// Random prompts over few keys, so that prefixes are shared.
  private func randomPrompts(_ count: Int, longest: Int, soft: Int, seed: UInt64) -> [[PromptKey]] {
    var random = Philox(seed: seed, stream: "prompts")
    return (0..<count).map { _ in
      [PromptKey.token(18)]
        + (0..<random.nextInt(below: longest - 1)).map { _ in
          soft > 0 && random.nextInt(below: 3) == 0
            ? .soft(random.nextInt(below: soft)) : .token(random.nextInt(below: 3))
        } + [.token(19)]
    }
  }

  /// Features and every gradient against the padded oracle.
  private func compare(
    _ model: CLIPModel, _ prompts: [[PromptKey]], soft rows: Int, memory: Int = TextPlan.defaultMemory,
    trained: (String) -> Bool = { _ in true }
  ) throws {
    model.setTrainable(where: trained)
    let soft = Variable(
      try TinyModel.random([max(rows, 1), model.config.text.width], "soft"), requiresGrad: rows > 0)
    let seed = try TinyModel.random([prompts.count, model.config.embedDim], "seed")
    let plan = try model.planText(prompts, memory: memory)

    let found = try model.encodeText(plan, soft: soft)
    if found.requiresGrad { try found.backward(seed) }
    let foundSoft = soft.grad
    let foundGradients = TinyModel.takeGradients(model)
    soft.grad = nil
    let right = try DenseOracle(model: model).text(prompts, soft: soft)
    #expect(found.requiresGrad == right.requiresGrad)
    #expect(try relativeError(found.value, right.value) < 1e-5)
    guard right.requiresGrad else { return }
    try right.backward(seed)
    if rows > 0 { #expect(try relativeError(#require(foundSoft), #require(soft.grad)) < 2e-5) }
    let gradients = TinyModel.takeGradients(model)
    // The gradient of the keys' bias is zero but for rounding, so all errors are taken against the largest
    // there is.
    for (name, gradient) in gradients {
      let mine = try #require(foundGradients[name], "no gradient for \(name)")
      #expect(try relativeError(mine, gradient) < 2e-5, "\(name)")
    }
    let textual = Set(gradients.keys)
    #expect(textual == Set(foundGradients.keys))
  }

  @Test(arguments: [Activation.gelu, .quickGelu])
  func agreesWithThePaddedEncoder(_ activation: Activation) throws {
    let model = try TinyModel.make(activation: activation)
    for seed in 0..<4 {
      try compare(model, randomPrompts(12, longest: 9, soft: 4, seed: UInt64(seed)), soft: 4)
    }
  }

  @Test func manyPromptsFillSeveralBlocks() throws {
    let model = try TinyModel.make(textWidth: 24, textHeads: 3, textLayers: 3)
    try compare(model, randomPrompts(150, longest: 9, soft: 5, seed: 9), soft: 5)
  }

  @Test(arguments: [(1, 1), (8, 1), (12, 4), (64, 1), (64, 2), (40, 1)])
  func anyHeadSize(_ width: Int, _ heads: Int) throws {
    let model = try TinyModel.make(textWidth: width, textHeads: heads)
    // A LayerNorm over one number has no gradient to speak of.
    let trained: (String) -> Bool = { _ in width > 1 }
    try compare(
      model, randomPrompts(6, longest: 6, soft: width > 1 ? 2 : 0, seed: 3), soft: width > 1 ? 2 : 0,
      trained: trained)
  }

  @Test func onePrompt() throws {
    let model = try TinyModel.make()
    try compare(model, [tokens(18, 4, 19)], soft: 0)
    try compare(model, [tokens(19)], soft: 0)
  }

  @Test func duplicatesAndPromptsThatContinueOthers() throws {
    let model = try TinyModel.make()
    try compare(
      model, [tokens(18, 4, 19), tokens(18, 4, 19), tokens(18, 4, 19, 5, 19), tokens(18), tokens(4, 18)],
      soft: 0)
  }

  @Test func oneLayer() throws {
    let model = try TinyModel.make(textLayers: 1)
    try compare(model, randomPrompts(8, longest: 6, soft: 3, seed: 5), soft: 3)
  }

  @Test func fullContext() throws {
    let model = try TinyModel.make()
    try compare(model, [(0..<10).map { .token($0) }, (0..<10).map { .token(9 - $0) }], soft: 0)
  }

  /// Whatever is trained alone gets the gradient that it gets among others, and nothing else gets one.
  @Test(arguments: [
    "ln_1.weight", "ln_1.bias", "in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias",
    "ln_2.weight",
    "ln_2.bias", "c_fc.weight", "c_fc.bias", "c_proj.weight", "c_proj.bias", "text_projection", "ln_final",
    "token_embedding", "positional_embedding", "resblocks.1", "resblocks.0.mlp", "nothing",
  ])
  func partsAlone(_ part: String) throws {
    let model = try TinyModel.make(textLayers: 3)
    model.setTrainable(false, prefix: "")
    try compare(model, randomPrompts(10, longest: 8, soft: 0, seed: 11), soft: 0) { $0.contains(part) }
  }

  @Test func softRowsAlone() throws {
    let model = try TinyModel.make()
    try compare(model, randomPrompts(10, longest: 8, soft: 3, seed: 12), soft: 3) { _ in false }
  }

  @Test func chunksInTwoPassesAgree() throws {
    let model = try TinyModel.make()
    let prompts = randomPrompts(40, longest: 8, soft: 3, seed: 13)
    let memory = TextPlan.bytesPerNode(model.config.text) * 20
    let plan = try model.planText(prompts, memory: memory)
    #expect(plan.chunkCount > 3)
    #expect(plan.chunks.flatMap(\.prompts).sorted() == Array(0..<40))
    #expect(plan.chunks.allSatisfy { $0.trie.nodeCount <= 20 })
    try compare(model, prompts, soft: 3, memory: memory)
    try compare(model, prompts, soft: 3, memory: 0)
  }

  @Test func bitsDoNotDependOnThreads() throws {
    let model = try TinyModel.make(textWidth: 32, textHeads: 4, textLayers: 3)
    model.setTrainable(prefix: "")
    let prompts = randomPrompts(150, longest: 9, soft: 4, seed: 21)
    let seed = try TinyModel.random([150, 6], "seed")
    func run() throws -> [[Float]] {
      let soft = Variable(try TinyModel.random([4, 32], "soft"), requiresGrad: true)
      let features = try model.encodeText(prompts, soft: soft)
      try features.backward(seed)
      let gradients = TinyModel.takeGradients(model)
      return try [features.value.toFloats(), #require(soft.grad).toFloats()]
        + gradients.keys.sorted().compactMap { try gradients[$0]?.toFloats() }
    }
    let threads = Parallel.threadCount
    defer { Parallel.threadCount = threads }
    var results: [[[Float]]] = []
    for count in [1, 2, 5] {
      Parallel.threadCount = count
      results.append(try run())
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  @Test func withoutGraphNothingIsKept() throws {
    let model = try TinyModel.make()
    model.setTrainable(prefix: "")
    let prompts = randomPrompts(10, longest: 8, soft: 0, seed: 1)
    let plain = try model.encodeText(prompts)
    let lean = try Autograd.noGrad { try model.encodeText(prompts) }
    #expect(!lean.requiresGrad)
    #expect(try lean.value.toFloats() == plain.value.toFloats())
    #expect(try model.encodeText([]).shape == [0, 6])
  }

  @Test func tapsFollowEachPrompt() throws {
    let model = try TinyModel.make()
    let prompts = [tokens(18, 4, 19), tokens(18, 4, 5, 19), tokens(18, 19)]
    let taps = TowerTaps()
    let tapped = try model.encodeText(prompts, taps: taps)
    #expect(try relativeError(tapped.value, model.encodeText(prompts).value) < 1e-5)
    #expect(taps.hidden.count == 3 && taps.hidden.allSatisfy { $0.shape == [3, 4, 16] })
    // Prompts 0 and 1 share two positions.
    let first = try taps.hidden[2].toFloats()
    #expect(Array(first[0..<32]) == Array(first[64..<96]))
    #expect(first[48..<64].allSatisfy { $0 == 0 })
    model.setTrainable(prefix: "")
    let seed = try TinyModel.random([3, 6], "seed")
    try model.encodeText(prompts, taps: TowerTaps()).backward(seed)
    let whole = TinyModel.takeGradients(model)
    try model.encodeText(prompts).backward(seed)
    for (name, gradient) in TinyModel.takeGradients(model) {
      #expect(try relativeError(#require(whole[name]), gradient) < 2e-5, "\(name)")
    }
  }

  @Test func refusals() throws {
    let model = try TinyModel.make()
    #expect(code { try model.encodeText([[]]) } == "E0604")
    #expect(code { try model.encodeText([Array(repeating: .token(1), count: 11)]) } == "E0603")
    #expect(code { try model.encodeText([[.token(20)]]) } == "E0202")
    #expect(code { try model.encodeText([[.token(-1)]]) } == "E0202")
    #expect(code { try model.encodeText([[.soft(-1)]]) } == "E0202")
    #expect(code { try model.encodeText([[.soft(0)]]) } == "E0205")
    let soft = Variable(try Tensor.zeros([2, 16]))
    #expect(code { try model.encodeText([[.soft(2)]], soft: soft) } == "E0202")
    #expect(code { try model.encodeText([[.soft(0)]], soft: Variable(Tensor.zeros([2, 15]))) } == "E0205")
    let other = try TinyModel.make(textWidth: 8)
    #expect(code { try other.encodeText(model.planText([[.token(1)]])) } == "E0605")
    try model.parameter("ln_final.weight").value = Tensor.zeros([3])
    #expect(code { try model.encodeText([[.token(1)]]) } == "E0602")
  }

  private func code(_ body: () throws -> Variable) -> String? {
    do {
      _ = try body()
      return nil
    } catch let error as Failure {
      return error.code
    } catch {
      return "\(error)"
    }
  }
}
