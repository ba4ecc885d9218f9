import MocoAutograd
import MocoCLIP
import MocoMethods
import MocoTensor
import MocoTraining

extension Bench {
  /// Features of a batch of images, without gradient.
  static func imageEncode(_ options: BenchOptions, _ report: inout BenchReport) throws {
    let clip = try BenchInputs.model(options.model, seed: options.seed, textOnly: false)
    let pixels = try pixels(clip, options)
    report.add("model", options.model)
    report.add("batch", options.batch)
    var features: Tensor?
    let times = try Measure.repeated(options.repetitions) { features = try clip.encodeImageFrozen(pixels) }
    if let path = options.export, let features {
      try BenchExport(clip, pixels: pixels, features: features).write(path, times: times)
    }
    report.add("images_per_second", Double(options.batch) / times.median)
    try addRates(times, flops: clip.config.imageFLOPs * Double(options.batch), &report)
  }

  /// One training step with the images in it: the LayerNorms of the vision tower's blocks are trained too.
  static func visionLayerNormStep(_ options: BenchOptions, _ report: inout BenchReport) throws {
    let clip = try BenchInputs.model(options.model, seed: options.seed, textOnly: false)
    let mixture = try mixture(clip, options, vision: true)
    let batch = PromptBatch(images: .pixels(try pixels(clip, options)), labels: labels(mixture, options))
    describe(mixture, options, &report)
    _ = try mixture.hard()
    let optimizer = try optimizer(mixture, options)
    let times = try Measure.repeated(min(options.repetitions, 3)) { _ = try step(mixture, batch, optimizer) }
    guard let plan = mixture.stepPlan else { return }
    report.add("trie_nodes", plan.nodeCount)
    report.add("padded_rows", plan.paddedRows)
    let config = clip.config
    let images = Double(options.batch) * (config.imageFLOPs + config.imageLayerNormBackwardFLOPs)
    try addRates(times, flops: plan.stepFLOPs(config) + images, &report)
  }

  private static func pixels(_ clip: CLIPModel, _ options: BenchOptions) throws -> Tensor {
    let vision = clip.config.vision
    let shape = [options.batch, vision.channels, vision.imageSize, vision.imageSize]
    return try BenchInputs.normal(shape, "pixels", seed: options.seed)
  }
}
