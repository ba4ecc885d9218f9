import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor
import Testing

@Suite struct VisionTowerTests {
  /// Features and every gradient against the plain oracle.
  private func compare(
    _ model: CLIPModel, images: Int, pixelsTrained: Bool = true, trained: (String) -> Bool = { _ in true }
  ) throws {
    model.setTrainable(where: trained)
    let v = model.config.vision
    let pixels = Variable(
      try TinyModel.random([images, v.channels, v.imageSize, v.imageSize], "pixels"),
      requiresGrad: pixelsTrained)
    let seed = try TinyModel.random([images, model.config.embedDim], "seed")
    let found = try model.encodeImage(pixels)
    if found.requiresGrad { try found.backward(seed) }
    let foundPixels = pixels.grad
    let foundGradients = TinyModel.takeGradients(model)
    pixels.grad = nil
    let right = try DenseOracle(model: model).image(pixels)
    #expect(found.requiresGrad == right.requiresGrad)
    #expect(try relativeError(found.value, right.value) < 1e-5)
    guard right.requiresGrad else { return }
    try right.backward(seed)
    if pixelsTrained { #expect(try relativeError(#require(foundPixels), #require(pixels.grad)) < 5e-5) }
    let gradients = TinyModel.takeGradients(model)
    #expect(Set(gradients.keys) == Set(foundGradients.keys))
    for (name, gradient) in gradients {
      #expect(try relativeError(#require(foundGradients[name]), gradient) < 5e-5, "\(name)")
    }
  }

  @Test(arguments: [Activation.gelu, .quickGelu])
  func agreesWithThePlainEncoder(_ activation: Activation) throws {
    try compare(TinyModel.make(activation: activation), images: 5)
  }

  @Test func manyImagesFillSeveralBlocks() throws {
    try compare(TinyModel.make(visionWidth: 24, visionHeads: 3, visionLayers: 3, channels: 1), images: 70)
  }

  /// Beyond 80 tokens attention runs by matrix products.
  @Test func largeImages() throws {
    try compare(TinyModel.make(visionWidth: 16, visionHeads: 2, imageSize: 20, patch: 2), images: 3)
  }

  @Test func oneLayerOneImage() throws {
    try compare(TinyModel.make(visionLayers: 1), images: 1)
    try compare(TinyModel.make(visionLayers: 1, imageSize: 20, patch: 2), images: 1)
  }

  @Test(arguments: [
    "ln_1", "ln_2", "in_proj_weight", "out_proj.bias", "c_fc.bias", "c_proj.weight", "visual.proj", "ln_post",
    "visual.class_embedding", "visual.positional_embedding", "visual.conv1", "ln_pre.weight", "ln_pre.bias",
    "resblocks.1.ln_1.bias", "nothing",
  ])
  func partsAlone(_ part: String) throws {
    for size in [8, 20] {
      let model = try TinyModel.make(visionLayers: 3, imageSize: size, patch: size == 8 ? 4 : 2)
      try compare(model, images: 3, pixelsTrained: false) { $0.contains(part) }
    }
  }

  @Test func frozenFeaturesDoNotDependOnTheBatch() throws {
    for (size, patch) in [(8, 4), (20, 2)] {
      let model = try TinyModel.make(imageSize: size, patch: patch)
      let pixels = try TinyModel.random([7, 3, size, size], "pixels")
      let together = try model.encodeImageFrozen(pixels)
      for image in 0..<7 {
        let alone = try model.encodeImageFrozen(pixels.sliced(axis: 0, from: image, to: image + 1))
        #expect(try alone.toFloats() == together.sliced(axis: 0, from: image, to: image + 1).toFloats())
      }
      let right = try DenseOracle(model: model).image(Variable(pixels))
      #expect(try relativeError(together, right.value) < 1e-5)
      #expect(try model.encodeImage(Variable(pixels)).value.toFloats() == together.toFloats())
    }
  }

  @Test func bitsDoNotDependOnThreads() throws {
    for (size, patch) in [(8, 4), (20, 2)] {
      let model = try TinyModel.make(visionWidth: 32, visionHeads: 2, imageSize: size, patch: patch)
      model.setTrainable(prefix: "visual")
      let pixels = try TinyModel.random([40, 3, size, size], "pixels")
      let seed = try TinyModel.random([40, 6], "seed")
      func run() throws -> [[Float]] {
        let features = try model.encodeImage(Variable(pixels))
        try features.backward(seed)
        let gradients = TinyModel.takeGradients(model)
        return try [features.value.toFloats(), model.encodeImageFrozen(pixels).toFloats()]
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
  }

  @Test func tapsShowEveryRow() throws {
    let model = try TinyModel.make()
    let pixels = Variable(try TinyModel.random([2, 3, 8, 8], "pixels"))
    let taps = TowerTaps()
    let tapped = try model.encodeImage(pixels, taps: taps)
    #expect(taps.hidden.count == 3 && taps.hidden.allSatisfy { $0.shape == [2, 5, 16] })
    #expect(try relativeError(tapped.value, model.encodeImage(pixels).value) < 1e-5)
  }

  @Test func refusals() throws {
    let model = try TinyModel.make()
    func code(_ shape: [Int]) -> String? {
      do {
        _ = try model.encodeImage(Variable(Tensor.zeros(shape)))
        return nil
      } catch let error as Failure { return error.code } catch { return "\(error)" }
    }
    #expect(code([2, 1, 8, 8]) == "E0205")
    #expect(code([3, 8, 8]) == "E0205")
    #expect(code([1, 3, 8, 9]) == "E0205")
    #expect(code([0, 3, 8, 8]) == nil)
  }
}
