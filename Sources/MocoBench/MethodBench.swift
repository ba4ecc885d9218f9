import MocoAutograd
import MocoBase
import MocoCLIP
import MocoFormats
import MocoLang
import MocoMethods
import MocoRuntime
import MocoTensor
import MocoTraining

// B images, C classes, T context.

/// A method of the standard library whose training step is measured.
enum BenchMethod: String {
  case coop, kgcoop, cocoop, maple, promptsrc

  /// Whether a step needs pixels, because the image tower has prompts.
  var seesPixels: Bool { self == .maple || self == .promptsrc }

  /// The program that defines `mine`.
  func program(depth: Int, layers: ClosedRange<Int>?) -> String {
    let blocks = layers.map { ", layers: \($0.lowerBound)...\($0.upperBound)" } ?? ""
    let call =
      switch self {
      case .coop, .kgcoop, .cocoop: "\(rawValue)(clip, classes)"
      case .maple: "maple(clip, classes, depth: \(depth)\(blocks))"
      case .promptsrc: "promptsrc(clip, classes, depth: \(depth)\(blocks))"
      }
    return "use {\(rawValue)} from \(rawValue)\nlet mine = \(call)\n"
  }

  /// The name of a parameter in the exported file, as in the published programs.
  func exported(_ name: String) -> String {
    let parts = name.split(separator: ".").map(String.init)
    switch (self, parts.first) {
    case (.cocoop, "first"): return "meta_net.linear1.\(parts.last ?? "")"
    case (.cocoop, "second"): return "meta_net.linear2.\(parts.last ?? "")"
    case (.maple, "text"), (.promptsrc, "text"):
      guard parts.count == 2, let block = Int(parts[1]) else { return name }
      if block == 0 { return "ctx" }
      return self == .maple ? "compound_prompts_text.\(block - 1)" : name
    case (.maple, "projection"):
      guard parts.count == 3, let block = Int(parts[1]) else { return name }
      return block == 0 ? "proj.\(parts[2])" : "compound_prompt_projections.\(block - 1).\(parts[2])"
    default: return name
    }
  }
}

extension Bench {
  /// One training step of a method of the standard library.
  static func methodStep(_ method: BenchMethod, _ options: BenchOptions, _ report: inout BenchReport) throws {
    let clip = try BenchInputs.model(options.model, seed: options.seed, textOnly: !method.seesPixels)
    let classes = try BenchInputs.classes(options.classes)
    let depth = min(9, clip.config.text.layers)
    var settings = RuntimeOptions()
    settings.seed = options.seed
    let runtime = Runtime(options: settings)
    runtime.define("clip", clip)
    let names = classes.map { StringText.quoted($0) }.joined(separator: ", ")
    let text = "let classes = [\(names)]\n" + method.program(depth: depth, layers: options.layers)
    guard runtime.interpreter.run(SourceFile(name: "bench", text: text)).failure == nil,
      let model = runtime.classifier("mine") as? any Trainable
    else { throw Failure("E0900", "the page \(method.rawValue) of the standard library does not run") }

    let images: ImageInput
    if method.seesPixels {
      let vision = clip.config.vision
      let shape = [options.batch, vision.channels, vision.imageSize, vision.imageSize]
      // As in training without augmentation: features of the frozen tower are cached, and pixels are in memory.
      let pixels = try BenchInputs.normal(shape, "pixels", seed: options.seed)
      images = .asked(
        AskedImages(
          count: options.batch, features: { try clip.encodeImageFrozen(pixels) }, pixels: { pixels }))
    } else {
      images = .features(
        try BenchInputs.normal([options.batch, clip.config.embedDim], "features", seed: options.seed))
    }
    let batch = PromptBatch(images: images, labels: (0..<options.batch).map { $0 % classes.count })
    report.add("method", method.rawValue)
    report.add("model", options.model)
    report.add("classes", classes.count)
    report.add("batch", options.batch)
    if method.seesPixels {
      report.add("depth", depth)
      if let layers = options.layers { report.add("layers", "\(layers.lowerBound)...\(layers.upperBound)") }
    }
    let start = try options.export.map { _ in
      try MethodExport(method, model, clip, batch, depth, options.layers)
    }

    let rate = 0.002
    let optimizer = try Optimizer(
      OptimizerSettings(rule: .sgd(momentum: 0.9, nesterov: false), rate: rate, weightDecay: 5e-4),
      parameters: model.parameters)
    var losses: [Float] = []
    let times = try Measure.repeated(options.repetitions) {
      let loss = try model.loss(batch, scope: .all(classes.count))
      try loss.total.backward()
      try optimizer.step()
      optimizer.zeroGrad()
      losses.append(try loss.total.value.item())
    }
    if let path = options.export { try start?.write(path, losses: losses, rate: rate, times: times) }
    report.add("loss_first", Double(losses.first ?? .nan))
    report.add("loss_last", Double(losses.last ?? .nan))
    report.add("seconds", times.median)
    report.add("seconds_fastest", times.fastest)
    report.add("processor_seconds", times.medianProcessor)
    report.add("repetitions", times.wall.count)
  }
}

/// Everything that another program needs for the same steps: weights, token rows [C, T] with words in place of soft
/// tokens, the parameters at the start, the batch, and the loss before each step.
struct MethodExport {
  private var tensors: [SafetensorsWriter.Item] = []
  private var metadata: [(String, String)] = []

  init(
    _ method: BenchMethod, _ model: any Trainable, _ clip: CLIPModel, _ batch: PromptBatch, _ depth: Int,
    _ layers: ClosedRange<Int>?
  ) throws {
    for (name, variable) in clip.parameters where method.seesPixels || !name.hasPrefix("visual.") {
      tensors.append(("clip." + name, variable.value, .f32))
    }
    let context = clip.config.text.context
    var ids: [Int] = []
    var ends: [Int] = []
    for name in model.classes {
      let row = try clip.tokenizer.prompt("a photo of a \(name).", context: context, truncates: false)
      ends.append(row.count - 1)
      ids += row + [Int](repeating: 0, count: context - row.count)
    }
    tensors.append(("prompts.ids", try Tensor(ids, shape: [model.classes.count, context]), .i64))
    tensors.append(("prompts.end", try Tensor(ends, shape: [ends.count]), .i64))
    for parameter in model.parameters {
      tensors.append(
        ("init." + method.exported(parameter.name), try parameter.variable.value.copy(), .f32))
    }
    switch batch.images {
    case .features(let features): tensors.append(("features", features, .f32))
    case .pixels(let pixels): tensors.append(("pixels", pixels, .f32))
    case .asked(let images): tensors.append(("pixels", try images.pixels(), .f32))
    }
    tensors.append(("labels", try Tensor(batch.labels, shape: [batch.labels.count]), .i64))
    if let teacher = try MethodExport.teacher(method, model, clip) {
      tensors.append(("teacher", teacher, .f32))
    }
    metadata = [
      ("format", "moco-bench-method"), ("method", method.rawValue), ("depth", String(depth)),
      ("first", String(layers?.lowerBound ?? 0)),
      ("heads", String(clip.config.text.heads)), ("layers", String(clip.config.text.layers)),
      ("vision_heads", String(clip.config.vision.heads)),
      ("vision_layers", String(clip.config.vision.layers)),
    ]
  }

  /// The frozen text features of the teacher's sentences, normalized. Shape: [C, D].
  private static func teacher(
    _ method: BenchMethod, _ model: any Classifier, _ clip: CLIPModel
  ) throws -> Tensor? {
    let sentences: [String]
    switch method {
    case .kgcoop: sentences = ["a photo of a {}."]
    case .promptsrc: sentences = try Runtime.templates("clip_80").templates.map(\.text)
    default: return nil
    }
    return try Autograd.noGrad {
      let texts = model.classes.flatMap { name in
        sentences.map { $0.split(separator: "{}", omittingEmptySubsequences: false).joined(separator: name) }
      }
      let rows = try F.reshape(
        clip.encodeTexts(texts), [model.classes.count, sentences.count, clip.config.embedDim])
      return try F.normalize(F.mean(rows, axis: 1)).value
    }
  }

  /// - Throws: E0504 if the file cannot be written.
  func write(_ path: String, losses: [Float], rate: Double, times: Times) throws {
    try SafetensorsWriter.write(
      path: path, tensors: tensors + [("losses", try Tensor(losses, shape: [losses.count]), .f32)],
      metadata: metadata + [
        ("rate", String(rate)), ("seconds", String(times.median)),
        ("processor_seconds", String(times.medianProcessor)), ("threads", String(Parallel.threadCount)),
        ("peak_memory_mb", String(Measure.peakMegabytes)),
      ])
  }
}
