import MocoAutograd
import MocoBase
import MocoMethods
import MocoTensor
import MocoTraining
import Testing

@Suite struct OptimizerTests {
  static func optimizer(
    _ rule: OptimizerRule, values: [Float], decay: Double = 0, kind: OptimizerSettings.Decay = .all
  ) throws -> (Optimizer, Variable) {
    let variable = Variable(try Tensor(values, shape: [values.count]), requiresGrad: true)
    let settings = OptimizerSettings(rule: rule, rate: 0.1, weightDecay: decay, decay: kind)
    return (try Optimizer(settings, parameters: [Parameter("p", variable)]), variable)
  }

  /// Long vectors take the wide path, short ones the tail: the same numbers.
  @Test(arguments: [
    OptimizerRule.sgd(momentum: 0.9, nesterov: true), .sgd(momentum: 0, nesterov: false),
    .adam(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8),
  ])
  func lanesAndTailsAgree(_ rule: OptimizerRule) throws {
    let start = (0..<19).map { Float($0) * 0.1 - 1 }
    let gradient = (0..<19).map { Float(($0 * 7) % 5) - 2 }
    let (whole, p) = try Self.optimizer(rule, values: start, decay: 0.01)
    var single: [Float] = []
    for i in start.indices {
      let (own, q) = try Self.optimizer(rule, values: [start[i]], decay: 0.01)
      for _ in 0..<3 {
        q.grad = try Tensor([gradient[i]], shape: [1])
        try own.step()
      }
      single += try q.value.toFloats()
    }
    for _ in 0..<3 {
      p.grad = try Tensor(gradient, shape: [19])
      try whole.step()
    }
    for (x, y) in zip(try p.value.toFloats(), single) { #expect(abs(x - y) < 1e-6) }
  }

  @Test func parametersWithoutGradientStay() throws {
    let (optimizer, p) = try Self.optimizer(.sgd(momentum: 0.9, nesterov: false), values: [1, 2], decay: 0.1)
    try optimizer.step()
    #expect(try p.value.toFloats() == [1, 2])
  }

  @Test func onlyMatricesShrinkIfAsked() throws {
    let (optimizer, p) = try Self.optimizer(
      .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), values: [1, 2], decay: 0.5, kind: .matrices)
    p.grad = try Tensor([0, 0], shape: [2])
    try optimizer.step()
    #expect(try p.value.toFloats() == [1, 2])
  }

  @Test func badSettings() {
    func code(_ rule: OptimizerRule, rate: Double = 0.1, decay: Double = 0) -> String? {
      do {
        try OptimizerSettings(rule: rule, rate: rate, weightDecay: decay).check()
        return nil
      } catch { return (error as? Failure)?.code }
    }
    #expect(code(.sgd(momentum: 1, nesterov: false)) == "E0706")
    #expect(code(.sgd(momentum: 0, nesterov: true)) == "E0706")
    #expect(code(.adam(beta1: 0.9, beta2: 1, epsilon: 0)) == "E0706")
    #expect(code(.sgd(momentum: 0, nesterov: false), rate: .nan) == "E0706")
    #expect(code(.sgd(momentum: 0, nesterov: false), decay: -1) == "E0706")
    #expect(code(.sgd(momentum: 0.9, nesterov: true)) == nil)
  }

  @Test func finiteness() throws {
    #expect(try allFinite(Tensor((0..<20).map { Float($0) }, shape: [20])))
    for bad in [Float.nan, .infinity, -.infinity] {
      for place in [0, 7, 8, 19] {
        var values = [Float](repeating: 1, count: 20)
        values[place] = bad
        #expect(try !allFinite(Tensor(values, shape: [20])))
      }
    }
  }
}

@Suite struct ScheduleTests {
  @Test func publishedRule() {
    let schedule = Schedule.cosine(.init(warmup: 5))
    #expect((0..<5).allSatisfy { schedule.rate(base: 0.032, at: $0, of: 50) == 1e-5 })
    #expect(schedule.rate(base: 0.032, at: 5, of: 50) == 0.032)
    #expect(schedule.rate(base: 0.032, at: 49, of: 50) > 1e-3)
  }

  @Test func anEndIsReached() {
    let schedule = Schedule.cosine(.init(warmup: 10, warmupKind: .linear, end: 1e-5))
    #expect(schedule.rate(base: 1e-3, at: 10, of: 100) == 1e-3)
    #expect(abs(schedule.rate(base: 1e-3, at: 99, of: 100) - 1e-5) < 1e-12)
    #expect(schedule.rate(base: 1e-3, at: 5, of: 100) == 5e-4)
  }

  @Test func plans() throws {
    func plan(
      _ duration: TrainingDuration, count: Int, batch: Int = 32, schedule: Schedule? = nil
    ) throws
      -> TrainingPlan
    {
      var options = TrainingOptions(duration: duration)
      options.batch = batch
      options.schedule = schedule
      return try TrainingPlan(options, count: count)
    }
    #expect(try plan(.epochs(50), count: 160).steps == 250)
    #expect(try plan(.epochs(50), count: 10).steps == 50)
    #expect(try plan(.epochs(50, atLeast: 200), count: 10).epochs == 200)
    #expect(try plan(.epochs(50, atLeast: 200), count: 160).epochs == 50)
    let steps = try plan(.steps(7), count: 96)
    #expect(steps.epochs == 3 && steps.steps == 7 && steps.scheduleUnit == .steps)
    let mixed = try plan(.epochs(4), count: 64, schedule: .cosine(.init(warmup: 2, unit: .steps)))
    #expect(try mixed.rate(base: 1, step: 1) == 1e-5 && mixed.rate(base: 1, step: 2) == 1)
    #expect { try plan(.epochs(1), count: 0) } throws: { ($0 as? Failure)?.code == "E0709" }
  }
}
