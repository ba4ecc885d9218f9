import MocoAutograd
import MocoBase
import MocoCLIP
import MocoData
import MocoMethods
import MocoTensor

/// The estimated cost of a training: counted from its prompts, and timed on a few of them. For a model with
/// unknown prompts, it is timed on a trial step.
public struct Forecast: Sendable {
  /// Steps, epochs and schedule.
  public let plan: TrainingPlan
  /// The number of classes of the loss.
  public let classes: Int
  /// One step, with the maximum number of experts.
  public let step: PromptCost
  /// Texts that are encoded once before the first step.
  public let once: PromptCost
  /// Images to encode once, before or during the first epochs. Cached features may avoid this.
  public let imagesOnce: Int
  /// Images that every step encodes.
  public let imagesPerStep: Int
  /// Maximum memory in bytes: weights, activations, losses.
  public let memory: Int
  /// Measured operations per second in the text tower.
  public let flopsPerSecond: Double
  /// Seconds for one image in the image tower, with the backward pass where the tower is trained.
  public let secondsPerImage: Double

  /// Measured seconds of a trial step; nil if the cost was counted.
  public let measured: Double?
  /// Additional seconds of the first step.
  private let extra: Double

  /// Estimated seconds of a step.
  public var secondsPerStep: Double {
    if let measured { return measured }
    return step.stepFLOPs / flopsPerSecond + Double(imagesPerStep) * secondsPerImage
  }
  /// Estimated seconds before the first step.
  public var secondsBefore: Double {
    if measured != nil { return extra }
    return once.forwardFLOPs / flopsPerSecond + Double(imagesOnce) * secondsPerImage
  }
  /// Estimated seconds of the entire training.
  public var seconds: Double { secondsBefore + Double(plan.steps) * secondsPerStep }

  /// Nothing is trained, and the model does not change.
  /// - Throws: as the training would: E0706 for options, E0709 without anything to train, E0704 for classes.
  public init(
    model: any Classifier, data: DataSplit, options: TrainingOptions, base: [String]? = nil
  ) throws {
    try options.check()
    guard let trainable = model as? any Trainable, !trainable.parameters.isEmpty else {
      throw Failure(
        "E0709", "a \(model.kind) model has no parameters to train",
        help: Methods[model.method.kind] == nil
          ? "add its parameters: parameters: {name: tensor}"
          : "train \(Methods.listOfTrainable); a \(model.kind) needs no training")
    }
    guard model is any Planned || Methods[model.method.kind] == nil else {
      throw Failure(
        "E0709", "a forecast counts prompts, but a \(model.kind) has none",
        help: "train it without a forecast: its steps are small matrix products")
    }
    if let planned = model as? any Planned {
      try self.init(counting: planned, data: data, options: options, base: base)
    } else {
      try self.init(measuring: trainable, data: data, options: options, base: base)
    }
  }

  private init(
    counting model: any Planned, data: DataSplit, options: TrainingOptions, base: [String]?
  ) throws {
    let planned = model
    measured = nil
    extra = 0
    let scope = try model.scope(of: base ?? data.classes)
    let clip = model.clip
    plan = try TrainingPlan(options, count: data.count)
    classes = model.classes.count
    let keys = try planned.promptsOfStep(batch: min(options.batch, data.count), scope: scope)
    let text = try clip.planText(keys, memory: planned.memory)
    step = PromptCost(text, clip.config)
    once = try planned.costOnce()

    var kept = 0
    var fresh = 0
    if !data.isFeatures {
      switch options.views {
      case _ where model.trainsVision: fresh = options.batch
      case .plain: kept = data.count
      case .kept(let views): kept = data.count * min(views, plan.epochs)
      case .fresh: fresh = options.batch
      }
    }
    imagesOnce = kept
    flopsPerSecond = try Forecast.textSpeed(planned, keys)
    let image = kept + fresh > 0 ? try Forecast.imageSpeed(clip) : 0
    // Trained LayerNorms: every product again in the backward pass.
    secondsPerImage = model.trainsVision ? 2 * image : image
    imagesPerStep = min(fresh, max(data.count, 1))

    let activations = min(text.largestChunk * TextPlan.bytesPerNode(clip.config.text), 1 << 60)
    memory =
      clip.parameterCount * MemoryLayout<Float>.stride + activations + planned.lossBytes(batch: options.batch)
      + (model.trainsVision ? Forecast.imageBytes(clip.config.vision) * imagesPerStep : 0)
  }

  /// Computes the loss and backward pass twice, on the first batch, without an update. The first one also does the work that is done
  /// once.
  private init(
    measuring model: any Trainable, data: DataSplit, options: TrainingOptions, base: [String]?
  ) throws {
    var options = options
    // Nothing is written or evaluated.
    (options.checkpoint, options.keepBest, options.patience) = (nil, nil, nil)
    let trainer = try Trainer(model: model, data: data, options: options, base: base)
    plan = trainer.plan
    classes = model.classes.count
    (step, once) = (PromptCost(), PromptCost())
    (imagesOnce, imagesPerStep, secondsPerImage) = (0, 0, 0)
    let before = model.parameters.map(\.variable.grad)
    defer {
      for (parameter, gradient) in zip(model.parameters, before) { parameter.variable.grad = gradient }
    }
    let begin = ProcessClock.seconds
    try trainer.tryStep()
    let first = ProcessClock.seconds - begin
    MemoryAccountant.resetPeak()
    let again = ProcessClock.seconds
    try trainer.tryStep()
    let seconds = max(ProcessClock.seconds - again, 1e-9)
    measured = seconds
    flopsPerSecond = 0
    extra = max(0, first - seconds)
    memory = MemoryAccountant.peakBytes
  }

  /// Operations per second in a forward pass over the first prompts.
  private static func textSpeed(_ model: any Planned, _ keys: [[PromptKey]]) throws -> Double {
    let clip = model.clip
    let sample = try clip.planText(Array(keys.prefix(96)))
    let seconds = try fastest { _ = try clip.encodeText(sample, soft: model.softRows()) }
    return sample.forwardFLOPs(clip.config) / seconds
  }

  private static func imageSpeed(_ clip: CLIPModel) throws -> Double {
    let vision = clip.config.vision
    let count = Parallel.threadCount
    let pixels = try Tensor.zeros([count, vision.channels, vision.imageSize, vision.imageSize])
    return try fastest { _ = try clip.encodeImageFrozen(pixels) } / Double(count)
  }

  /// The shorter of two repetitions; the first one also warms up.
  private static func fastest(_ work: () throws -> Void) throws -> Double {
    var best = Double.infinity
    for _ in 0..<2 {
      let begin = ProcessClock.seconds
      try Autograd.noGrad(work)
      best = min(best, ProcessClock.seconds - begin)
    }
    return max(best, 1e-9)
  }

  /// Bytes that an image's rows keep for the backward pass.
  private static func imageBytes(_ vision: VisionConfig) -> Int {
    vision.tokens * vision.layers * (6 * vision.width + vision.mlpWidth) * MemoryLayout<Float>.stride
  }
}

extension Forecast {
  /// Lines for display.
  public var lines: [String] {
    func many(_ count: Int, _ noun: String, _ nouns: String? = nil) -> String {
      "\(grouped(count)) \(count == 1 ? noun : nouns ?? noun + "s")"
    }
    if let measured {
      return [
        "\(many(plan.steps, "step")) in \(many(plan.epochs, "epoch")), about \(DurationText.estimate(measured)) each: "
          + "measured on a trial step",
        "in all about \(DurationText.estimate(seconds)), plus images that are not encoded yet; "
          + "memory \(MemoryAccountant.text(memory))",
      ]
    }
    let chunks = step.chunks == 1 ? "" : ", in \(step.chunks) chunks"
    var lines = [
      "\(many(step.prompts, "prompt")) of \(many(classes, "class", "classes")): \(many(step.nodes, "row")) in the tree, "
        + "\(grouped(step.paddedRows)) if padded\(chunks)",
      "\(many(plan.steps, "step")) in \(many(plan.epochs, "epoch")), about \(DurationText.estimate(secondsPerStep)) "
        + "and \(Forecast.operations(step.stepFLOPs)) each",
    ]
    var before: [String] = []
    if once.prompts > 0 { before.append(many(once.prompts, "sentence")) }
    if imagesOnce > 0 { before.append("up to " + many(imagesOnce, "image")) }
    if !before.isEmpty {
      lines.append(
        "once: \(before.joined(separator: " and ")), about \(DurationText.estimate(secondsBefore))")
    }
    lines.append(
      "in all about \(DurationText.estimate(seconds)), with up to \(MemoryAccountant.text(memory)) of memory")
    return lines
  }

  /// A number of floating-point operations with its unit: "1.5 GFLOP".
  package static func operations(_ flops: Double) -> String {
    switch flops {
    case ..<1e9: return "\(NumberText.fixed(flops / 1e6, 1)) MFLOP"
    case ..<1e12: return "\(NumberText.fixed(flops / 1e9, 1)) GFLOP"
    default: return "\(NumberText.fixed(flops / 1e12, 1)) TFLOP"
    }
  }
}
