import MocoAutograd
import MocoBase
import MocoCLIP
import MocoFormats
import MocoMethods
import MocoTensor
import MocoTraining

/// mixture/*.safetensors: a frozen CLIP, the mixture's losses and gradients, and five steps of SGD.
enum GoldenMixture {
  typealias Report = (_ name: String, _ error: Double, _ tolerance: Double) -> Void

  static func check(path: String, tokenizerDirectory: String, report: Report) throws {
    let golden = try GoldenMixtureFile(path: path)
    let clip = try golden.model(tokenizerDirectory: tokenizerDirectory)
    let mixture = try golden.mixture(clip)
    try golden.load("init.", into: mixture)
    try checkHard(golden, mixture, report)
    try checkFirstStep(golden, mixture, report)
    try checkTraining(golden, mixture, report)
    try checkAnswers(golden, mixture, report)
  }

  private static func checkHard(_ golden: GoldenMixtureFile, _ mixture: Mixture, _ report: Report) throws {
    let hard = try mixture.hard()
    report("hard.templates", try golden.difference(hard.templates, "hard.template_features"), 1e-5)
    report("hard.prototypes", try golden.difference(hard.prototypes, "hard.group_prototypes"), 1e-5)
  }

  private static func checkFirstStep(
    _ golden: GoldenMixtureFile, _ mixture: Mixture, _ report: Report
  ) throws {
    let batch = try golden.batch(0)
    let (features, text, target) = try mixture.probe(batch, scope: golden.scope)
    report("step0.image_features", try golden.difference(features, "step0.image_features"), 1e-5)
    report("step0.text_features", try golden.difference(text, "step0.expert_text_features"), 1e-5)
    report("step0.gate_target", try golden.difference(target, "step0.gate_target"), 1e-4)
    let routing = try mixture.routing(batch.images)
    report(
      "step0.gate_logits",
      largestDifference(
        routing.scores.flatMap { $0 }, try golden.file.tensor("step0.gate_logits").toFloats()), 1e-4)
    let chosen = try golden.file.tensor("step0.top2").toInts()
    let width = golden.topK
    var wrong = 0
    for (b, experts) in routing.chosen.enumerated() {
      let expected = chosen[(b * width)..<((b + 1) * width)]
      if Set(expected) != Set(experts) { wrong += 1 }
    }
    report("step0.chosen", Double(wrong), 0)
    let logits = try mixture.logits(batch.images, classes: .places(golden.scope.places))
    report("step0.logits", try golden.difference(logits, "step0.logits"), 1e-3)

    let loss = try mixture.loss(batch, scope: golden.scope)
    for (part, tensor) in [
      ("class", "step0.loss_class"), ("text", "step0.loss_text"), ("gate", "step0.loss_gate"),
    ] {
      guard let value = loss.part(part) else { throw GoldenFault("the loss has no part \(part)") }
      report("step0.loss_\(part)", try golden.difference(value.value, tensor), 1e-4)
    }
    report("step0.loss", try golden.difference(loss.total.value, "step0.loss"), 1e-4)
    try loss.total.backward()
    for parameter in mixture.parameters {
      let expected = try golden.file.tensor("step0.grad." + golden.name(parameter.name)).toFloats()
      let found = try parameter.variable.grad?.toFloats() ?? []
      let largest = Double(expected.map { abs($0) }.max() ?? 0)
      report("grad.\(parameter.name)", largestDifference(found, expected), max(1e-4 * largest, 1e-6))
      parameter.variable.grad = nil
    }
  }

  private static func checkTraining(
    _ golden: GoldenMixtureFile, _ mixture: Mixture, _ report: Report
  ) throws {
    let optimizer = try Optimizer(
      OptimizerSettings(
        rule: .sgd(momentum: golden.momentum, nesterov: false), rate: golden.rate,
        weightDecay: golden.weightDecay),
      parameters: mixture.parameters)
    let losses = try golden.file.tensor("losses").toFloats()
    var found: [Float] = []
    for step in losses.indices {
      let loss = try mixture.loss(golden.batch(step), scope: golden.scope)
      found.append(try loss.total.value.toFloats().first ?? .nan)
      optimizer.zeroGrad()
      try loss.total.backward()
      try optimizer.step()
      for tag in ["after\(step + 1)."] where golden.has(tag) {
        var error = 0.0
        for parameter in mixture.parameters {
          error = max(
            error,
            largestDifference(
              try parameter.variable.value.toFloats(),
              try golden.file.tensor(tag + golden.name(parameter.name)).toFloats()))
        }
        report("\(tag)parameters", error, 1e-4)
      }
    }
    report("losses", largestDifference(found, losses), 1e-4)
  }

  private static func checkAnswers(
    _ golden: GoldenMixtureFile, _ mixture: Mixture, _ report: Report
  ) throws {
    let images = ImageInput.pixels(try golden.file.tensor("eval.images"))
    report("eval.logits", try golden.difference(mixture.logits(images, classes: .base), "eval.logits"), 1e-3)
    if golden.file.contains("eval_new.logits") {
      report(
        "eval_new.logits", try golden.difference(mixture.logits(images, classes: .new), "eval_new.logits"),
        1e-3)
    }
  }
}

/// The file's settings, model and batches.
package struct GoldenMixtureFile {
  /// The file itself, for tensors by name.
  package let file: SafetensorsFile
  let groups: [Int]
  let templates: [String]
  let classes: [String]
  let isBase: Bool
  let baseCount: Int
  let topK: Int
  let textWeight: Double
  let gateWeight: Double
  /// Learning rate η of SGD.
  package let rate: Double
  /// Momentum μ of SGD.
  package let momentum: Double
  /// Weight decay λ of SGD, added to the gradient as λ · θ.
  package let weightDecay: Double
  let trainsVision: Bool
  let visionFactor: Double

  /// Opens a file and reads its settings from the metadata.
  ///
  /// - Throws: E0501 or E0502 for the file, `GoldenFault` if a setting is missing.
  package init(path: String) throws {
    let file = try SafetensorsFile(path: path)
    self.file = file
    func json(_ key: String) throws -> Json {
      guard let text = file.metadata(key) else { throw GoldenFault("the metadata has no \(key)") }
      return try Json.parse(text)
    }
    func number(_ key: String) throws -> Double {
      guard let value = Double(file.metadata(key) ?? "") else {
        throw GoldenFault("the metadata has no number \(key)")
      }
      return value
    }
    func strings(_ key: String) throws -> [String] {
      (try json(key).arrayValue ?? []).compactMap(\.stringValue)
    }
    groups = (try json("groups").arrayValue ?? []).compactMap(\.intValue)
    templates = try strings("templates")
    classes = try strings("classes")
    isBase = file.metadata("mode") == "base"
    baseCount = Int(try number("n_base"))
    topK = Int(try number("top_k"))
    textWeight = try number("text_loss_weight")
    gateWeight = try number("gate_loss_weight")
    rate = try number("lr")
    momentum = try number("momentum")
    weightDecay = try number("weight_decay")
    trainsVision = file.metadata("fine_tune_vision_layernorm") == "true"
    visionFactor = Double(file.metadata("vision_lr_factor") ?? "") ?? 1
  }

  func has(_ prefix: String) -> Bool { file.names.contains { $0.hasPrefix(prefix) } }

  /// The file's name for one of our parameters.
  package func name(_ parameter: String) -> String {
    parameter.hasPrefix("image_encoder.") ? parameter : "prompt_learner." + parameter
  }

  /// The largest absolute difference from the file's tensor; infinite if sizes differ or a number is NaN.
  ///
  /// - Throws: E0502 if the file has no tensor with this name.
  package func difference(_ tensor: Tensor, _ name: String) throws -> Double {
    let expected = try file.tensor(name)
    guard tensor.count == expected.count else { return .infinity }
    return largestDifference(try tensor.toFloats(), try expected.toFloats())
  }

  /// The frozen model.
  package func model(tokenizerDirectory: String) throws -> CLIPModel {
    try GoldenModel.clip(file, tokenizerDirectory: tokenizerDirectory)
  }

  /// The classes of the class loss.
  package var scope: TrainingScope { .all(isBase ? baseCount : classes.count) }

  /// A mixture with the file's template groups, classes and options and with random parameters; `load` replaces
  /// them by those of the file.
  ///
  /// - Parameter change: changes the options before the mixture is made.
  /// - Throws: `GoldenFault` if the numbers of groups and templates do not match, and errors of `Mixture`.
  package func mixture(
    _ clip: CLIPModel, change: (inout MixtureOptions) -> Void = { _ in }
  ) throws -> Mixture {
    var list: [TemplateGroup] = []
    var start = 0
    for (g, count) in groups.enumerated() {
      guard start + count <= templates.count else {
        throw GoldenFault("the numbers of groups and templates do not match")
      }
      list.append(try TemplateGroup(name: "group \(g)", Array(templates[start..<(start + count)])))
      start += count
    }
    var options = MixtureOptions()
    options.router.topK = topK
    options.loss.textWeight = Float(textWeight)
    options.loss.gateWeight = Float(gateWeight)
    options.trainVisionLayerNorms = trainsVision
    options.visionRateFactor = visionFactor
    change(&options)
    let mixture = try Mixture(
      clip: clip, templates: TemplateSet(name: "golden", groups: list), classes: classes, options: options)
    mixture.recordTraining(on: scope)
    return mixture
  }

  /// Replaces the mixture's parameters by those of the file.
  package func load(_ prefix: String, into mixture: Mixture) throws {
    for parameter in mixture.parameters {
      let tensor = try file.tensor(prefix + name(parameter.name))
      guard tensor.count == parameter.variable.value.count else {
        throw GoldenFault(
          "\(parameter.name) has shape \(parameter.variable.value.shape), but the file has \(tensor.shape)")
      }
      parameter.variable.value = try Tensor(tensor.toFloats(), shape: parameter.variable.value.shape)
    }
  }

  /// The images [B, C, H, W] and labels [B] of one training step, counted from 0.
  ///
  /// - Throws: `GoldenFault` if there is no such step or the shapes do not match.
  package func batch(_ step: Int) throws -> PromptBatch {
    try GoldenBatch.of(file, step)
  }
}
