import MocoAutograd
import MocoBase
import MocoCLIP
import MocoMethods
import MocoRuntime
import MocoTensor
import MocoTraining

extension Bench {
  /// One training step of a mixture with given image features: loss, backward, optimizer.
  static func textStep(_ options: BenchOptions, _ report: inout BenchReport) throws {
    let clip = try BenchInputs.model(options.model, seed: options.seed, textOnly: true)
    let mixture = try mixture(clip, options, vision: false)
    let batch = try featureBatch(mixture, options)
    describe(mixture, options, &report)

    let begin = ProcessClock.seconds
    _ = try mixture.hard()
    report.add("hard_features_seconds", ProcessClock.seconds - begin)
    let export = try options.export.map { _ in try BenchExport(mixture, batch) }

    let optimizer = try optimizer(mixture, options)
    var losses: [Float] = []
    // A single repetition is for work that takes minutes: warming up is not needed.
    let times = try Measure.repeated(options.repetitions, warmUp: options.repetitions > 1) {
      losses.append(try step(mixture, batch, optimizer))
    }
    if let path = options.export {
      try export?.write(path, losses: losses, times: times)
    }
    guard let plan = mixture.stepPlan else { return }
    report.add("loss_first", Double(losses.first ?? .nan))
    if options.export != nil { report.add("loss_last", Double(losses.last ?? .nan)) }
    report.add("trie_nodes", plan.nodeCount)
    report.add("padded_rows", plan.paddedRows)
    report.add("chunks", plan.chunkCount)
    try addRates(times, flops: plan.stepFLOPs(clip.config), &report)
  }

  /// The published optimizer. Its rate is zero unless the losses of the steps are needed, because the images choose
  /// different prompts as these are trained, and every repetition should have the same rows and operations.
  static func optimizer(_ mixture: Mixture, _ options: BenchOptions) throws -> Optimizer {
    var settings = OptimizerSettings.published
    if options.export == nil { settings.rate = 0 }
    return try Optimizer(settings, parameters: mixture.parameters)
  }

  /// The step of `train`.
  static func step(_ mixture: Mixture, _ batch: PromptBatch, _ optimizer: Optimizer) throws -> Float {
    let loss = try mixture.loss(batch, scope: mixture.trained)
    try loss.total.backward()
    try optimizer.step()
    optimizer.zeroGrad()
    return try loss.total.value.item()
  }

  static func mixture(_ clip: CLIPModel, _ options: BenchOptions, vision: Bool) throws -> Mixture {
    let classes = try BenchInputs.classes(options.classes)
    var settings = MixtureOptions()
    settings.trainVisionLayerNorms = vision
    if let memory = options.memory { settings.memory = memory }
    let mixture = try Mixture(
      clip: clip, templates: Runtime.templates(options.groups), classes: classes, options: settings)
    if options.mode == .base { mixture.recordTraining(on: .all((classes.count + 1) / 2)) }
    return mixture
  }

  static func describe(_ mixture: Mixture, _ options: BenchOptions, _ report: inout BenchReport) {
    report.add("model", options.model)
    report.add("groups", options.groups)
    report.add("experts", mixture.prompts.count)
    report.add("classes", mixture.classes.count)
    report.add("classes_in_class_loss", mixture.trained.count)
    report.add("mode", options.mode.rawValue)
    report.add("batch", options.batch)
  }

  static func featureBatch(_ mixture: Mixture, _ options: BenchOptions) throws -> PromptBatch {
    let shape = [options.batch, mixture.clip.config.embedDim]
    let features = try BenchInputs.normal(shape, "features", seed: options.seed)
    return PromptBatch(images: .features(features), labels: labels(mixture, options))
  }

  static func labels(_ mixture: Mixture, _ options: BenchOptions) -> [Int] {
    (0..<options.batch).map { $0 % mixture.trained.count }
  }

  /// Text features of a zero-shot classifier from many sentences.
  static func zeroShot(_ options: BenchOptions, _ report: inout BenchReport) throws {
    let clip = try BenchInputs.model(options.model, seed: options.seed, textOnly: true)
    let classes = try BenchInputs.classes(options.classes)
    let templates = try BenchInputs.sentences(options.templates)
    report.add("model", options.model)
    report.add("classes", classes.count)
    report.add("templates", templates.count)
    let model = try ZeroShot(clip: clip, classes: classes, templates: templates)
    let times = try Measure.repeated(1, warmUp: false) { _ = try model.textFeatures(classes) }
    let cost = try model.cost(classes)
    report.add("trie_nodes", cost.nodes)
    report.add("padded_rows", cost.paddedRows)
    report.add("seconds_per_class", times.median / Double(classes.count))
    try addRates(times, flops: cost.forwardFLOPs, &report)
  }
}
