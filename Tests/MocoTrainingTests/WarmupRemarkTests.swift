import MocoTraining
import Testing

/// A warm-up that lasts to the end of the schedule is said: the full rate is never reached.
@Suite struct WarmupRemarkTests {
  private func remark(
    _ duration: TrainingDuration, _ schedule: Schedule?, scheduled: Range<Int>? = nil
  ) throws -> String? {
    var options = TrainingOptions(duration: duration)
    options.batch = 4
    options.schedule = schedule
    return try TrainingPlan(options, count: 8, scheduled: scheduled).remark
  }

  @Test func aWarmupThatNeverEndsIsSaid() throws {
    let one = Schedule.cosine(.init(warmup: 1, unit: .epochs))
    let text = try #require(try remark(.epochs(1), one))
    #expect(text.hasPrefix("the warm-up of 1 epoch covers the entire schedule of 1 epoch:"), "\(text)")
    #expect(try remark(.epochs(2), one) == nil)
    let steps = try remark(.epochs(2), .cosine(.init(warmup: 5, unit: .steps)))
    #expect(steps?.contains("5 steps covers the entire schedule of 4 steps") == true, "\(steps ?? "")")
    #expect(try remark(.epochs(2), .cosine(.init(warmup: 3, unit: .steps))) == nil)
    // What is added to a training may be shorter than the warm-up that was meant for the whole.
    #expect(try remark(.epochs(3), one, scheduled: 4..<6) != nil)
    for schedule in [nil, Schedule.constant, .cosine(.init())] {
      #expect(try remark(.epochs(1), schedule) == nil)
    }
  }

  @Test func oneEpochIsOne() {
    #expect(TrainingDuration.epochs(1).description == "1 epoch")
    #expect(TrainingDuration.steps(1).description == "1 step")
    #expect(TrainingDuration.epochs(2, atLeast: 30).description == "2 epochs and at least 30 steps")
  }
}
