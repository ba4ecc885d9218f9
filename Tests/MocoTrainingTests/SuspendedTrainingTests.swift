import Foundation
import MocoAutograd
import MocoBase
import MocoData
import MocoMethods
import MocoTensor
import MocoTestSupport
import MocoTraining
import Testing

/// Trainings that are cut, kept in memory, and go on; and those that end early.
@Suite struct SuspendedTrainingTests {
  private struct Cut: Error {}

  /// Cuts a training by an error of a callback after each of the steps, and goes on in another model each time.
  private func inPieces(
    _ options: TrainingOptions, cuts: [Int], data: DataSplit? = nil, inEpochs: Bool = false,
    model make: (_ seed: UInt64) throws -> any Classifier
  ) throws -> (values: [[Float]], report: TrainingReport, heard: [Int]) {
    let data = try data ?? TinyData.split(12)
    var kept: SuspendedTraining?
    var heard: [Int] = []
    for cut in cuts + [Int.max] {
      // Whatever the later models begin with.
      let model = try make(kept == nil ? 5 : 99)
      let trainer = try Trainer(model: model, data: data, options: options)
      if let kept { #expect(try kept.restore(into: trainer).isEmpty) }
      var observer = TrainingObserver()
      observer.onStep = { if !inEpochs, $0.step == cut { throw Cut() } }
      observer.onEpoch = {
        heard.append($0.index)
        if inEpochs, $0.step >= cut { throw Cut() }
      }
      do {
        let report = try trainer.run(observer: observer)
        return (try TinyData.values(model), report, heard)
      } catch is Cut {
        kept = try SuspendedTraining(trainer)
        // What happens to the model later does not reach what is kept.
        for parameter in model.trainableParameters {
          try parameter.variable.value.withMutableFloats { for place in $0.indices { $0[place] = -7 } }
        }
      }
    }
    throw Cut()
  }

  private func expectEqual(_ a: TrainingReport, _ b: TrainingReport) {
    #expect(a.steps == b.steps && a.best == b.best && a.stop == b.stop)
    #expect(a.epochs.map(\.loss) == b.epochs.map(\.loss) && a.epochs.map(\.rate) == b.epochs.map(\.rate))
    #expect(a.epochs.map(\.accuracy) == b.epochs.map(\.accuracy))
    #expect(a.epochs.map(\.gateLoad) == b.epochs.map(\.gateLoad))
    #expect(a.epochs.map(\.validation) == b.epochs.map(\.validation))
    #expect(a.epochs.map { $0.parts.map(\.value) } == b.epochs.map { $0.parts.map(\.value) })
    #expect(b.epochs.allSatisfy { $0.seconds != nil })
  }

  static let rules: [OptimizerRule] = [
    .sgd(momentum: 0, nesterov: false), .sgd(momentum: 0.9, nesterov: false),
    .sgd(momentum: 0.9, nesterov: true), .adam(beta1: 0.9, beta2: 0.99, epsilon: 1e-8),
    .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8),
  ]

  @Test(arguments: rules) func goesOnToTheSameBits(_ rule: OptimizerRule) throws {
    for schedule in [nil, Schedule.constant, .cosine(.init(warmup: 2, unit: .steps))] {
      var options = TinyData.options(.epochs(3))
      options.optimizer = .init(rule: rule, rate: 0.02, weightDecay: 0.01)
      options.schedule = schedule
      options.clipNorm = schedule == nil ? nil : 0.5
      let model = try TinyData.mixture()
      let whole = try Trainer(model: model, data: TinyData.split(12), options: options).run()
      // In the middle and at the ends of epochs, before the first and after the last step but one.
      for cuts in [[1], [2, 4], [3], [6], [8], [3, 6, 7]] {
        let other = try inPieces(options, cuts: cuts) { try TinyData.mixture(seed: $0) }
        #expect(other.values == (try TinyData.values(model)), "\(rule) \(cuts)")
        expectEqual(whole, other.report)
        #expect(other.heard == [1, 2, 3])
      }
      let other = try inPieces(options, cuts: [1, 5], inEpochs: true) { try TinyData.mixture(seed: $0) }
      #expect(other.values == (try TinyData.values(model)))
      expectEqual(whole, other.report)
      #expect(other.heard == [1, 2, 3])
    }
  }

  @Test func chunksStepsAndOneImage() throws {
    for (duration, batch, memory) in [(TrainingDuration.steps(7), 4, 200_000), (.epochs(1), 1, 1 << 30)] {
      let options = TinyData.options(duration, batch: batch)
      func make(_ seed: UInt64) throws -> any Classifier {
        let mixture = try TinyData.mixture(seed: seed, experts: .published)
        mixture.memory = memory
        return mixture
      }
      let model = try make(5)
      let whole = try Trainer(model: model, data: TinyData.split(12), options: options).run()
      let other = try inPieces(options, cuts: [2, 3, 6], model: make)
      #expect(other.values == (try TinyData.values(model)))
      expectEqual(whole, other.report)
    }
  }

  @Test func othersAreRefused() throws {
    let trainer = try Trainer(
      model: TinyData.mixture(), data: TinyData.split(12), options: TinyData.options(.epochs(2)))
    try trainer.run(until: 4)
    let kept = try SuspendedTraining(trainer)
    func message(
      _ model: any Classifier, _ data: DataSplit, _ change: (inout TrainingOptions) -> Void = { _ in }
    ) throws -> String {
      var options = TinyData.options(.epochs(2))
      change(&options)
      let other = try Trainer(model: model, data: data, options: options)
      let before = try TinyData.values(model)
      do {
        return try kept.restore(into: other).joined(separator: ";")
      } catch let error as Failure {
        #expect(try TinyData.values(model) == before && other.step == 0)
        return error.code + " " + error.message
      }
    }
    let data = try TinyData.split(12)
    #expect(try message(TinyData.mixture(), data) == "")
    #expect(try message(TinyData.mixture(), TinyData.split(12, seed: 4)).contains("the images are different"))
    #expect(try message(TinyData.mixture(), data) { $0.seed = 9 }.contains("the run was saved by a training"))
    #expect(try message(TinyData.mixture(), data) { $0.optimizer.rate = 9 }.contains("optimizer.lr"))
    #expect(try message(TinyData.mixture(), data) { $0.duration = .epochs(4) }.contains("E0708"))
    let longer = try message(TinyData.mixture(), data) {
      $0.duration = .epochs(4)
      $0.extend = .hold
    }
    #expect(longer.contains("continues at step 4 to 4 epochs"), "\(longer)")
    let keeps = try message(TinyData.mixture(), data) { $0.keepBest = KeepBest(data: data) }
    #expect(keeps.contains("does not keep its best epoch"))
    let coop = try CoOp(clip: TinyCLIP.make(), classes: TinyCLIP.classes)
    #expect(try message(coop, data).contains("contains a mixture, not a coop"))
  }

  // MARK: The best epoch

  /// Trains with a rate so large that validation goes up and down.
  private func judged(_ change: (inout TrainingOptions) -> Void = { _ in }) throws -> TrainingOptions {
    var options = TinyData.options(.epochs(8))
    options.optimizer = .init(rule: .sgd(momentum: 0.9, nesterov: false), rate: 1.5)
    options.schedule = .constant
    options.keepBest = KeepBest(data: try TinyData.split(9, seed: 11), metric: .nll)
    change(&options)
    return options
  }

  @Test func theBestEpochStays() throws {
    let options = try judged()
    let model = try TinyData.mixture()
    let trainer = try Trainer(model: model, data: TinyData.split(12), options: options)
    var after: [[[Float]]] = []
    let report = try trainer.run(observer: .init(onEpoch: { _ in after.append(try TinyData.values(model)) }))
    let found = report.epochs.compactMap(\.validation)
    #expect(found.count == 8 && Set(found).count > 2)
    let best = try #require(report.best)
    #expect(best.value == found.min() && best.epoch == (found.firstIndex(of: best.value) ?? -2) + 1)
    // A test that says something: the last epoch is not the best one.
    #expect(best.epoch < 8, "\(found)")
    #expect(try TinyData.values(model) == after[best.epoch - 1])
    #expect(try options.keepBest?.value(model) == best.value)
    // A checkpoint has the parameters for going on, and says that they are not the best ones.
    try Repository.inFolder { folder in
      try Checkpoint.save(path: folder + "/a", model: model, trainer: trainer)
      let other = try TinyData.mixture()
      let notes = try Checkpoint.restore(path: folder + "/a", model: other).notes
      #expect(try TinyData.values(other) == after[7])
      #expect(notes.contains { $0.contains("the best epoch was epoch \(best.epoch)") }, "\(notes)")
    }
    // Judging changes nothing about the training.
    var plain = options
    plain.keepBest = nil
    let other = try TinyData.mixture()
    let straight = try Trainer(model: other, data: TinyData.split(12), options: plain).run()
    #expect(try TinyData.values(other) == after[7])
    #expect(straight.epochs.map(\.loss) == report.epochs.map(\.loss))
  }

  @Test func patienceEnds() throws {
    let all = try Trainer(model: TinyData.mixture(), data: TinyData.split(12), options: judged()).run()
    let found = all.epochs.compactMap(\.validation)
    for patience in 1...3 {
      var (least, waited, end) = (Double.infinity, 0, 8)
      for (place, value) in found.enumerated() {
        (least, waited) = value < least ? (value, 0) : (least, waited + 1)
        if waited >= patience, place < 7 {
          end = place + 1
          break
        }
      }
      let options = try judged { $0.patience = patience }
      let model = try TinyData.mixture()
      let trainer = try Trainer(model: model, data: TinyData.split(12), options: options)
      let report = try trainer.run()
      #expect(report.epochs.count == end)
      #expect((report.stop?.by == .patience) == (end < 8) && report.stop?.epoch ?? end == end)
      // Cut anywhere, it ends in the same place with the same parameters.
      for cuts in [[1], [3], [4, 6], [2, 3]] where (cuts.last ?? 0) < end * 3 {
        let other = try inPieces(options, cuts: cuts) { try TinyData.mixture(seed: $0) }
        expectEqual(report, other.report)
        #expect(other.values == (try TinyData.values(model)))
      }
      // Nothing is left to do once it has ended so.
      let again = try Trainer(model: TinyData.mixture(seed: 8), data: TinyData.split(12), options: options)
      let notes = try SuspendedTraining(trainer).restore(into: again)
      #expect(notes.count == 1 && notes[0].contains(end < 8 ? "patience ended" : "is finished"), "\(notes)")
      expectEqual(report, try again.run())
      #expect(try TinyData.values(again.model) == TinyData.values(model))
    }
  }

  @Test func checkpointsHoldTheBestEpoch() throws {
    try Repository.inFolder { folder in
      for every in [1, 3] {
        let path = folder + "/\(every)"
        let options = try judged {
          $0.patience = 3
          $0.checkpointEvery = every
        }
        let model = try TinyData.mixture()
        let whole = try Trainer(model: model, data: TinyData.split(12), options: options).run()
        var cut = options
        cut.checkpoint = path
        let first = try Trainer(model: TinyData.mixture(), data: TinyData.split(12), options: cut)
        #expect(throws: Cut.self) {
          try first.run(observer: .init(onStep: { if $0.step == 10 { throw Cut() } }))
        }
        let second = try Trainer(model: TinyData.mixture(seed: 3), data: TinyData.split(12), options: cut)
        #expect(try Checkpoint.restore(path: path, model: second.model, trainer: second).step == 9)
        let report = try second.run()
        #expect(report.best == whole.best && report.stop == whole.stop)
        #expect(report.epochs.map(\.validation) == whole.epochs.map(\.validation))
        #expect(try TinyData.values(second.model) == TinyData.values(model))
        // At its end the file says that nothing is left, and gives the best epoch again.
        let third = try Trainer(model: TinyData.mixture(seed: 5), data: TinyData.split(12), options: options)
        let notes = try Checkpoint.restore(path: path, model: third.model, trainer: third).notes
        #expect(notes.count == 1, "\(notes)")
        try third.run()
        #expect(try TinyData.values(third.model) == TinyData.values(model))
        // Other data to judge by, another measure, none.
        for (change, word) in [
          ({ $0.keepBest = KeepBest(data: try TinyData.split(9, seed: 12), metric: .nll) }, "other data"),
          ({ $0.keepBest = KeepBest(data: try TinyData.split(9, seed: 11)) }, "selects epochs by nll"),
          ({ ($0.keepBest, $0.patience) = (nil, nil) }, "keeps its best epoch"),
          ({ $0.patience = 4 }, "patience was 3, now 4"),
        ] as [((inout TrainingOptions) throws -> Void, String)] {
          var other = options
          try change(&other)
          let trainer = try Trainer(model: TinyData.mixture(), data: TinyData.split(12), options: other)
          #expect {
            try Checkpoint.restore(path: path, model: trainer.model, trainer: trainer)
          } throws: {
            ($0 as? Failure)?.code == "E0708" && ($0 as? Failure)?.message.contains(word) == true
          }
        }
        // As parameters alone it is a checkpoint like others.
        #expect(try Checkpoint.restore(path: path, model: TinyData.mixture()).unexpected.isEmpty)
      }
    }
  }

  @Test func aCallbackEnds() throws {
    try Repository.inFolder { folder in
      for (isStep, place) in [(true, 2), (true, 6), (false, 2)] {
        var options = TinyData.options(.epochs(4))
        options.checkpoint = folder + "/c\(isStep)\(place)"
        options.checkpointEvery = 3
        let trainer = try Trainer(model: TinyData.mixture(), data: TinyData.split(12), options: options)
        var observer = TrainingObserver()
        observer.onStep = { if isStep, $0.step == place { trainer.stop(by: .eachStep) } }
        observer.onEpoch = { if !isStep, $0.index == place { trainer.stop(by: .eachEpoch) } }
        let report = try trainer.run(observer: observer)
        let step = isStep ? place : 3 * place
        #expect(report.steps == step && report.stop?.step == step && report.stop?.epoch == (step + 2) / 3)
        #expect(report.epochs.count == step / 3 && !trainer.isFinished)
        // It goes on, from memory and from the file, as if nothing had been.
        let straight = try TinyData.mixture()
        let whole = try Trainer(
          model: straight, data: TinyData.split(12), options: TinyData.options(.epochs(4))
        )
        .run()
        for isFile in [true, false] {
          let other = try Trainer(
            model: TinyData.mixture(seed: 3), data: TinyData.split(12), options: TinyData.options(.epochs(4)))
          if isFile {
            let path = try #require(options.checkpoint)
            #expect(try Checkpoint.restore(path: path, model: other.model, trainer: other).step == step)
          } else {
            #expect(try SuspendedTraining(trainer).restore(into: other).isEmpty)
          }
          let rest = try other.run()
          #expect(rest.stop == nil && rest.epochs.map(\.loss) == whole.epochs.map(\.loss))
          #expect(try TinyData.values(other.model) == TinyData.values(straight))
        }
      }
    }
  }

  @Test func combinationsAreChecked() throws {
    func code(_ change: (inout TrainingOptions) throws -> Void) throws -> String {
      var options = TinyData.options(.epochs(2))
      try change(&options)
      do {
        _ = try Trainer(model: TinyData.mixture(), data: TinyData.split(12), options: options)
        return "fine"
      } catch let error as Failure { return error.code }
    }
    #expect(try code { $0.patience = 2 } == "E0706")
    #expect(
      try code {
        $0.keepBest = KeepBest(data: try TinyData.split(9))
        $0.patience = 0
      } == "E0706")
    #expect(try code { $0.keepBest = KeepBest(data: try TinyData.split(0)) } == "E0709")
    #expect(try code { $0.keepBest = KeepBest(data: try TinyData.split(4, classes: ["dog"])) } == "E0710")
    #expect(try code { $0.keepBest = KeepBest(data: try TinyData.split(9)) } == "fine")
  }
}
