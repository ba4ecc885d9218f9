import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor
import Testing

/// Prompts beside the patches of images, against the plain computation and against differences.
@Suite struct VisionPromptTests {
  private struct Case: Sendable {
    var layers: ClosedRange<Int>? = nil
    var deep: [Bool] = []
    var prompts = true
    var trained = true
    var deepTrained = true
    var weights = ""
    var pixels = false
    var memory = VisionPrompts.defaultMemory
    var output = ImageOutput.feature
    /// Which of the prompts, 0, and the deep ones, 1 …, are each image's own.
    var own: Set<Int> = []
    /// Pixels of a side and of a patch: rows attend by lists where there are few, by products where there are many.
    var size = (8, 4)
  }

  private static let cases = [
    Case(), Case(deep: [true, false, true]), Case(deep: [true, true, true], memory: 1),
    Case(deep: [false, true], trained: false), Case(deep: [true, true], weights: "visual."),
    Case(deep: [true], weights: "visual.transformer.resblocks.2.ln_1", memory: 1),
    Case(layers: 2...3, deep: [true]), Case(layers: 3...3, memory: 1),
    Case(layers: 1...3, deep: [true, true], trained: false),
    Case(layers: 2...3, deep: [true], weights: "visual."),
    Case(layers: 2...3, weights: "visual.conv1", memory: 1),
    Case(layers: 2...3, pixels: true), Case(deep: [true], pixels: true),
    Case(deep: [true, true], weights: "visual.", memory: 1, size: (20, 2)),
    Case(layers: 2...3, deep: [true], size: (20, 2)),
    Case(deep: [true], output: .tokens), Case(deep: [true], weights: "visual.", output: .patches),
    Case(layers: 1...2, deep: [true], output: .pooled),
    Case(prompts: false, weights: "visual.", output: .tokens),
    Case(deep: [true], deepTrained: false), Case(deep: [true], weights: "visual.ln_p"),
    Case(own: [0]), Case(memory: 1, own: [0]), Case(deep: [true, false, true], own: [0, 1, 3]),
    Case(deep: [true, true, true], memory: 1, own: [2]), Case(deep: [true, true], memory: 1, own: [0, 2]),
    Case(deep: [false, true], trained: false, own: [2]), Case(deep: [true], deepTrained: false, own: [0, 1]),
    Case(layers: 2...3, deep: [true], own: [0, 1]),
    Case(layers: 1...2, deep: [true], output: .tokens, own: [1]),
    Case(deep: [true, true], weights: "visual.", memory: 1, own: [0, 1, 2], size: (20, 2)),
    Case(deep: [true], weights: "visual.", pixels: true, output: .patches, own: [0]),
  ]

  private func model(_ setting: Case) throws -> CLIPModel {
    try TinyModel.make(visionLayers: 4, imageSize: setting.size.0, patch: setting.size.1)
  }

  private func prompts(_ setting: Case, images: Int = 3) throws -> VisionPrompts {
    func rows(_ name: String, _ trained: Bool, _ place: Int) throws -> Variable {
      let shape = setting.own.contains(place) ? [images, 3, 16] : [3, 16]
      return Variable(try TinyModel.random(shape, name), requiresGrad: trained)
    }
    guard setting.prompts else { return VisionPrompts() }
    return VisionPrompts(
      try rows("prompts", setting.trained, 0),
      deep: try setting.deep.enumerated().map {
        try $1 ? rows("deep \($0)", setting.deepTrained, $0 + 1) : nil
      },
      layers: setting.layers)
  }

  private func takeGradients(_ variables: [Variable?]) -> [Tensor?] {
    variables.map { variable in
      defer { variable?.grad = nil }
      return variable?.grad
    }
  }

  @Test(arguments: Self.cases.indices)
  func agreesWithThePlainComputation(_ index: Int) throws {
    let setting = Self.cases[index]
    let model = try model(setting)
    if !setting.weights.isEmpty { model.setTrainable(prefix: setting.weights) }
    let prompts = try prompts(setting)
    let size = setting.size.0
    let pixels = Variable(try TinyModel.random([3, 3, size, size], "pixels"), requiresGrad: setting.pixels)
    let found = try model.encodeImage(
      pixels, prompts: prompts, output: setting.output, memory: setting.memory)
    let seed = try TinyModel.random(found.shape, "seed")
    #expect(found.requiresGrad)
    try found.backward(seed)
    let variables = [prompts.rows] + prompts.deep + [pixels]
    let mine = takeGradients(variables)
    let weights = TinyModel.takeGradients(model)
    let right = try DenseOracle(model: model).image(pixels, prompts: prompts, output: setting.output)
    try right.backward(seed)
    #expect(try relativeError(found.value, right.value) < 1e-5)
    for (place, (own, other)) in zip(mine, takeGradients(variables)).enumerated() {
      #expect((own == nil) == (other == nil), "\(place)")
      if let own, let other { #expect(try relativeError(own, other) < 2e-5, "\(place)") }
    }
    let expected = TinyModel.takeGradients(model)
    #expect(Set(weights.keys) == Set(expected.keys))
    let largest = try expected.values.map { try $0.toFloats().map(abs).max() ?? 0 }.max() ?? 1
    for (name, gradient) in expected {
      // The gradient of the keys' bias is zero but for rounding.
      let own = try #require(weights[name])
      let error = try zip(own.toFloats(), gradient.toFloats()).map { abs($0 - $1) }.max() ?? 0
      #expect(error < 2e-5 * largest, "\(name)")
    }
  }

  @Test(arguments: [1, 1 << 30], [[], [0, 1], [0, 3]] as [Set<Int>])
  func differencesAgree(_ memory: Int, _ own: Set<Int>) throws {
    let setting = Case(deep: [true, false, true], memory: memory, own: own)
    let model = try model(setting)
    let prompts = try prompts(setting, images: 2)
    let pixels = Variable(try TinyModel.random([2, 3, 8, 8], "pixels"))
    let seed = try TinyModel.random([2, 6], "seed")
    func loss() throws -> Double {
      try slopeLoss(model.encodeImage(pixels, prompts: prompts, memory: memory).value, seed)
    }
    try model.encodeImage(pixels, prompts: prompts, memory: memory).backward(seed)
    for (place, variable) in ([prompts.rows] + prompts.deep).enumerated() {
      guard let variable else { continue }
      try checkSlope(variable, "prompts \(place)", gradient: #require(variable.grad), loss)
    }
  }

  /// Prompts that are frozen before one block and trained before another.
  @Test func depthThatIsTrainedInPart() throws {
    let setting = Case(deep: [true, false, true], trained: false)
    let model = try model(setting)
    let pixels = Variable(try TinyModel.random([3, 3, 8, 8], "pixels"))
    let seed = try TinyModel.random([3, 6], "seed")
    func gradient(first trained: Bool, memory: Int) throws -> Tensor {
      let prompts = try prompts(setting)
      prompts.deep[0]?.requiresGrad = trained
      try model.encodeImage(pixels, prompts: prompts, memory: memory).backward(seed)
      #expect((prompts.deep[0]?.grad != nil) == trained)
      return try #require(prompts.deep[2]?.grad)
    }
    for memory in [1, 1 << 30] {
      #expect(
        try relativeError(gradient(first: false, memory: memory), gradient(first: true, memory: memory))
          < 1e-6)
    }
  }

  /// Without a graph: alone, in a batch, with kept states and without, the bits are the same.
  @Test(arguments: [(8, 4), (20, 2)], ImageOutput.allCases)
  func anImagesBitsAreItsOwn(_ size: (Int, Int), _ output: ImageOutput) throws {
    let setting = Case(layers: 2...3, deep: [true], trained: false, deepTrained: false, size: size)
    let model = try model(setting)
    let prompts = try prompts(setting)
    let pixels = try TinyModel.random([5, 3, size.0, size.0], "pixels")
    func rows(_ from: Int, _ to: Int, cache: Int) throws -> [Float] {
      let part = Variable(try pixels[[.range(from: from, to: to)]].contiguous())
      return try model.encodeImage(part, prompts: prompts, output: output, cache: cache).value.toFloats()
    }
    let all = try rows(0, 5, cache: 0)
    let row = all.count / 5
    for image in 0..<5 {
      #expect(try Array(all[(image * row)..<((image + 1) * row)]) == rows(image, image + 1, cache: 1 << 20))
    }
    // Room for two states, and none.
    let state = model.config.vision.tokens * 16 * 4
    for cache in [1 << 20, 2 * state, 1, 0, 1 << 20] {
      #expect(try rows(0, 5, cache: cache) == all, "\(cache)")
    }
    #expect(try rows(1, 4, cache: 2 * state) == Array(all[row..<(4 * row)]))
  }

  /// Kept states are those of the weights as they are now.
  @Test func keptStatesFollowTheWeights() throws {
    let setting = Case(layers: 2...3)
    let model = try model(setting)
    let prompts = try prompts(setting)
    let pixels = Variable(try TinyModel.random([2, 3, 8, 8], "pixels"))
    func features() throws -> [Float] { try model.encodeImage(pixels, prompts: prompts).value.toFloats() }
    let before = try features()
    #expect(try features() == before)
    let weight = try model.parameter("visual.transformer.resblocks.1.mlp.c_proj.bias")
    try weight.value.withMutableFloats { $0[0] += 1 }
    let written = try features()
    #expect(written != before)
    weight.value = try Tensor(weight.value.toFloats().map { $0 * 2 }, shape: weight.value.shape)
    let replaced = try features()
    #expect(replaced != written)
    let right = try DenseOracle(model: model).image(pixels, prompts: prompts)
    #expect(try relativeError(Tensor(replaced, shape: [2, 6]), right.value) < 1e-5)
    // Trained below, nothing is kept, and the gradient arrives.
    weight.requiresGrad = true
    try model.encodeImage(pixels, prompts: prompts).backward(TinyModel.random([2, 6], "seed"))
    #expect(weight.grad != nil)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let model = try model(Case())
    let pixels = Variable(try TinyModel.random([1, 3, 8, 8], "pixels"))
    let good = Variable(try TinyModel.random([2, 16], "p"))
    func code(_ prompts: VisionPrompts) -> String? {
      errorCode { _ = try model.encodeImage(pixels, prompts: prompts) }
    }
    #expect(try code(VisionPrompts(Variable(Tensor.zeros([2, 15])))) == "E0205")
    #expect(try code(VisionPrompts(Variable(Tensor.zeros([0, 16])))) == "E0205")
    #expect(try code(VisionPrompts(Variable(Tensor.zeros([1, 1, 2, 16])))) == "E0205")
    #expect(try code(VisionPrompts(Variable(Tensor.zeros([1, 0, 16])))) == "E0205")
    #expect(try code(VisionPrompts(Variable(Tensor.zeros([2, 2, 16])))) == "E0205")
    #expect(try code(VisionPrompts(Variable(Tensor.zeros([0, 2, 16])))) == "E0205")
    #expect(try code(VisionPrompts(good, deep: [Variable(Tensor.zeros([2, 2, 16]))])) == "E0205")
    #expect(try code(VisionPrompts(good, deep: [Variable(Tensor.zeros([1, 3, 16]))])) == "E0205")
    #expect(try code(VisionPrompts(good, deep: [nil, Variable(Tensor.zeros([1, 2, 16]))])) == nil)
    #expect(try code(VisionPrompts(Variable(Tensor.zeros([1, 2, 16])), deep: [good])) == nil)
    #expect(try code(VisionPrompts(good, deep: [Variable(Tensor.zeros([3, 16]))])) == "E0205")
    #expect(code(VisionPrompts(good, deep: [nil, nil, nil, good])) == "E0205")
    #expect(code(VisionPrompts(good, deep: [good, good], layers: 2...3)) == "E0205")
    #expect(code(VisionPrompts(good, layers: 2...4)) == "E0305")
    #expect(code(VisionPrompts(nil, deep: [good])) == "E0305")
    #expect(code(VisionPrompts(nil, layers: 1...2)) == "E0305")
    #expect(code(VisionPrompts(good, deep: [nil, nil, good])) == nil)
    #expect(errorCode { _ = try model.encodeImage(good, prompts: VisionPrompts(good)) } == "E0205")
  }

  /// Prompts of each image's own are what as many calls give, one an image: without a graph to the bit.
  @Test(arguments: [nil, 1...3] as [ClosedRange<Int>?], [1, 1 << 30])
  func ownPromptsAreAsManyCalls(_ layers: ClosedRange<Int>?, _ memory: Int) throws {
    let setting = Case(layers: layers, deep: [true, false], own: [0, 1])
    let model = try model(setting)
    let prompts = try prompts(setting, images: 4)
    let pixels = try TinyModel.random([4, 3, 8, 8], "pixels")
    let seed = try TinyModel.random([4, 6], "seed")
    func part(_ tensor: Tensor, _ image: Int) throws -> Tensor {
      try tensor[[.range(from: image, to: image + 1)]].contiguous()
    }
    func alone(_ image: Int) throws -> VisionPrompts {
      func rows(_ all: Variable) throws -> Variable {
        Variable(try part(all.value, image).reshaped([3, 16]), requiresGrad: true)
      }
      return VisionPrompts(
        try rows(#require(prompts.rows)), deep: [try rows(#require(prompts.deep[0])), nil], layers: layers)
    }
    let all = try Autograd.noGrad {
      try model.encodeImage(Variable(pixels), prompts: prompts, memory: memory)
    }
    try model.encodeImage(Variable(pixels), prompts: prompts, memory: memory).backward(seed)
    for image in 0..<4 {
      let single = try alone(image)
      let own = Variable(try part(pixels, image))
      let feature = try Autograd.noGrad { try model.encodeImage(own, prompts: single) }
      #expect(try part(all.value, image).toFloats() == feature.value.toFloats())
      try model.encodeImage(own, prompts: single).backward(part(seed, image))
      for (one, batch) in [(single.rows, prompts.rows), (single.deep[0], prompts.deep[0])] {
        let right = try #require(one?.grad).reshaped([1, 3, 16])
        #expect(try relativeError(part(#require(batch?.grad), image), right) < 1e-5)
      }
    }
  }

  /// Prompts that are computed from the image, in rows that do not lie one behind the other.
  @Test func ownPromptsMayBeViews() throws {
    let model = try model(Case())
    let pixels = Variable(try TinyModel.random([3, 3, 8, 8], "pixels"))
    let base = Variable(try TinyModel.random([16, 2, 3], "base"), requiresGrad: true)
    let view = try F.permute(base, [2, 1, 0])
    let plain = Variable(try view.value.contiguous(), requiresGrad: true)
    let seed = try TinyModel.random([3, 6], "seed")
    let found = try model.encodeImage(pixels, prompts: VisionPrompts(view, deep: [nil, view]))
    try found.backward(seed)
    let right = try model.encodeImage(pixels, prompts: VisionPrompts(plain, deep: [nil, plain]))
    try right.backward(seed)
    #expect(try found.value.toFloats() == right.value.toFloats())
    let gradient = try #require(plain.grad).permuted([2, 1, 0]).contiguous()
    #expect(try relativeError(#require(base.grad), gradient) < 1e-6)
  }

  /// Feature and chunks of the tower without prompts.
  @Test func withoutPromptsItIsTheTower() throws {
    let model = try model(Case())
    let pixels = Variable(try TinyModel.random([3, 3, 8, 8], "pixels"))
    let found = try model.encodeImage(pixels, prompts: VisionPrompts())
    #expect(try relativeError(found.value, model.encodeImage(pixels).value) < 1e-6)
    #expect(CLIPModel.imageChunks(32, most: 20) == [0..<12, 12..<32])
    #expect(CLIPModel.imageChunks(3, most: 0) == [0..<1, 1..<2, 2..<3])
  }
}

/// Towers that average their patches, or have no LayerNorm before the first block.
@Suite struct VisionPromptKindsTests {
  private struct Kind: Sendable {
    var averages = false
    var normsAfterPool = false
    var hasPreNorm = true
  }

  private static let kinds = [
    Kind(averages: true), Kind(averages: true, normsAfterPool: true), Kind(hasPreNorm: false),
    Kind(averages: true, hasPreNorm: false),
  ]

  private func model(_ kind: Kind) throws -> CLIPModel {
    let plain = try TinyModel.make(visionLayers: 3)
    var config = plain.config
    config.vision.pool = kind.averages ? .average : config.vision.pool
    config.vision.normsAfterPool = kind.normsAfterPool
    config.vision.hasPreNorm = kind.hasPreNorm
    return try CLIPModel(
      config: config,
      tensors: Dictionary(plain.parameters.map { ($0.name, $0.variable.value) }) { first, _ in first })
  }

  @Test(arguments: Self.kinds.indices, ImageOutput.allCases)
  func agreesWithThePlainComputation(_ index: Int, _ output: ImageOutput) throws {
    let model = try model(Self.kinds[index])
    for (layers, memory) in [(nil, 1), (1...2, 1 << 30)] as [(ClosedRange<Int>?, Int)] {
      let rows = try ["a", "b"].map { Variable(try TinyModel.random([3, 16], $0), requiresGrad: true) }
      let prompts = VisionPrompts(rows[0], deep: [rows[1]], layers: layers)
      let pixels = Variable(try TinyModel.random([2, 3, 8, 8], "pixels"))
      model.setTrainable(prefix: "visual.ln_post")
      let found = try model.encodeImage(pixels, prompts: prompts, output: output, memory: memory)
      let seed = try TinyModel.random(found.shape, "seed")
      try found.backward(seed)
      let mine = rows.map(\.grad)
      for variable in rows { variable.grad = nil }
      let weights = TinyModel.takeGradients(model)
      let right = try DenseOracle(model: model).image(pixels, prompts: prompts, output: output)
      try right.backward(seed)
      #expect(try relativeError(found.value, right.value) < 1e-5)
      for (own, variable) in zip(mine, rows) {
        #expect(try relativeError(#require(own), #require(variable.grad)) < 2e-5)
      }
      for (name, gradient) in TinyModel.takeGradients(model) {
        #expect(try relativeError(#require(weights[name]), gradient) < 2e-5, "\(name)")
      }
      let alone = try Autograd.noGrad { try model.encodeImage(pixels, prompts: prompts, output: output) }
      #expect(try relativeError(alone.value, right.value) < 1e-5)
    }
    if output == .feature {
      let pixels = Variable(try TinyModel.random([2, 3, 8, 8], "pixels"))
      let plain = try model.encodeImage(pixels, prompts: VisionPrompts())
      #expect(try relativeError(plain.value, model.encodeImage(pixels).value) < 1e-5)
    }
  }
}
