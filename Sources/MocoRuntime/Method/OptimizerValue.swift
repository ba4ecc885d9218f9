import MocoAutograd
import MocoBase
import MocoLang
import MocoMethods
import MocoTensor
import MocoTraining

/// `sgd(lr: 0.032)` for a train form, or an optimizer with parameters, ready to step.
final class OptimizerValue: HostObject {
  let settings: OptimizerSettings
  /// nil until there are parameters.
  let optimizer: Optimizer?

  init(_ settings: OptimizerSettings, optimizer: Optimizer? = nil) {
    self.settings = settings
    self.optimizer = optimizer
  }

  var typeName: String { "Optimizer" }

  var memberNames: [String] { ["kind", "lr", "steps"] + OptimizerValue.methods.names }
  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "kind": return .string(settings.rule.name)
    case "lr": return .float(optimizer?.rate ?? settings.rate)
    case "steps": return .int(optimizer?.stepCount ?? 0)
    default: return nil
    }
  }

  func setMember(_ name: String, to value: AnyValue) throws -> Bool {
    guard name == "lr" else { return false }
    guard let rate = value.asFloat, rate >= 0, rate.isFinite else {
      throw Failure(
        "E0706", "a learning rate must be a number of at least 0, not \(Arguments.describe(value))")
    }
    try working("lr").rate = rate
    return true
  }

  /// Without parameters it has no state. With them, a copy would update the same parameters, which belong to
  /// one training.
  func copied() throws -> AnyValue? {
    guard optimizer != nil else { return .host(self) }
    let name = settings.rule.name
    throw Failure(
      "E0303", "copy does not accept an optimizer with parameters: both would update the same ones",
      help: "make one for the copied model: \(name)(copied, lr: \(NumberText.float(settings.rate)))",
      argument: "x")
  }

  fileprivate func working(_ what: String) throws -> Optimizer {
    guard let optimizer else {
      throw Failure(
        "E0709", "this \(settings.rule.name) has no parameters, so \(what) is not available",
        help: "write \(settings.rule.name)(mix.parameters, lr: \(settings.rate))")
    }
    return optimizer
  }

  static let methods = MethodTable<OptimizerValue> { table in
    table.add(
      "step()", doc: "Updates every parameter that has a gradient.\n\n```\nloss.backward()\nopt.step()\n```"
    ) {
      value, _ in
      try value.working("step").step()
      return .nil
    }
    table.add("zero_grad()", doc: "Clears the gradients of its parameters.\n\n```\nopt.zero_grad()\n```") {
      value, _ in
      try value.working("zero_grad").zeroGrad()
      return .nil
    }
    table.add(
      "clip_grad_norm(limit)",
      doc: """
        Scales all gradients together so that their norm is at most `limit`; returns the norm before.

        ```
        opt.clip_grad_norm(1.0)
        ```
        """
    ) { value, arguments in
      let parameters = try value.working("clip_grad_norm").parameters
      return .float(try Autograd.clipGradNorm(parameters.map(\.variable), Float(arguments.float("limit"))))
    }
  }
  func method(_ name: String) -> NativeFunction? { OptimizerValue.methods.bind(name, to: self) }

  var shortDescription: String {
    var parts = ["lr: \(member: optimizer?.rate ?? settings.rate)"]
    switch settings.rule {
    case .sgd(let momentum, let nesterov):
      if momentum != 0 { parts.append("momentum: \(member: momentum)") }
      if nesterov { parts.append("nesterov: true") }
    case .adam(let a, let b, _), .adamW(let a, let b, _):
      parts.append("betas: [\(member: a), \(member: b)]")
    }
    if settings.weightDecay != 0 { parts.append("weight_decay: \(member: settings.weightDecay)") }
    let target =
      optimizer.map {
        " on \(NumberText.counted($0.parameters.count, "parameter")), \(NumberText.counted($0.stepCount, "step")) taken"
      } ?? ""
    return "\(settings.rule.name)(\(parts.joined(separator: ", ")))\(target)"
  }

  var byteCount: Int {
    guard let optimizer else { return 0 }
    return optimizer.parameters.reduce(0) { $0 + $1.variable.value.count * 8 }
  }
}

extension DefaultStringInterpolation {
  /// A number as programs print it.
  mutating func appendInterpolation(member value: Double) { appendLiteral(NumberText.float(value)) }
}

/// `cosine(warmup: 5 epochs)` or `constant()`.
final class ScheduleValue: HostObject {
  let schedule: Schedule

  init(_ schedule: Schedule) { self.schedule = schedule }

  var typeName: String { "Schedule" }
  var memberNames: [String] { ScheduleValue.methods.names }
  static let methods = MethodTable<ScheduleValue> { table in
    table.onlyGiving("rate")
    table.add(
      "rate(lr, at: Int, of: Int)",
      doc: """
        The learning rate in epoch (or step) `at`, counted from 0, of a training of `of` epochs (or steps).

        ```
        cosine(warmup: 5 epochs).rate(0.032, at: 5, of: 50)    // 0.032
        ```
        """
    ) { value, arguments in
      .float(
        value.schedule.rate(
          base: try arguments.float("lr"), at: try arguments.int("at", in: 0...),
          of: try arguments.int("of", in: 1...)))
    }
  }
  func method(_ name: String) -> NativeFunction? { ScheduleValue.methods.bind(name, to: self) }
  func copied() throws -> AnyValue? { .host(self) }
  var shortDescription: String { schedule.description }
}

func optimizerBuiltins() -> [NativeFunction] {
  let notes = """
    `lr` is the learning rate. Without parameters it is for `train … { optimizer: … }`; with `mix.parameters` it is ready to step. With `decay: \
    "matrices"` only parameters of two or more dimensions decay. A list may contain groups with their own factor on the rate
    and their own decay: `[{value: [a, b], rate: 0.1, decay: 0}, {value: w}]`.
    """
  return [
    NativeFunction(
      "sgd(parameters = nil, lr = 0.032, momentum = 0.0, weight_decay = 0.0, nesterov = false, decay = \"all\")",
      doc: """
        Stochastic gradient descent with momentum and weight decay, as in PyTorch. \(notes)

        ```
        let opt = sgd(mix.parameters, lr: 0.032, momentum: 0.9)
        ```
        """
    ) { arguments in
      try optimizerValue(
        arguments,
        .sgd(momentum: try arguments.float("momentum"), nesterov: try arguments.bool("nesterov")))
    },
    NativeFunction(
      "adam(parameters = nil, lr = 0.001, betas = [], eps = 1e-8, weight_decay = 0.0, decay = \"all\")",
      doc: """
        Adam; weight decay is added to the gradient. Betas are [0.9, 0.999] by default. \(notes)

        ```
        let opt = adam(mix.parameters, lr: 1e-3)
        ```
        """
    ) { arguments in
      let betas = try readBetas(arguments)
      return try optimizerValue(
        arguments, .adam(beta1: betas.0, beta2: betas.1, epsilon: try arguments.float("eps")))
    },
    NativeFunction(
      "adamw(parameters = nil, lr = 0.001, betas = [], eps = 1e-8, weight_decay = 0.01, decay = \"all\")",
      doc: """
        Adam with decoupled weight decay. Betas are [0.9, 0.999] by default. \(notes)

        ```
        clip.train_all()
        let opt = adamw(clip.parameters, lr: 1e-3, betas: [0.9, 0.98], weight_decay: 0.05, decay: "matrices")
        ```
        """
    ) { arguments in
      let betas = try readBetas(arguments)
      return try optimizerValue(
        arguments, .adamW(beta1: betas.0, beta2: betas.1, epsilon: try arguments.float("eps")))
    },
    NativeFunction(
      "cosine(warmup = 0, kind = \"constant\", warmup_lr = 1e-5, end = nil)",
      doc: """
        A learning rate that warms up and then decays along a cosine. In the warm-up it is `warmup_lr` (`kind: "constant"`)
        or rises to the base rate (`"linear"`). The cosine counts all epochs, as published, so it ends above zero;
        `end` sets the final rate. If the warm-up is as long as the training, `train` reports that the base rate is
        never reached.

        ```
        train mix on data.train for 10 epochs { schedule: cosine(warmup: 1 epoch) }
        ```
        """
    ) { arguments in
      var cosine = Schedule.Cosine()
      if let quantity = arguments["warmup"]?.asQuantity {
        guard let amount = quantity.wholeAmount, amount >= 0 else {
          throw arguments.wrongType("warmup", expected: "an integer number of epochs or steps")
        }
        cosine.warmup = amount
        cosine.unit = quantity.unit == .steps ? .steps : .epochs
      } else {
        cosine.warmup = try arguments.int("warmup", in: 0...)
      }
      let kind = try arguments.choice("kind", among: Schedule.Warmup.allCases.map(\.rawValue))
      cosine.warmupKind = Schedule.Warmup(rawValue: kind) ?? .constant
      cosine.warmupRate = try arguments.float("warmup_lr")
      cosine.end = try arguments.optionalFloat("end")
      return .host(ScheduleValue(.cosine(cosine)))
    },
    NativeFunction(
      "constant()",
      doc:
        "A constant learning rate.\n\n```\ntrain mix on data.train for 2 epochs { schedule: constant() }\n```"
    ) { _ in .host(ScheduleValue(.constant)) },
  ]
}

private func readBetas(_ arguments: Arguments) throws -> (Double, Double) {
  let betas = try arguments.floats("betas")
  if betas.isEmpty { return (0.9, 0.999) }
  guard betas.count == 2 else {
    throw arguments.wrongType("betas", expected: "two numbers", help: "write [0.9, 0.999]")
  }
  return (betas[0], betas[1])
}

private func optimizerValue(_ arguments: Arguments, _ rule: OptimizerRule) throws -> AnyValue {
  let decay = try arguments.choice("decay", among: OptimizerSettings.Decay.allCases.map(\.rawValue))
  let settings = OptimizerSettings(
    rule: rule, rate: try arguments.float("lr"), weightDecay: try arguments.float("weight_decay"),
    decay: OptimizerSettings.Decay(rawValue: decay) ?? .all)
  try settings.check()
  guard let given = arguments["parameters"], !given.isNil else { return .host(OptimizerValue(settings)) }
  let parameters = try readParameters(given, arguments)
  return .host(OptimizerValue(settings, optimizer: try Optimizer(settings, parameters: parameters)))
}

/// Parameters from a list of tensors, one tensor, or a model.
private func readParameters(_ value: AnyValue, _ arguments: Arguments) throws -> [Parameter] {
  if let model: ModelValue = value.asHost() { return model.model.trainableParameters }
  if let list: ParameterListValue = value.asHost() {
    guard list.parameters.isEmpty || list.parameters.contains(where: \.variable.requiresGrad) else {
      throw arguments.failure(
        "E0207", "none of these \(list.parameters.count) parameters is trainable", at: "parameters",
        help:
          "pass the parameters of the model, not a copy of them; call clip.train_all() for those of a CLIP model"
      )
    }
    return list.parameters
  }
  let values: [AnyValue]
  if let list = value.asList {
    values = list
  } else {
    values = [value]
  }
  if values.contains(where: { $0.asRecord != nil }) {
    var reader = OwnParameters(arguments)
    for (place, value) in values.enumerated() { try reader.add(value, "\(place)", OwnParameters.Group()) }
    return reader.parameters
  }
  return try values.enumerated().map { place, value in
    guard let tensor: TensorValue = value.asHost() else {
      throw arguments.wrongType(
        "parameters", expected: "tensors", help: "write \(arguments.functionName)(mix.parameters)")
    }
    guard tensor.variable.requiresGrad else {
      throw arguments.failure(
        "E0207", "parameter \(place) of \(arguments.functionName) is not trainable", at: "parameters",
        help: "make it with parameter(…)")
    }
    return Parameter("\(place)", tensor.variable)
  }
}
