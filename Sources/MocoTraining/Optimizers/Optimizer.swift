import CKernels
import MocoAutograd
import MocoBase
import MocoMethods
import MocoTensor

/// The update rule of an optimizer.
public enum OptimizerRule: Sendable, Hashable {
  /// b = momentum·b + g, from b = g at the first step (no dampening); p −= rate · b, or with Nesterov
  /// rate · (g + momentum·b). Weight decay adds decay·p to g.
  case sgd(momentum: Double, nesterov: Bool)
  /// Adam (Kingma, Ba 2015); weight decay adds decay·p to g.
  case adam(beta1: Double, beta2: Double, epsilon: Double)
  /// AdamW (Loshchilov, Hutter 2019); weight decay shrinks p by 1 − rate·decay.
  case adamW(beta1: Double, beta2: Double, epsilon: Double)

  /// Its name in programs: "adamw".
  public var name: String {
    switch self {
    case .sgd: return "sgd"
    case .adam: return "adam"
    case .adamW: return "adamw"
    }
  }

  /// Names of the buffers of one parameter.
  var buffers: [String] {
    switch self {
    case .sgd(let momentum, _): return momentum == 0 ? [] : ["momentum"]
    case .adam, .adamW: return ["m", "v"]
    }
  }
}

/// A rule with its settings, without parameters: `sgd(lr: 0.032)` in a train form.
public struct OptimizerSettings: Sendable, Hashable {
  /// The parameters with weight decay.
  public enum Decay: String, Sendable, CaseIterable {
    case all
    /// Parameters with two or more dimensions; not biases and norms.
    case matrices
  }

  /// The update rule.
  public var rule: OptimizerRule
  /// The base learning rate.
  public var rate: Double
  /// Weight decay; 0 for none.
  public var weightDecay: Double
  /// The parameters with weight decay.
  public var decay: Decay

  /// Not checked here: an optimizer throws E0706 for settings out of range.
  public init(rule: OptimizerRule, rate: Double, weightDecay: Double = 0, decay: Decay = .all) {
    self.rule = rule
    self.rate = rate
    self.weightDecay = weightDecay
    self.decay = decay
  }

  /// The published optimizer of every data set except ImageNet: SGD, momentum 0.9, weight decay 5e-4, rate 0.032.
  public static let published = OptimizerSettings(
    rule: .sgd(momentum: 0.9, nesterov: false), rate: 0.032, weightDecay: 5e-4)

  /// - Throws: E0706 for a rate, momentum, beta, epsilon or decay out of range.
  public func check() throws {
    func require(_ fine: Bool, _ what: String, _ value: Double, _ help: String) throws {
      if !fine { throw Failure("E0706", "\(rule.name): \(what) is \(value)", help: help) }
    }
    try require(rate >= 0 && rate.isFinite, "lr", rate, "use 0 or more")
    try require(weightDecay >= 0 && weightDecay.isFinite, "weight_decay", weightDecay, "use 0 or more")
    switch rule {
    case .sgd(let momentum, let nesterov):
      try require(momentum >= 0 && momentum < 1, "momentum", momentum, "use a value from 0 to below 1")
      try require(!nesterov || momentum > 0, "momentum", momentum, "use a momentum above 0 with nesterov")
    case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
      try require(beta1 >= 0 && beta1 < 1, "the first beta", beta1, "use a value from 0 to below 1")
      try require(beta2 >= 0 && beta2 < 1, "the second beta", beta2, "use a value from 0 to below 1")
      try require(epsilon >= 0 && epsilon.isFinite, "eps", epsilon, "use 0 or more")
    }
  }

  public var configuration: Json {
    var object = JsonObject([("name", .string(rule.name)), ("lr", .double(rate))])
    switch rule {
    case .sgd(let momentum, let nesterov):
      object["momentum"] = .double(momentum)
      if nesterov { object["nesterov"] = true }
    case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
      object["betas"] = [.double(beta1), .double(beta2)]
      object["eps"] = .double(epsilon)
    }
    object["weight_decay"] = .double(weightDecay)
    if decay != .all { object["decay"] = .string(decay.rawValue) }
    return .object(object)
  }
}

/// Updates parameters in place, with fused kernels.
public final class Optimizer {
  /// Its settings; `rate` may have changed since.
  public let settings: OptimizerSettings
  /// Its parameters, in the order of its state.
  public let parameters: [Parameter]
  /// The current base rate; a schedule sets it. A parameter uses rate · its own factor.
  public var rate: Double
  /// Number of steps.
  public fileprivate(set) var stepCount = 0
  fileprivate var states: [State]

  fileprivate struct State {
    var steps = 0
    var buffers: [[Float]] = []
    /// The parameter's storage once it is known to be unshared.
    var storage: Storage?
  }

  /// - Throws: E0706 for settings out of range, E0709 without parameters.
  public init(_ settings: OptimizerSettings, parameters: [Parameter]) throws {
    try settings.check()
    guard !parameters.isEmpty else {
      throw Failure("E0709", "\(settings.rule.name) has no parameters to train")
    }
    self.settings = settings
    self.parameters = parameters
    rate = settings.rate
    states = parameters.map { _ in State() }
  }

  /// Clears the gradients of all parameters.
  public func zeroGrad() {
    for parameter in parameters { parameter.variable.grad = nil }
  }

  /// One step. Parameters without a gradient do not change.
  ///
  /// - Throws: E0405 if memory runs out for the state.
  public func step() throws {
    for (index, parameter) in parameters.enumerated() {
      guard let gradient = parameter.variable.grad, parameter.variable.value.count > 0 else { continue }
      try move(parameter, gradient.contiguous(), &states[index])
    }
    stepCount += 1
  }

  private func move(_ parameter: Parameter, _ gradient: Tensor, _ state: inout State) throws {
    let count = parameter.variable.value.count
    guard gradient.count == count else {
      throw Failure(
        "E0706",
        "the gradient of \(parameter.name) has \(gradient.count) numbers, but the parameter has \(count)")
    }
    if state.buffers.isEmpty {
      state.buffers = settings.rule.buffers.map { _ in [Float](repeating: 0, count: count) }
    }
    state.steps += 1
    let steps = state.steps
    let rate = self.rate * parameter.rateFactor
    let decays = settings.decay == .all || parameter.variable.value.rank >= 2
    let decay = parameter.decay ?? (decays ? settings.weightDecay : 0)
    let rule = settings.rule
    // Steps write in place, so the first one makes a copy: the value may be in a mapped weight file, or
    // be shared with another model.
    if state.storage !== parameter.variable.value.storage || !parameter.variable.value.isContiguous {
      parameter.variable.value = try parameter.variable.value.copy()
      state.storage = parameter.variable.value.storage
    }
    try parameter.variable.value.withMutableFloats { value in
      try gradient.withFloats { grad in
        guard let p = value.baseAddress, let g = grad.baseAddress else { return }
        switch rule {
        case .sgd(let momentum, let nesterov):
          guard momentum != 0 else {
            moco_sgd_step(p, g, nil, count, Float(rate), 0, Float(decay), 0, 1)
            return
          }
          state.buffers[0].withUnsafeMutableBufferPointer { buffer in
            moco_sgd_step(
              p, g, buffer.baseAddress, count, Float(rate), Float(momentum), Float(decay), nesterov ? 1 : 0,
              steps == 1 ? 1 : 0)
          }
        case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
          var decoupled: Int32 = 0
          if case .adamW = rule { decoupled = 1 }
          let correction1 = 1 - ExactMath.power(beta1, steps)
          let correction2 = 1 - ExactMath.power(beta2, steps)
          var m = state.buffers[0]
          var v = state.buffers[1]
          state.buffers = []
          m.withUnsafeMutableBufferPointer { m in
            v.withUnsafeMutableBufferPointer { v in
              moco_adam_step(
                p, g, m.baseAddress, v.baseAddress, count, rate, beta1, beta2, epsilon, decay, decoupled,
                correction1, correction2)
            }
          }
          state.buffers = [m, v]
        }
      }
    }
  }
}

extension Optimizer {
  /// A snapshot of everything that a step changes.
  struct Snapshot {
    fileprivate let values: [[Float]]
    fileprivate let states: [State]
    fileprivate let stepCount: Int
  }

  func snapshot() throws -> Snapshot {
    Snapshot(
      values: try parameters.map { try $0.variable.value.toFloats() }, states: states, stepCount: stepCount)
  }

  func restore(_ snapshot: Snapshot) throws {
    for (parameter, values) in zip(parameters, snapshot.values) {
      parameter.variable.value = try Tensor(values, shape: parameter.variable.value.shape)
    }
    states = snapshot.states
    stepCount = snapshot.stepCount
  }
}

extension Optimizer {
  /// The state as tensors: `0.momentum`, `0.m`, `0.v`, … by the parameter's index.
  public func exportState() throws -> [(name: String, tensor: Tensor)] {
    var list: [(name: String, tensor: Tensor)] = []
    for (index, state) in states.enumerated() where !state.buffers.isEmpty {
      for (name, buffer) in zip(settings.rule.buffers, state.buffers) {
        list.append(("\(index).\(name)", try Tensor(buffer, shape: parameters[index].variable.value.shape)))
      }
    }
    return list
  }

  /// The total number of steps, and that of each parameter.
  public var exportCounts: Json {
    ["steps": .int(stepCount), "each": .array(states.map { .int($0.steps) })]
  }

  /// A matching state from a file, not yet applied.
  struct ReadState {
    fileprivate let states: [State]
    fileprivate let stepCount: Int
  }

  /// Reads a state.
  ///
  /// - Parameters:
  ///   - steps: total number of steps.
  ///   - count: the number of steps of a parameter, by index.
  ///   - buffer: a buffer of a parameter, by index, in the parameter's shape.
  /// - Throws: E0708 for a mismatch.
  func read(
    steps: Int, count: (Int) -> Int?, buffer: (Int, String) throws -> Tensor?
  ) throws -> ReadState {
    var restored: [State] = []
    for (index, parameter) in parameters.enumerated() {
      guard let count = count(index), (0...TrainingDuration.limit).contains(count) else {
        throw Failure("E0708", "the checkpoint's optimizer state has no step count for \(parameter.name)")
      }
      var state = State(steps: count)
      if count > 0 {
        for name in settings.rule.buffers {
          guard let buffer = try buffer(index, name), buffer.shape == parameter.variable.value.shape else {
            throw Failure(
              "E0708", "the checkpoint has no \(settings.rule.name) state \"\(name)\" for \(parameter.name)",
              help: "restore with the optimizer it was saved with")
          }
          state.buffers.append(try buffer.toFloats())
        }
      }
      restored.append(state)
    }
    return ReadState(states: restored, stepCount: steps)
  }

  func take(_ state: ReadState) {
    states = state.states
    stepCount = state.stepCount
  }
}

/// Whether every number is finite.
public func allFinite(_ tensor: Tensor) throws -> Bool {
  try tensor.contiguous().withFloats { values in
    values.baseAddress.map { moco_all_finite($0, values.count) != 0 } ?? true
  }
}
