import MocoBase
import MocoCLIP
import MocoData
import MocoMethods
import MocoTensor
import MocoTestSupport
import MocoTraining
import Testing

@Suite struct ForecastTests {
  private func mixture(memory: Int = TextPlan.defaultMemory) throws -> Mixture {
    var options = MixtureOptions()
    // Every expert is in use, as the forecast assumes.
    options.router.topK = 3
    options.memory = memory
    return try Mixture(
      clip: TinyCLIP.make(), templates: TinyCLIP.groups(), classes: TinyCLIP.classes, options: options)
  }

  @Test(arguments: [false, true]) func countsWhatTheStepEncodes(base: Bool) throws {
    let names = base ? Array(TinyCLIP.classes.prefix(2)) : TinyCLIP.classes
    let data = try TinyData.split(12, classes: names)
    let options = TinyData.options(.epochs(5))
    let mixture = try mixture()
    let forecast = try Forecast(model: mixture, data: data, options: options)
    let trainer = try Trainer(model: mixture, data: data, options: options)
    try trainer.run(until: 1)
    let plan = try #require(mixture.stepPlan)
    #expect(forecast.step == PromptCost(plan, mixture.clip.config))
    #expect(forecast.plan == trainer.plan && forecast.plan.steps == 15)
    #expect(forecast.once.prompts == 5 * 4)
    // The hard features are there now.
    #expect(try Forecast(model: mixture, data: data, options: options).once == PromptCost())
    #expect(forecast.seconds > 0 && forecast.seconds.isFinite)
    #expect(forecast.seconds >= 15 * forecast.secondsPerStep)
    #expect(forecast.imagesOnce == 0 && forecast.imagesPerStep == 0)
    #expect(forecast.memory > mixture.clip.parameterCount * 4)
  }

  @Test func leavesTheModelAlone() throws {
    let mixture = try mixture()
    try mixture.wasTrained(on: ["T-shirt", "forest"])
    let before = try TinyData.values(mixture)
    _ = try Forecast(model: mixture, data: TinyData.split(8), options: TinyData.options(.steps(2)))
    #expect(try TinyData.values(mixture) == before)
    #expect(mixture.names(.base) == ["T-shirt", "forest"])
    #expect(mixture.parameters.allSatisfy { $0.variable.grad == nil })
  }

  @Test func lessMemoryMoreWork() throws {
    let data = try TinyData.split(8)
    let options = TinyData.options(.steps(2))
    let wide = try Forecast(model: mixture(), data: data, options: options)
    let text = try TinyCLIP.make().config.text
    let narrow = try Forecast(
      model: mixture(memory: 15 * TextPlan.bytesPerNode(text)), data: data, options: options)
    #expect(wide.step.chunks == 1 && narrow.step.chunks > 1)
    #expect(narrow.memory < wide.memory && narrow.step.stepFLOPs > wide.step.stepFLOPs)
    #expect(narrow.lines.joined().contains("\(narrow.step.chunks) chunks"))
  }

  @Test func refusesWhatTrainingRefuses() throws {
    func code(_ model: any Classifier, _ data: DataSplit, _ options: TrainingOptions) -> String? {
      do {
        _ = try Forecast(model: model, data: data, options: options)
        return nil
      } catch { return (error as? Failure)?.code }
    }
    let zero = try ZeroShot(clip: TinyCLIP.make(), classes: TinyCLIP.classes, templates: [Template("{}.")])
    let steps = TinyData.options(.steps(1))
    #expect(try code(zero, TinyData.split(4), steps) == "E0709")
    #expect(try code(mixture(), TinyData.split(0), steps) == "E0709")
    #expect(try code(mixture(), TinyData.split(4), TinyData.options(.steps(0))) == "E0706")
    #expect(try code(mixture(), TinyData.split(4, classes: ["horse", "forest"]), steps) == "E0704")
    #expect(try code(CoOp(clip: TinyCLIP.make(), classes: TinyCLIP.classes), TinyData.split(4), steps) == nil)
  }

  @Test func durationsForPeople() {
    let texts = [0.0004, 0.25, 4, 31, 600, 9000, 400_000].map { DurationText.estimate($0) }
    #expect(texts == ["0.4 ms", "0.25 s", "4.00 s", "31 s", "10 min", "2.5 h", "5 days"])
    #expect(Forecast.operations(3.5e10) == "35.0 GFLOP")
  }
}
