import MocoAutograd
import MocoBase
import MocoCLIP
import MocoFormats
import MocoMethods
import MocoTensor
import MocoTraining

/// methods/*.safetensors of methods that are pages of the standard library: the pages themselves run. Recognised by
/// their method.
enum PageSuite: GoldenSuite {
  static func find(in folder: GoldenFolder) -> [GoldenCheck] {
    folder.files.compactMap { file in
      guard let tensors = file.safetensors, (try? GoldenPage(tensors)) != nil else { return nil }
      return GoldenCheck(name: file.stem, files: [file.relative]) { lines in
        try GoldenTrainedPage(tensors, tokenizerDirectory: GoldenPaths.tokenizer).check {
          lines.report($0, error: $1, tolerance: $2)
        }
      }
    }
  }
}

/// Compares a page's model with a file: first step, gradients, five steps, results for other classes.
struct GoldenTrainedPage {
  typealias Report = (_ name: String, _ error: Double, _ tolerance: Double) -> Void

  private let file: SafetensorsFile
  private let page: GoldenPage
  private let program: GoldenProgram
  private let model: any Trainable
  private let scope: TrainingScope

  init(_ file: SafetensorsFile, tokenizerDirectory: String) throws {
    self.file = file
    guard let page = try GoldenPage(file) else { throw GoldenFault("the method is not a page") }
    self.page = page
    let names = (try Json.parse(file.metadata("classes") ?? "[]").arrayValue ?? []).compactMap(\.stringValue)
    guard let count = file.metadata("n_base").flatMap({ Int($0) }), (2...names.count).contains(count) else {
      throw GoldenFault("the metadata has no classes or no n_base")
    }
    // Parameters per class exist only for the training classes.
    let isPerClass = file.metadata("new_classes") == "false" || file.metadata("class_specific") == "true"
    let classes = isPerClass ? Array(names.prefix(count)) : names
    program = GoldenProgram()
    program.runtime.define(
      "clip", try GoldenModel.clip(file, tokenizerDirectory: tokenizerDirectory))
    try program.run(
      """
      use {\(page.function)} from \(page.function)
      let classes = \(GoldenProgram.literal(.array(classes.map { .string($0) })))
      let base = classes[0..<\(count)]
      let mine = \(page.model)
      """)
    guard let made = program.runtime.classifier("mine") as? any Trainable else {
      throw GoldenFault("the function of the page does not return a trainable model")
    }
    model = made
    scope = .all(count)
    model.recordTraining(on: scope)
  }

  func check(_ report: Report) throws {
    try take()
    try checkFirstStep(report)
    try checkTraining(report)
    let images = ImageInput.pixels(try file.tensor("eval.images"))
    report("eval.logits", try file.difference(model.logits(images, classes: .base), "eval.logits"), 1e-3)
    if file.contains("eval_new.logits") {
      report(
        "eval_new.logits", try file.difference(model.logits(images, classes: .new), "eval_new.logits"), 1e-3)
    }
    if file.metadata("gpa") != nil { try checkAverage(report) }
  }

  private func checkFirstStep(_ report: Report) throws {
    let batch = try batch(0)
    report(
      "step0.logits", try file.difference(model.logits(batch.images, classes: .base), "step0.logits"), 1e-3)
    let loss = try model.loss(batch, scope: scope)
    // The parts of the loss are weighted in the page, but not in the file.
    let weight = try Json.parse(file.metadata("hyper") ?? "{}")["W"]?.doubleValue ?? 1
    for (part, tensor, factor) in [("class", "step0.cross_entropy", 1), ("knowledge", "step0.score", weight)]
    where file.contains(tensor) {
      guard let value = loss.part(part), factor != 0 else {
        throw GoldenFault("the loss has no part \(part)")
      }
      report(
        tensor, abs(Double(try value.value.item()) / factor - Double(try file.tensor(tensor).item())), 1e-4)
    }
    try checkRegularizers(loss, report)
    try loss.total.backward()
    for parameter in model.parameters {
      let name = "step0.grad." + page.name(parameter.name)
      // ProGrad's file has the two gradients separately; the parameters of the first step show which was used.
      guard file.contains(name) else { continue }
      let expected = try file.tensor(name).toFloats()
      let found = try parameter.variable.grad?.toFloats() ?? []
      let largest = Double(expected.map { abs($0) }.max() ?? 0)
      report("grad.\(parameter.name)", largestDifference(found, expected), max(1e-4 * largest, 1e-6))
    }
    for parameter in model.parameters { parameter.variable.grad = nil }
  }

  /// PromptSRC: the L1 terms without their weights, and the divergence before its division.
  private func checkRegularizers(_ loss: PromptLoss, _ report: Report) throws {
    guard file.contains("step0.l1_loss") else { return }
    let hyper = try Json.parse(file.metadata("hyper") ?? "{}")
    let expected = try file.tensor("step0.l1_loss").toFloats()
    for (index, part) in [("text", "TEXT_LOSS_WEIGHT"), ("vision", "IMAGE_LOSS_WEIGHT")].enumerated() {
      let weight = hyper[part.1]?.doubleValue ?? 1
      guard let value = loss.part(part.0), weight != 0, index < expected.count else {
        throw GoldenFault("the loss has no part \(part.0)")
      }
      let found = Double(try value.value.item()) / weight
      report("step0.l1_loss \(part.0)", abs(found - Double(expected[index])), 1e-4)
    }
    guard let answers = loss.part("answers") else { throw GoldenFault("the loss has no part answers") }
    let cells = Double(try batch(0).labels.count * scope.count)
    report(
      "step0.kl_div",
      abs(Double(try answers.value.item()) * cells - Double(try file.tensor("step0.kl_div").item())), 1e-4)
  }

  private func checkTraining(_ report: Report) throws {
    let optimizer = try self.optimizer()
    let losses = try file.tensor("losses")
    let steps = losses.shape[0]
    var found: [Float] = []
    for step in 0..<steps {
      let loss = try model.loss(batch(step), scope: scope)
      // ProGrad's file has the cross-entropy and the term that keeps the original predictions.
      found.append(try loss.total.value.item())
      if losses.shape.count == 2 { found += loss.logged.filter { $0.name == "kept" }.map { Float($0.value) } }
      optimizer.zeroGrad()
      try loss.total.backward()
      try optimizer.step()
      for parameter in model.parameters {
        let name = "after\(step + 1)." + page.name(parameter.name)
        if file.contains(name) { report(name, try file.difference(parameter.variable.value, name), 1e-4) }
      }
    }
    report("losses", largestDifference(found, try losses.toFloats()), 1e-4)
  }

  /// Compares the average of the parameters at the ends of epochs, and the results with it.
  private func checkAverage(_ report: Report) throws {
    let settings = try Json.parse(file.metadata("gpa") ?? "{}")
    guard let mean = settings["mean"]?.doubleValue, let deviation = settings["std"]?.doubleValue,
      let epochs = settings["batches"]?.arrayValue
    else { throw GoldenFault("the metadata gpa is incomplete") }
    try take()
    let optimizer = try self.optimizer()
    let rule = ParameterAverage.gaussian(mean: mean, std: deviation)
    var average = AverageState()
    for (index, epoch) in epochs.enumerated() {
      for step in epoch.arrayValue?.compactMap(\.intValue) ?? [] {
        let loss = try model.loss(batch(step), scope: scope)
        optimizer.zeroGrad()
        try loss.total.backward()
        try optimizer.step()
      }
      try average.add(model.parameters.map(\.variable.value), rule, epoch: index + 1)
    }
    for (parameter, value) in zip(model.parameters, average.values) { parameter.variable.value = value }
    for parameter in model.parameters {
      let name = "gpa.after." + page.name(parameter.name)
      if file.contains(name) { report(name, try file.difference(parameter.variable.value, name), 1e-4) }
    }
    let images = ImageInput.pixels(try file.tensor("eval.images"))
    report(
      "gpa.eval.logits", try file.difference(model.logits(images, classes: .base), "gpa.eval.logits"), 1e-3)
  }

  private func optimizer() throws -> Optimizer {
    let settings = try Json.parse(file.metadata("optimizer") ?? "{}")
    return try Optimizer(
      OptimizerSettings(
        rule: .sgd(momentum: settings["momentum"]?.doubleValue ?? 0, nesterov: false),
        rate: settings["lr"]?.doubleValue ?? 0, weightDecay: settings["weight_decay"]?.doubleValue ?? 0),
      parameters: model.parameters)
  }

  /// Starts from the parameters of the file.
  private func take() throws {
    for parameter in model.parameters {
      let tensor = try file.tensor("init." + page.name(parameter.name))
      guard tensor.shape == parameter.variable.value.shape else {
        throw GoldenFault(
          "\(parameter.name) has shape \(parameter.variable.value.shape), but the file has \(tensor.shape)")
      }
      parameter.variable.value = try tensor.copy()
      parameter.variable.grad = nil
    }
  }

  private func batch(_ step: Int) throws -> PromptBatch { try GoldenBatch.of(file, step) }
}
