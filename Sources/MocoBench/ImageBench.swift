import CKernels
import MocoAutograd
import MocoCLIP
import MocoData
import MocoMethods
import MocoRuntime
import MocoTensor
import MocoTraining

extension Bench {
  /// Features of a batch of images, without gradient.
  static func imageEncode(_ options: BenchOptions, _ report: inout BenchReport) throws {
    let clip = try BenchInputs.model(options.model, seed: options.seed, textOnly: false)
    let (pixels, classes) = try images(clip, options)
    report.add("model", options.model)
    report.add("batch", options.batch)
    report.add("precision", options.precision.rawValue)
    if options.precision == .int8 {
      report.add("products_of_bytes", moco_quantized_is_fast() != 0 ? "avx512 vnni" : KernelFamily.vectors)
      try compare(clip, pixels, classes, &report)
    }
    try clip.setImagePrecision(options.precision)
    var features: Tensor?
    let times = try Measure.repeated(options.repetitions) { features = try clip.encodeImageFrozen(pixels) }
    if let path = options.export, let features {
      try BenchExport(clip, pixels: pixels, features: features).write(path, times: times)
    }
    report.add("images_per_second", Double(options.batch) / times.median)
    try addRates(times, flops: clip.config.imageFLOPs * Double(options.batch), &report)
  }

  /// The difference of features in int8 and in single precision: the least and the mean cosine of the images, and
  /// the share of images with the same nearest class.
  private static func compare(
    _ clip: CLIPModel, _ pixels: Tensor, _ classes: [String], _ report: inout BenchReport
  ) throws {
    func rows(_ tensor: Tensor) throws -> [[Float]] {
      let (values, width) = (try tensor.toFloats(), tensor.shape[1])
      return (0..<tensor.shape[0]).map { Array(values[$0 * width..<($0 + 1) * width]) }
    }
    func dot(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let zeroShot = try ZeroShot(clip: clip, classes: classes, templates: [Template("a photo of a {}.")])
    let texts = try rows(zeroShot.textFeatures(classes))
    func nearest(_ image: [Float]) -> Int? {
      texts.indices.max { dot(image, texts[$0]) < dot(image, texts[$1]) }
    }
    let exact = try rows(clip.encodeImageFrozen(pixels))
    try clip.setImagePrecision(.int8)
    let quantized = try rows(clip.encodeImageFrozen(pixels))
    let cosines = zip(exact, quantized).map { dot($0, $1) / (dot($0, $0) * dot($1, $1)).squareRoot() }
    report.add("cosine_least", cosines.min() ?? .nan)
    report.add("cosine_mean", cosines.reduce(0, +) / Double(max(cosines.count, 1)))
    let agreed = zip(exact, quantized).filter { nearest($0) == nearest($1) }.count
    report.add("top_1_agreement", Double(agreed) / Double(max(exact.count, 1)))
  }

  /// Images and names of classes: of the included data for the included model, otherwise random numbers.
  private static func images(_ clip: CLIPModel, _ options: BenchOptions) throws -> (Tensor, [String]) {
    guard options.model == BenchInputs.shipped, let library = StandardLibrary.locate() else {
      return (try pixels(clip, options), try BenchInputs.classes(options.classes))
    }
    let data = try Dataset.open(library.path("data", "fashion"))
    let split = try data.test()
    let places = (0..<options.batch).map { $0 % max(split.count, 1) }
    return (try split.pixels(places, preprocess: Preprocess(clip.config)), data.classes)
  }

  /// One training step including the images: the LayerNorms of the vision tower's blocks are trained too.
  static func visionLayerNormStep(_ options: BenchOptions, _ report: inout BenchReport) throws {
    let clip = try BenchInputs.model(options.model, seed: options.seed, textOnly: false)
    let mixture = try mixture(clip, options, vision: true)
    let batch = PromptBatch(images: .pixels(try pixels(clip, options)), labels: labels(mixture, options))
    describe(mixture, options, &report)
    _ = try mixture.hard()
    let optimizer = try optimizer(mixture, options)
    let export = try options.export.map { _ in try BenchExport(mixture, batch) }
    var losses: [Float] = []
    let times = try Measure.repeated(min(options.repetitions, 3)) {
      losses.append(try step(mixture, batch, optimizer))
    }
    if let path = options.export { try export?.write(path, losses: losses, times: times) }
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
