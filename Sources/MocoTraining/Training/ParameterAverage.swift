import MocoBase
import MocoTensor

/// An average of the parameters over a training, used at its end instead of the last ones. The initial parameters have no
/// weight.
public enum ParameterAverage: Sendable, Hashable {
  /// An exponential moving average over steps: θ̄ = Σ dⁿ⁻ⁱ θᵢ / Σ dⁿ⁻ⁱ.
  case ema(Double)
  /// The ends of the epochs e = 1, 2, …, each weighted by exp(−(e − mean)² / (2 std²)).
  case gaussian(mean: Double, std: Double)

  /// - Throws: E0706.
  public func check() throws {
    switch self {
    case .ema(let decay):
      guard decay >= 0, decay < 1 else {
        throw Failure(
          "E0706", "the decay of ema is \(NumberText.float(decay))",
          help: "use a number from 0 to below 1, such as ema(0.999)", argument: "average")
      }
    case .gaussian(let mean, let std):
      guard mean.isFinite, std.isFinite, std > 0 else {
        throw Failure(
          "E0706",
          "gaussian has a mean of \(NumberText.float(mean)) and a standard deviation of "
            + NumberText.float(std),
          help: "use an epoch and a positive number of epochs, such as gaussian(mean: 15, std: 1)",
          argument: "average")
      }
    }
  }

  /// As a program writes it.
  public var description: String {
    switch self {
    case .ema(let decay): return "ema(\(NumberText.float(decay)))"
    case .gaussian(let mean, let std):
      return "gaussian(mean: \(NumberText.float(mean)), std: \(NumberText.float(std)))"
    }
  }

  /// Whether it uses every step instead of the ends of epochs.
  var countsSteps: Bool {
    if case .ema = self { return true }
    return false
  }

  /// The logarithms of the weight of the average so far and of the new step or epoch.
  fileprivate func weights(epoch: Int) -> (kept: Double, new: Double) {
    switch self {
    case .ema(let decay): return (ExactMath.log(decay), 0)
    case .gaussian(let mean, let std):
      let z = (Double(epoch) - mean) / std
      return (0, max(-z * z / 2, -1e300))
    }
  }
}

/// The average of a training's parameters so far.
///
/// - Safety: its tensors are private copies that are not written to.
package struct AverageState: @unchecked Sendable {
  /// In the order of the model's parameters.
  package private(set) var values: [Tensor] = []
  /// The logarithm of the sum of the weights, which may be below the smallest Float; nil before the first.
  private(set) var weight: Double?

  /// An empty average.
  package init() {}

  init(values: [Tensor], weight: Double) {
    self.values = values
    self.weight = weight
  }

  /// Adds the parameters after a step or an epoch.
  ///
  /// A running mean: θ̄ += w / W · (θ − θ̄), where W is the sum of the weights, including this one. It is computed
  /// from logarithms, so that very small weights are not a problem.
  /// - Parameter epoch: from 1.
  package mutating func add(_ parameters: [Tensor], _ rule: ParameterAverage, epoch: Int) throws {
    let (kept, new) = rule.weights(epoch: epoch)
    guard let before = weight.map({ $0 + kept }), before > -.infinity, values.count == parameters.count else {
      values = try parameters.map { try $0.copy() }
      weight = new
      return
    }
    let top = max(before, new)
    let sum = top + ExactMath.log(ExactMath.exp(before - top) + ExactMath.exp(new - top))
    let share = Float(ExactMath.exp(new - sum))
    values = try zip(values, parameters).map { average, parameter in
      let result = try average.copy()
      try result.withMutableFloats { out in
        try parameter.contiguous().withFloats { value in
          for i in out.indices { out[i] += share * (value[i] - out[i]) }
        }
      }
      return result
    }
    weight = sum
  }
}

extension Trainer {
  /// Adds the parameters to the average, after a step or at the end of an epoch.
  func addToAverage(endOfEpoch: Bool) throws {
    guard let rule = options.average, rule.countsSteps != endOfEpoch else { return }
    var state = average ?? AverageState()
    try state.add(
      model.parameters.map(\.variable.value), rule, epoch: (step - 1) / plan.stepsPerEpoch + 1)
    average = state
  }

  /// Calls a closure while the model has the averaged parameters, if there is an average.
  func withAverage<Result>(_ work: () throws -> Result) throws -> Result {
    guard let average, options.average != nil else { return try work() }
    let before = model.parameters.map(\.variable.value)
    for (parameter, value) in zip(model.parameters, average.values) {
      parameter.variable.value = try value.copy()
    }
    defer {
      for (parameter, value) in zip(model.parameters, before) { parameter.variable.value = value }
    }
    return try work()
  }
}
