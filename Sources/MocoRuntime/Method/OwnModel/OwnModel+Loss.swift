import MocoAutograd
import MocoBase
import MocoLang
import MocoMethods
import MocoTensor

extension OwnModel {
  func loss(_ batch: PromptBatch, scope: TrainingScope) throws -> PromptLoss {
    let targets = try self.targets(of: batch, scope)
    let own = OwnBatch(
      self, batch.images, names: names(scope), places: scope.places, labels: targets, indices: batch.indices)
    let asked = try asked(own)
    let logits = try logitsValue(asked)
    var told = OwnLoss()
    if let function = functions.loss {
      let value = try function.call(
        [.host(own), .host(TensorValue(logits)), asked.texts, asked.fixed], owner: owner)
      try told.read(value, function, self)
    } else {
      told.parts = [("class", try F.crossEntropy(logits, targets: targets))]
    }
    let total = try told.total(of: self)
    if Autograd.isEnabled, !parameters.isEmpty, !total.requiresGrad {
      throw unreached(parameters.map(\.name))
    }
    return PromptLoss(
      total: total, parts: told.parts, correct: try correctCount(logits.value, targets), count: targets.count,
      gateLoad: try own.weights.map { try Routing(weights: $0.value).load }, logged: told.logged)
  }

  func checkReached() throws {
    let missing = parameters.filter { $0.variable.grad == nil && !parts.unused.contains($0.name) }
    guard missing.isEmpty else { throw unreached(missing.map(\.name)) }
  }

  private func unreached(_ names: [String]) -> Diagnostic {
    let list =
      names.prefix(8).joined(separator: ", ") + (names.count > 8 ? " and \(names.count - 8) more" : "")
    let quoted = names.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
    return (functions.loss ?? functions.logits).failure(
      "E0714",
      "the loss of \(owner) does not reach \(names.count == 1 ? "its parameter" : "its parameters") \(list)",
      help:
        "compute the loss from \(names.count == 1 ? "it" : "them") without detach or no_grad, leave "
        + "\(names.count == 1 ? "it" : "them") out of parameters, or pass unused: [\(quoted)]")
  }
}

/// The result of a model's `loss`.
private struct OwnLoss {
  var parts: [(name: String, value: Variable)] = []
  var logged: [(name: String, value: Double)] = []
  private var gradients: [(name: String, value: Tensor)]?

  init() {}

  /// Names that an epoch's record already uses.
  private static let taken = [
    "index", "epoch", "epochs", "step", "loss", "lr", "accuracy", "gate_load", "seconds", "validation",
  ]

  mutating func read(_ value: AnyValue, _ function: OwnFunction, _ model: OwnModel) throws {
    guard let record = value.asRecord else {
      parts = [("total", try number(value, "loss", function, model))]
      return
    }
    for (name, value) in record {
      switch name {
      case "log": try readLog(value, function, model)
      case "gradients": try readGradients(value, function, model)
      default:
        try checkName(name, function)
        parts.append((name, try number(value, "the part \(name) of the loss", function, model)))
      }
    }
    guard !parts.isEmpty else {
      throw function.failure(
        "E0713", "'loss' of \(model.owner) returned a record without parts",
        help: "return a number, or a record of numbers whose sum is the loss: {class: …, knowledge: …}")
    }
  }

  private func checkName(_ name: String, _ function: OwnFunction) throws {
    guard OwnLoss.taken.contains(name) else { return }
    throw function.failure(
      "E0713", "'\(name)' is reserved: an epoch has a field of that name",
      help: "use another name, such as \"own_\(name)\"")
  }

  /// A scalar. A number of the language is a constant.
  private func number(
    _ value: AnyValue, _ what: String, _ function: OwnFunction, _ model: OwnModel
  ) throws -> Variable {
    if let number = value.asFloat { return Variable(try Tensor([Float(number)], shape: [])) }
    guard let tensor: TensorValue = value.asHost() else {
      throw function.failure(
        "E0713", "\(what) of \(model.owner) is \(Arguments.describe(value)), not a number",
        help: "return a tensor with one element, or a record of such parts")
    }
    guard tensor.variable.value.count == 1 else {
      throw function.failure(
        "E0713",
        "\(what) of \(model.owner) has shape \(Shape.text(tensor.variable.shape)), not a single number",
        help: "reduce it with mean or sum")
    }
    return tensor.variable.shape.isEmpty ? tensor.variable : try F.reshape(tensor.variable, [])
  }

  private mutating func readLog(_ value: AnyValue, _ function: OwnFunction, _ model: OwnModel) throws {
    guard let record = value.asRecord else {
      throw function.failure(
        "E0713", "'log' is \(Arguments.describe(value)), not a record of numbers",
        help: "write log: {name: number}")
    }
    for (name, value) in record {
      try checkName(name, function)
      guard !parts.contains(where: { $0.name == name }) else {
        throw function.failure(
          "E0713", "duplicate name '\(name)' in 'log' and the loss",
          help: "remove it from 'log': parts of the loss are always logged")
      }
      logged.append((name, Double(try number(value, "\(name) in log", function, model).value.item())))
    }
  }

  private mutating func readGradients(_ value: AnyValue, _ function: OwnFunction, _ model: OwnModel) throws {
    guard let record = value.asRecord else {
      throw function.failure(
        "E0713", "'gradients' is \(Arguments.describe(value)), not a record",
        help: "pass gradients by parameter: gradients: {ctx: g}")
    }
    gradients = try record.map { name, value in
      guard let parameter = model.parameters.first(where: { $0.name == name }) else {
        let names = model.parameters.map(\.name)
        throw function.failure(
          "E0713", "'\(name)' in 'gradients' is not a parameter of \(model.owner)",
          help: Nearest.name(to: name, among: names).map { "write \($0)" }
            ?? "use its parameters: \(names.prefix(8).joined(separator: ", "))")
      }
      guard let tensor: TensorValue = value.asHost(), tensor.variable.value.dtype == .float32 else {
        throw function.failure(
          "E0713", "the gradient of \(name) is \(Arguments.describe(value)), not a tensor of numbers",
          help: "compute it with gradients(loss, of: …)")
      }
      guard tensor.variable.shape == parameter.variable.shape else {
        throw function.failure(
          "E0713",
          "shape mismatch for \(name): gradient \(Shape.text(tensor.variable.shape)), parameter "
            + Shape.text(parameter.variable.shape), help: "pass a gradient of the parameter's shape")
      }
      return (name, tensor.variable.value)
    }
  }

  /// The sum of the parts. If the program passes gradients, the backward pass returns these.
  func total(of model: OwnModel) throws -> Variable {
    guard var sum = parts.first?.value else { return Variable(try Tensor([0], shape: [])) }
    for part in parts.dropFirst() { sum = try F.add(sum, part.value) }
    guard let gradients else { return sum }
    let inputs = gradients.compactMap { entry in
      model.parameters.first { $0.name == entry.name }?.variable
    }
    let values = gradients.map(\.value)
    return Variable.custom("gradients", inputs: inputs, value: sum.value, saved: []) { seed, needs in
      let factor = try seed.item()
      return try zip(values, needs).map { try $1 ? $0.affine(factor) : nil }
    }
  }
}
