import Foundation
import MocoBase
import MocoData
import MocoMethods
import MocoTestSupport
import MocoTraining
import Testing

/// Trainings that keep themselves for the next try of their program.
@Suite struct KeptTrainingTests {
  /// 2 epochs of 3 steps.
  private func trainer(
    _ path: String?, _ change: (inout TrainingOptions) -> Void = { _ in }, data: DataSplit? = nil
  ) throws -> Trainer {
    var options = TinyData.options(.epochs(2))
    options.optimizer.rate = 0.5
    options.kept = path.map { KeptTraining(path: $0) }
    change(&options)
    return try Trainer(
      model: TinyData.mixture(), data: data ?? TinyData.split(12), options: options)
  }

  /// Trains until a stop is asked for after that step.
  private func cut(_ trainer: Trainer, after step: Int) throws {
    let flag = StopFlag()
    var observer = TrainingObserver()
    observer.onStep = { if $0.step == step { flag.request() } }
    let heard = observer
    try Cancellation.polling(flag.pointer) {
      do {
        try trainer.run(observer: heard)
        Issue.record("it was not cut")
      } catch let error as Failure {
        #expect(error.code == "E0406")
      }
    }
  }

  static let changes: [@Sendable (inout TrainingOptions) throws -> Void] = [
    { _ in },
    { $0.optimizer.rule = .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8) },
    { $0.keepBest = KeepBest(data: try TinyData.split(6, seed: 8), metric: .nll) },
    { $0.average = .ema(0.9) },
    {
      $0.duration = .steps(7)
      $0.shuffle = false
    },
  ]

  /// Cut in any step, also several times, it ends as one that was not.
  @Test(arguments: 0..<5) func whatWasCutGoesOnToTheSameBits(_ number: Int) throws {
    let change = Self.changes[number]
    try Repository.inFolder { folder in
      func made(_ path: String?) throws -> Trainer {
        var options = TinyData.options(.epochs(2))
        try change(&options)
        return try trainer(path) { target in
          let kept = target.kept
          target = options
          target.kept = kept
        }
      }
      let whole = try made(nil)
      let all = try whole.run()
      for first in 1...5 {
        let path = "\(folder)/kept/\(first)"
        let begun = try made(path)
        #expect(try !begun.takeUpKept())
        try cut(begun, after: first)
        #expect(begun.interruptedCheckpoint == .kept)
        if first < 5 {
          let second = try made(path)
          #expect(try second.takeUpKept() && second.step == first)
          try cut(second, after: first + 1)
        }
        let last = try made(path)
        #expect(try last.takeUpKept() && last.step == min(first + 1, 5))
        let rest = try last.run()
        #expect(try TinyData.values(last.model) == TinyData.values(whole.model))
        #expect(rest.epochs.map(\.loss) == all.epochs.map(\.loss) && rest.best == all.best)
      }
    }
  }

  /// A step must have been taken: what an earlier try has kept is worth more than nothing.
  @Test func aTryWithoutAStepLeavesWhatThereIs() throws {
    try Repository.inFolder { folder in
      let path = folder + "/kept"
      try cut(trainer(path), after: 4)
      let flag = StopFlag()
      flag.request()
      let second = try trainer(path)
      #expect(try second.takeUpKept())
      let stopped = Cancellation.polling(flag.pointer) { Result { try second.run() } }
      #expect(throws: Failure.self) { try stopped.get() }
      let third = try trainer(path)
      #expect(try third.takeUpKept() && third.step == 4)
    }
  }

  /// One that has ended is not done again, and the model knows what it was trained on.
  @Test func whatHasEndedIsKept() throws {
    try Repository.inFolder { folder in
      let path = folder + "/kept"
      func made() throws -> Trainer {
        try trainer(
          path, { $0.kept?.least = 0 }, data: TinyData.split(12, classes: Array(TinyCLIP.classes.prefix(2))))
      }
      let whole = try made()
      try whole.run()
      let again = try made()
      #expect(again.model.trained != whole.model.trained)
      #expect(try again.takeUpKept() && again.isFinished)
      let report = try again.run()
      #expect(report.steps == 6 && report.epochs.count == 2)
      #expect(try TinyData.values(again.model) == TinyData.values(whole.model))
      #expect(again.model.trained == whole.model.trained)
      // Where it took no time, it is not.
      let short = try trainer(folder + "/short", { $0.kept?.least = 1000 })
      try short.run()
      #expect(FileSystem.kind(folder + "/short") == .missing)
      // In between it is kept when the last time is long ago.
      var ends = 0
      let long = try trainer(folder + "/long") {
        $0.kept?.least = 1000
        $0.kept?.every = 0
      }
      var observer = TrainingObserver()
      observer.onEpoch = { _ in if FileSystem.kind(folder + "/long") == .file { ends += 1 } }
      try long.run(observer: observer)
      #expect(ends == 2)
    }
  }

  /// Nothing of another training is taken.
  @Test func anotherTrainingIsRefused() throws {
    try Repository.inFolder { folder in
      let path = folder + "/kept"
      try cut(trainer(path), after: 4)
      #expect(throws: Failure.self) { try trainer(path, { $0.seed = 9 }).takeUpKept() }
      #expect(throws: Failure.self) { try trainer(path, data: TinyData.split(12, seed: 4)).takeUpKept() }
      #expect(throws: Failure.self) {
        try trainer(path, { $0.duration = .epochs(3) }).takeUpKept()
      }
      try AtomicFile.write("damaged", to: path)
      #expect(throws: Failure.self) { try trainer(path).takeUpKept() }
    }
  }

  @Test func withoutRoomItGoesOnAndSaysSo() throws {
    try Repository.inFolder { folder in
      try AtomicFile.write("a file", to: folder + "/file")
      let made = try trainer(folder + "/file/kept") { $0.kept?.least = 0 }
      var told: [String] = []
      var observer = TrainingObserver()
      observer.onNotKept = { told.append($0) }
      try made.run(observer: observer)
      #expect(made.isFinished && told.count == 1, "\(told)")
      let other = try trainer(folder + "/file/kept")
      try cut(other, after: 2)
      guard case .failed(let path, _)? = other.interruptedCheckpoint else {
        Issue.record("\(String(describing: other.interruptedCheckpoint))")
        return
      }
      #expect(path == folder + "/file/kept")
    }
  }
}
