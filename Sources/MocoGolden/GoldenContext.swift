import MocoAutograd
import MocoBase
import MocoCLIP
import MocoFormats
import MocoMethods
import MocoTensor
import MocoTraining

/// methods/coop*.safetensors and methods/kgcoop.safetensors: a learned context before the class name, its losses and
/// gradients, and five steps of SGD, as a built-in method and as a page. Recognised by their method.
enum ContextSuite: GoldenSuite {
  static func find(in folder: GoldenFolder) -> [GoldenCheck] {
    folder.files.compactMap { file in
      guard let tensors = file.safetensors, ["coop", "kgcoop"].contains(tensors.metadata("method")) else {
        return nil
      }
      return GoldenCheck(name: file.stem, files: [file.relative]) { lines in
        try GoldenContext(tensors, tokenizerDirectory: GoldenPaths.tokenizer).check {
          lines.report($0, error: $1, tolerance: $2)
        }
        try GoldenTrainedPage(tensors, tokenizerDirectory: GoldenPaths.tokenizer).check {
          lines.report("page " + $0, error: $1, tolerance: $2)
        }
      }
    }
  }
}

/// A file of a method with a learned context.
struct GoldenContext {
  typealias Report = (_ name: String, _ error: Double, _ tolerance: Double) -> Void

  private let file: SafetensorsFile
  private let model: any ContextModel
  /// The training classes.
  private let scope: TrainingScope

  init(_ file: SafetensorsFile, tokenizerDirectory: String) throws {
    self.file = file
    func json(_ key: String) throws -> Json { try Json.parse(file.metadata(key) ?? "null") }
    let clip = try GoldenModel.clip(file, tokenizerDirectory: tokenizerDirectory)
    let names = (try json("classes").arrayValue ?? []).compactMap(\.stringValue)
    guard let count = file.metadata("n_base").flatMap({ Int($0) }), (2...names.count).contains(count) else {
      throw GoldenFault("the metadata has no classes or no n_base")
    }
    scope = .all(count)
    let hyper = try json("hyper")
    var context = ContextOptions()
    if let words = hyper["CTX_INIT"]?.stringValue {
      context.start = .phrase(Template.readable(words))
    } else if let tokens = hyper["N_CTX"]?.intValue {
      context.start = .random(tokens)
    }
    context.shared = file.metadata("class_specific") != "true"
    if let place = file.metadata("class_token_position") {
      guard let position = ContextOptions.Position(rawValue: place) else {
        throw GoldenFault("the class name is at \"\(place)\"")
      }
      context.position = position
    }
    // There is a context per class only for the training classes.
    let classes = context.shared ? names : Array(names.prefix(count))
    if file.metadata("method") == "kgcoop" {
      var options = KgCoOpOptions()
      options.context = context
      options.weight = Float(hyper["W"]?.doubleValue ?? 8)
      options.template = file.metadata("teacher_template") ?? options.template
      model = try KgCoOp(clip: clip, classes: classes, options: options)
    } else {
      model = try CoOp(clip: clip, classes: classes, options: context)
    }
    model.recordTraining(on: scope)
  }

  func check(_ report: Report) throws {
    try checkPrompts(report)
    try take("init.")
    try checkFirstStep(report)
    try checkTraining(report)
    let images = ImageInput.pixels(try file.tensor("eval.images"))
    report("eval.logits", try file.difference(model.logits(images, classes: .base), "eval.logits"), 1e-3)
    if file.contains("eval_new.logits") {
      report(
        "eval_new.logits", try file.difference(model.logits(images, classes: .new), "eval_new.logits"), 1e-3)
    }
  }

  /// Compares token rows up to and including [end]; soft tokens are where the file has placeholders.
  private func checkPrompts(_ report: Report) throws {
    // Placeholders have the order of the file only if the name is after them.
    guard model.prompt.options.position == .end else { return }
    for (name, selection) in [("prompts.ids", ClassSelection.base), ("prompts.new.ids", .new)]
    where file.contains(name) {
      let tensor = try file.tensor(name)
      let width = tensor.shape.last ?? 0
      let ids = try tensor.toInts()
      let places = model.classes.indices.filter { selection == .base ? $0 < scope.count : $0 >= scope.count }
      let prompts = try model.promptsOfStep(batch: 1, scope: TrainingScope(places))
      var wrong = prompts.count == tensor.shape[0] ? 0 : 1
      for (row, keys) in prompts.enumerated() where (row + 1) * width <= ids.count {
        let expected = ids[(row * width)..<((row + 1) * width)]
        let agrees =
          keys.count <= width
          && zip(keys, expected).allSatisfy { key, id in
            if case .token(let own) = key { return own == id }
            return true
          }
        if !agrees { wrong += 1 }
      }
      report(name, Double(wrong), 0)
    }
  }

  private func checkFirstStep(_ report: Report) throws {
    let batch = try batch(0)
    if file.contains("teacher.text_features"), let guided = model as? KgCoOp {
      report(
        "teacher.text_features", try file.difference(guided.teacherFeatures(scope), "teacher.text_features"),
        1e-4)
    }
    report(
      "step0.logits", try file.difference(model.logits(batch.images, classes: .base), "step0.logits"), 1e-3)
    let loss = try model.loss(batch, scope: scope)
    for (part, tensor) in [("class", "step0.cross_entropy"), ("knowledge", "step0.score")]
    where file.contains(tensor) {
      guard let value = loss.part(part) else { throw GoldenFault("the loss has no part \(part)") }
      report(tensor, try file.difference(value.value, tensor), 1e-4)
    }
    try loss.total.backward()
    for parameter in model.parameters {
      let expected = try file.tensor("step0.grad.prompt_learner." + parameter.name).toFloats()
      let found = try parameter.variable.grad?.toFloats() ?? []
      let largest = Double(expected.map { abs($0) }.max() ?? 0)
      report("grad.\(parameter.name)", largestDifference(found, expected), max(1e-4 * largest, 1e-6))
      parameter.variable.grad = nil
    }
  }

  private func checkTraining(_ report: Report) throws {
    let settings = try Json.parse(file.metadata("optimizer") ?? "{}")
    let optimizer = try Optimizer(
      OptimizerSettings(
        rule: .sgd(momentum: settings["momentum"]?.doubleValue ?? 0, nesterov: false),
        rate: settings["lr"]?.doubleValue ?? 0, weightDecay: settings["weight_decay"]?.doubleValue ?? 0),
      parameters: model.parameters)
    let losses = try file.tensor("losses").toFloats()
    var found: [Float] = []
    for step in losses.indices {
      let loss = try model.loss(batch(step), scope: scope)
      found.append(try loss.total.value.item())
      optimizer.zeroGrad()
      try loss.total.backward()
      try optimizer.step()
      let tag = "after\(step + 1).prompt_learner."
      for parameter in model.parameters where file.contains(tag + parameter.name) {
        report(
          tag + parameter.name, try file.difference(parameter.variable.value, tag + parameter.name), 1e-4)
      }
    }
    report("losses", largestDifference(found, losses), 1e-4)
  }

  private func take(_ tag: String) throws {
    for parameter in model.parameters {
      let tensor = try file.tensor(tag + "prompt_learner." + parameter.name)
      guard tensor.shape == parameter.variable.value.shape else {
        throw GoldenFault(
          "\(parameter.name) has shape \(parameter.variable.value.shape), but the file has \(tensor.shape)")
      }
      parameter.variable.value = tensor
    }
  }

  private func batch(_ step: Int) throws -> PromptBatch { try GoldenBatch.of(file, step) }
}
