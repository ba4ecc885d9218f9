import Glibc
import MocoAutograd
import MocoBase
import MocoCLIP
import MocoFormats
import MocoTensor
import Testing

/// A ModifiedResNet in plain loops and double precision, unfolded and untiled.
private struct PlainResNet {
  let model: CLIPModel
  /// Other values than the model's, by name.
  var changed: [String: [Double]] = [:]

  /// A state of C channels, [C][side * side].
  typealias State = [[Double]]

  private func values(_ name: String) throws -> [Double] {
    try changed["visual." + name] ?? model.parameter("visual." + name).value.toFloats().map(Double.init)
  }

  private func convolve(
    _ x: State, side: Int, _ conv: String, _ norm: String, stride: Int, border: Int
  )
    throws -> State
  {
    let weight = try values(conv + ".weight")
    let shape = try model.parameter("visual.\(conv).weight").value.shape
    let gamma = try values(norm + ".weight")
    let beta = try values(norm + ".bias")
    let mean = try values(norm + ".running_mean")
    let variance = try values(norm + ".running_var")
    let out = side / stride
    let size = shape[2]
    return (0..<shape[0]).map { o in
      (0..<out * out).map { place in
        var sum = 0.0
        for c in 0..<shape[1] {
          for ky in 0..<size {
            for kx in 0..<size {
              let y = place / out * stride + ky - border
              let x0 = place % out * stride + kx - border
              guard y >= 0, y < side, x0 >= 0, x0 < side else { continue }
              sum += weight[((o * shape[1] + c) * size + ky) * size + kx] * x[c][y * side + x0]
            }
          }
        }
        return (sum - mean[o]) / sqrt(variance[o] + 1e-5) * gamma[o] + beta[o]
      }
    }
  }

  private func relu(_ x: State) -> State { x.map { $0.map { max($0, 0) } } }

  private func average(_ x: State, side: Int) -> State {
    let out = side / 2
    return x.map { plane in
      (0..<out * out).map { place in
        let y = place / out * 2
        let x0 = place % out * 2
        return
          (plane[y * side + x0] + plane[y * side + x0 + 1] + plane[(y + 1) * side + x0]
          + plane[(y + 1) * side + x0 + 1]) / 4
      }
    }
  }

  func feature(_ pixels: [Double]) throws -> [Double] {
    let vision = model.config.vision
    var side = vision.imageSize
    var x: State = (0..<vision.channels).map { c in
      Array(pixels[c * side * side..<(c + 1) * side * side])
    }
    for (number, stride) in [(1, 2), (2, 1), (3, 1)] {
      x = relu(try convolve(x, side: side, "conv\(number)", "bn\(number)", stride: stride, border: 1))
      side /= stride
    }
    x = average(x, side: side)
    side /= 2
    for (stage, count) in vision.stages.enumerated() {
      for block in 0..<count {
        let name = "layer\(stage + 1).\(block)."
        let halves = stage > 0 && block == 0
        var y = relu(try convolve(x, side: side, name + "conv1", name + "bn1", stride: 1, border: 0))
        y = relu(try convolve(y, side: side, name + "conv2", name + "bn2", stride: 1, border: 1))
        if halves { y = average(y, side: side) }
        let after = halves ? side / 2 : side
        y = try convolve(y, side: after, name + "conv3", name + "bn3", stride: 1, border: 0)
        if block == 0 {
          if halves { x = average(x, side: side) }
          x = try convolve(x, side: after, name + "downsample.0", name + "downsample.1", stride: 1, border: 0)
        }
        x = relu(zip(x, y).map { zip($0, $1).map { $0 + $1 } })
        side = after
      }
    }
    let pixels = side * side
    let width = x.count
    var rows = [x.map { $0.reduce(0, +) / Double(pixels) }] + (0..<pixels).map { p in x.map { $0[p] } }
    let positions = try values("attnpool.positional_embedding")
    for t in rows.indices { for i in 0..<width { rows[t][i] += positions[t * width + i] } }
    func linear(_ x: [Double], _ name: String) throws -> [Double] {
      let w = try values("attnpool.\(name).weight")
      let b = try values("attnpool.\(name).bias")
      return b.indices.map { o in b[o] + (0..<width).reduce(0) { $0 + w[o * width + $1] * x[$1] } }
    }
    let q = try linear(rows[0], "q_proj")
    let keys = try rows.map { try linear($0, "k_proj") }
    let mixed = try rows.map { try linear($0, "v_proj") }
    let size = width / vision.heads
    var result = [Double](repeating: 0, count: width)
    for head in 0..<vision.heads {
      let range = head * size..<(head + 1) * size
      let scores = keys.map { key in range.reduce(0) { $0 + q[$1] * key[$1] } / sqrt(Double(size)) }
      let weights = scores.map { exp($0 - (scores.max() ?? 0)) }
      let total = weights.reduce(0, +)
      for i in range { result[i] = zip(weights, mixed).reduce(0) { $0 + $1.0 * $1.1[i] } / total }
    }
    return try linear(result, "c_proj")
  }
}

@Suite struct ResNetTests {
  static func config(
    imageSize: Int = 64, stages: [Int] = [2, 1, 2, 1], width: Int = 4, heads: Int? = nil, channels: Int = 3
  ) -> CLIPConfig {
    CLIPConfig(
      embedDim: 10,
      vision: VisionConfig(
        imageSize: imageSize, stages: stages, width: width, heads: heads, channels: channels),
      text: TextConfig(context: 9, vocabulary: 514 + 30, width: 64, layers: 1, heads: 1))
  }

  /// Random numbers everywhere, batch norms included.
  static func model(_ config: CLIPConfig) throws -> CLIPModel {
    let model = try CLIPModel.random(config: config, seed: 5)
    for (name, variable) in model.parameters where name.hasPrefix("visual.") && variable.value.rank == 1 {
      var random = Philox(seed: 2, stream: name)
      let isPositive = name.hasSuffix("running_var")
      let isOne = name.contains("bn") && name.hasSuffix("weight")
      variable.value = try Tensor(
        Tensor.randn(variable.value.shape, &random).toFloats().map {
          isPositive ? 0.5 + abs($0) : 0.3 * $0 + (isOne ? 1 : 0)
        }, shape: variable.value.shape)
    }
    return model
  }

  static func pixels(_ config: CLIPConfig, _ count: Int) throws -> Tensor {
    var random = Philox(seed: 4, stream: "pixels")
    let vision = config.vision
    return try Tensor.randn([count, vision.channels, vision.imageSize, vision.imageSize], &random)
  }

  @Test(
    arguments: [
      config(), config(imageSize: 96, stages: [1, 1, 1, 1], width: 2, channels: 1),
      config(imageSize: 32, stages: [1, 2, 1, 3], width: 6, heads: 4, channels: 5),
      // Blocks of more rows, and more channels in the image than in any state.
      config(imageSize: 96, stages: [1, 1, 1, 1], width: 2, channels: 40),
    ])
  func agreesWithPlainLoops(_ config: CLIPConfig) throws {
    let model = try Self.model(config)
    let pixels = try Self.pixels(config, 2)
    let found = try model.encodeImageFrozen(pixels).toFloats()
    let size = pixels.count / 2
    for image in 0..<2 {
      let right = try PlainResNet(model: model).feature(
        pixels.toFloats()[image * size..<(image + 1) * size].map(Double.init))
      let largest = right.reduce(0) { max($0, abs($1)) }
      for (a, b) in zip(found[image * 10..<(image + 1) * 10], right) {
        #expect(abs(Double(a) - b) < 1e-5 * largest, "\(a) \(b)")
      }
    }
  }

  /// The golden numbers of OpenAI's own code; the whole model is checked by `scripts/golden`.
  @Test func agreesWithTheReference() throws {
    let file = try SafetensorsFile(path: Fixtures.root + "/Tests/Fixtures/resnet/image-tower.safetensors")
    let config = CLIPConfig(
      embedDim: 96, vision: VisionConfig(imageSize: 64, stages: [1, 2, 1, 1], width: 4),
      text: TextConfig(context: 9, vocabulary: 20, width: 64, layers: 1, heads: 1))
    let model = try CLIPModel.random(config: config, seed: 1)
    for (name, variable) in model.parameters where name.hasPrefix("visual.") {
      variable.value = try file.tensor(name)
    }
    let found = try model.encodeImageFrozen(file.tensor("pixel_values")).toFloats()
    let right = try file.tensor("image_features").toFloats()
    #expect(found.count == right.count)
    for (a, b) in zip(found, right) { #expect(abs(a - b) < 1e-5) }
  }

  @Test func anImageHasTheSameBitsInEveryBatch() throws {
    let config = Self.config()
    let model = try Self.model(config)
    let pixels = try Self.pixels(config, 5)
    let all = try model.encodeImageFrozen(pixels).toFloats()
    let size = pixels.count / 5
    for image in 0..<5 {
      let one = try Tensor(
        Array(pixels.toFloats()[image * size..<(image + 1) * size]), shape: [1, 3, 64, 64])
      #expect(try model.encodeImageFrozen(one).toFloats() == Array(all[image * 10..<(image + 1) * 10]))
      #expect(
        try model.encodeImage(Variable(one)).value.toFloats() == Array(all[image * 10..<(image + 1) * 10]))
    }
    let threads = Parallel.threadCount
    defer { Parallel.threadCount = threads }
    for count in 1...3 {
      Parallel.threadCount = count
      #expect(try model.encodeImageFrozen(pixels).toFloats() == all)
    }
    #expect(try model.encodeImageFrozen(Tensor.zeros([0, 3, 64, 64])).shape == [0, 10])
    #expect(throws: Failure.self) { try model.encodeImageFrozen(Tensor.zeros([1, 3, 32, 32])) }
  }

  /// Directional derivatives against differences of the plain loops in double precision.
  @Test func gradientsAgreeWithDifferences() throws {
    // Four tokens: of a single one the mean is itself, and the gradient of its attention is what cancellation leaves.
    let config = Self.config(imageSize: 64, stages: [1, 2, 1, 1], width: 2, channels: 2)
    let model = try Self.model(config)
    model.setTrainable(prefix: "visual.")
    let pixels = Variable(try Self.pixels(config, 2), requiresGrad: true)
    var random = Philox(seed: 8, stream: "weights")
    let weights = try Tensor.randn([2, 10], &random)
    let found = try model.encodeImage(pixels)
    try found.backward(weights)
    #expect(try relativeError(found.value, model.encodeImageFrozen(pixels.value)) < 1e-5)

    let images = try pixels.value.toFloats().map(Double.init)
    let factors = try weights.toFloats().map(Double.init)
    func loss(_ plain: PlainResNet, _ images: [Double]) throws -> Double {
      let size = images.count / 2
      var sum = 0.0
      for image in 0..<2 {
        let feature = try plain.feature(Array(images[image * size..<(image + 1) * size]))
        for i in 0..<10 { sum += factors[image * 10 + i] * feature[i] }
      }
      return sum
    }
    func check(_ name: String, _ gradient: Tensor, _ loss: ([Double]) throws -> Double) throws {
      var random = Philox(seed: 8, stream: name)
      let direction = try Tensor.randn(gradient.shape, &random).toFloats().map(Double.init)
      let step = 1e-6
      let slope = try (loss(direction.map { $0 * step }) - loss(direction.map { -$0 * step })) / (2 * step)
      let values = try gradient.toFloats().map(Double.init)
      let expected = zip(values, direction).reduce(0) { $0 + $1.0 * $1.1 }
      let size = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(
        abs(slope - expected) < 1e-4 * max(size, 0.01), "\(name): \(slope) against \(expected), |g| \(size)")
    }
    try check("pixels", #require(pixels.grad)) { change in
      try loss(PlainResNet(model: model), zip(images, change).map { $0 + $1 })
    }
    for (name, variable) in model.parameters where name.hasPrefix("visual.") {
      guard !name.contains("running_") else {
        #expect(variable.grad == nil)
        continue
      }
      let base = try variable.value.toFloats().map(Double.init)
      try check(name, #require(variable.grad, "no gradient for \(name)")) { change in
        try loss(PlainResNet(model: model, changed: [name: zip(base, change).map { $0 + $1 }]), images)
      }
    }
  }

  @Test func onlyWhatTrainsIsRecorded() throws {
    let config = Self.config(imageSize: 32, stages: [1, 1, 1, 1], width: 2)
    let model = try Self.model(config)
    let pixels = Variable(try Self.pixels(config, 1))
    #expect(try !model.encodeImage(pixels).requiresGrad)
    model.setTrainable { $0.contains("running_") }
    #expect(try !model.encodeImage(pixels).requiresGrad)
    model.setTrainable(prefix: "visual.attnpool.c_proj.bias")
    let features = try model.encodeImage(pixels)
    #expect(features.requiresGrad)
    try features.backward(Tensor.full([1, 10], 1))
    #expect(
      try model.parameter("visual.attnpool.c_proj.bias").grad?.toFloats() == [Float](repeating: 1, count: 10))
    #expect(try model.parameter("visual.conv1.weight").grad == nil)
    #expect(try !Autograd.noGrad { try model.encodeImage(pixels) }.requiresGrad)
    #expect(try model.encodeImage(Variable(Tensor.zeros([0, 3, 32, 32]))).value.shape == [0, 10])
  }

  @Test func filesAreReadBack() throws {
    try Fixtures.inFolder { folder in
      let model = try Self.model(Self.config(width: 4))
      let path = folder + "/own.safetensors"
      try model.save(path: path, type: .f32)
      let own = try CLIPModel.load(path: path)
      #expect(try own.config == model.config && own.contentHash() == model.contentHash())

      // OpenAI's names without a configuration.
      var items: [SafetensorsWriter.Item] = model.parameters.map { ($0.name, $0.variable.value, .f32) }
      items.append(("visual.bn1.num_batches_tracked", try Tensor([7] as [Int], shape: []), .i64))
      try SafetensorsWriter.write(path: path, tensors: items)
      let bare = try CLIPModel.load(path: path)
      #expect(try bare.contentHash() == model.contentHash())
      #expect(bare.config.vision == model.config.vision && bare.config.vision.heads == 2)
      #expect(bare.summary.contains("RN-4×2-1-2-1") && bare.summary.contains("images 64×64"))
      #expect(bare.info?.unused.map(\.name) == ["visual.bn1.num_batches_tracked"])

      try AtomicFile.write(
        #"{"model_cfg": {"vision_cfg": {"layers": [2, 1, 2, 1], "width": 4, "head_width": 32}, "text_cfg": {"heads": 2}}}"#,
        to: folder + "/open_clip_config.json")
      let open = try CLIPModel.load(path: path)
      #expect(open.config.vision.heads == 4 && open.config.activation == .gelu)

      let gone = ["visual.layer3.1.bn2.running_var", "visual.attnpool.k_proj.bias"]
      try SafetensorsWriter.write(path: path, tensors: items.filter { !gone.contains($0.name) })
      let message = errorMessage { _ = try CLIPModel.load(path: path) }
      #expect(message.hasPrefix("E0601") && gone.allSatisfy { message.contains($0) }, "\(message)")
      let strange = items + [("visual.layer1.0.se.weight", try Tensor([1], shape: [1]), .f32)]
      try SafetensorsWriter.write(path: path, tensors: strange)
      #expect(errorMessage { _ = try CLIPModel.load(path: path) }.contains("variant of CLIP"))
      let variance = try Tensor([-1, 1], shape: [2])
      let negative = items.map {
        $0.name == "visual.bn2.running_var" ? SafetensorsWriter.Item($0.name, variance, .f32) : $0
      }
      try SafetensorsWriter.write(path: path, tensors: negative)
      let damaged = try CLIPModel.load(path: path)
      #expect(errorCode { _ = try damaged.encodeImageFrozen(Self.pixels(damaged.config, 1)) } == "E0606")
    }
  }

  @Test func impossibleSizesAreRefused() throws {
    func code(_ change: (inout CLIPConfig) -> Void) -> String? {
      var config = Self.config()
      change(&config)
      return errorCode { try config.validate() }
    }
    #expect(code { _ in } == nil)
    #expect(code { $0.vision.stages = [1, 1, 1] } == "E0605")
    #expect(code { $0.vision.stages = [1, 1, 0, 1] } == "E0605")
    #expect(code { $0.vision.stages[0] = .max } == "E0605")
    #expect(code { $0.vision.width = 5 } == "E0605")
    #expect(code { $0.vision.width = 1 << 19 } == "E0605")
    #expect(code { $0.vision.heads = 3 } == "E0605")
    #expect(code { $0.vision.imageSize = 65 } == "E0605")
  }
}
