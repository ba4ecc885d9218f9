import Foundation
import MocoAutograd
import MocoBase
import MocoData
import MocoFormats
import MocoMethods
import MocoTensor
import MocoTestSupport
import MocoTraining
import Testing

/// Trainings that are taken up, extended, refused, or that fail.
@Suite struct ResumeTests {
  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch let error as Failure {
      return "\(error.code): \(error.message) (\(error.help ?? ""))"
    } catch { return "\(error)" }
  }

  private func trainer(
    _ options: TrainingOptions, data: DataSplit? = nil, model: (any Classifier)? = nil
  ) throws -> Trainer {
    try Trainer(
      model: model ?? TinyData.mixture(), data: data ?? TinyData.split(12), options: options)
  }

  /// A training of 2 epochs of 3 steps, finished, in a file.
  private func finished(
    _ path: String, _ change: (inout TrainingOptions) -> Void = { _ in }
  ) throws -> Trainer {
    var options = TinyData.options(.epochs(2))
    change(&options)
    let made = try trainer(options)
    try made.run()
    try Checkpoint.save(path: path, model: made.model, trainer: made)
    return made
  }

  @Test func everyOptionThatDiffersIsNamed() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a"
      _ = try finished(path)
      func text(_ change: (inout TrainingOptions) -> Void) -> String {
        var options = TinyData.options(.epochs(2))
        change(&options)
        return message {
          let other = try trainer(options)
          let before = try TinyData.values(other.model)
          do {
            try Checkpoint.restore(path: path, model: other.model, trainer: other)
          } catch {
            #expect(try TinyData.values(other.model) == before && other.step == 0)
            throw error
          }
        }
      }
      let same = text { $0.checkpoint = folder + "/b" }
      #expect(same == "no error")
      let batch = text { $0.batch = 3 }
      #expect(batch.contains("batch was 4, now 3") && batch.contains("resume with batch: 4"), "\(batch)")
      let seed = text { $0.seed = 7 }
      #expect(seed.contains("seed was 2, now 7") && seed.contains("resume with seed: 2"), "\(seed)")
      let rate = text { $0.optimizer.rate = 0.5 }
      #expect(
        rate.contains("optimizer.lr was 0.032, now 0.5")
          && rate.contains("optimizer: sgd(lr: 0.032, momentum: 0.9, weight_decay: 0.0005)"), "\(rate)")
      let rule = text { $0.optimizer.rule = .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8) }
      #expect(rule.contains("optimizer.name was \"sgd\", now \"adam\""), "\(rule)")
      let clip = text { $0.clipNorm = 1 }
      #expect(
        clip.contains("clip_grad_norm was none, now 1") && clip.contains("clip_grad_norm: nil"), "\(clip)")
      #expect(text { $0.shuffle = false }.contains("shuffle was true, now false"))
      let schedule = text { $0.schedule = .constant }
      #expect(
        schedule.contains("schedule was the one without schedule:, now constant()")
          && schedule.contains("leave out schedule"), "\(schedule)")
      let several = text {
        $0.batch = 2
        $0.seed = 9
      }
      #expect(several.contains("batch was 4, now 2; seed was 2, now 9"), "\(several)")
      let longer = text { $0.duration = .epochs(4) }
      #expect(
        longer.contains("a training of 2 epochs, but this one lasts 4 epochs")
          && longer.contains("extend: \"hold\""),
        "\(longer)")
      #expect(text { $0.duration = .epochs(1) }.contains("resume for 2 epochs"))
      #expect(text { $0.duration = .steps(9) }.contains("use a duration in epochs"))
      #expect(text { $0.extend = .hold }.contains("extend was none, now \"hold\""))
      let unit = text {
        $0.duration = .steps(9)
        $0.extend = .hold
      }
      #expect(unit.contains("use a duration in epochs"), "\(unit)")
    }
  }

  @Test func whatIsOtherAboutTheDataIsNamed() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a"
      _ = try finished(path)
      let plain = try TinyData.split(12)
      func text(_ data: DataSplit) -> String {
        message {
          let other = try trainer(TinyData.options(.epochs(2)), data: data)
          try Checkpoint.restore(path: path, model: other.model, trainer: other)
        }
      }
      #expect(text(plain) == "no error")
      #expect(text(try TinyData.split(16)).contains("there were 12 images, now there are 16"))
      #expect(text(try TinyData.split(12, seed: 4)).contains("the images are different"))
      let labels = plain.with(items: plain.items.map { DataItem(source: $0.source, label: 3 - $0.label) })
      #expect(text(labels).contains("labels differ"))
      let shuffled = plain.with(items: plain.items.reversed())
      #expect(text(shuffled).contains("or in another order"))
      let classes = plain.with(classes: TinyCLIP.classes.reversed(), items: plain.items)
      #expect(text(classes).contains("the classes are in another order"))
      let styles = plain.with(
        items: plain.items.map {
          DataItem(
            source: $0.source, label: $0.label, style: StyleDraw(style: .clean, severity: 0.1, seed: 1))
        })
      #expect(text(styles).contains("styles differ"))
    }
  }

  @Test func anotherModelIsRefused() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a"
      _ = try finished(path)
      func text(_ groups: [TemplateGroup], _ change: (inout MixtureOptions) -> Void = { _ in }) -> String {
        message {
          var options = MixtureOptions()
          change(&options)
          let model = try Mixture(
            clip: TinyCLIP.make(), templates: TemplateSet(name: "t", groups: groups),
            classes: TinyCLIP.classes, options: options)
          let other = try trainer(TinyData.options(.epochs(2)), model: model)
          try Checkpoint.restore(path: path, model: model, trainer: other)
        }
      }
      let groups = try TinyCLIP.groups().groups
      #expect(text(groups) == "no error")
      #expect(text(groups) { $0.loss.textWeight = 1 }.contains("loss.text was 5, now 1"))
      #expect(
        text(groups) { $0.loss.textExperts = .chosen }.contains(
          "loss.text_experts was \"all\", now \"chosen\""))
      #expect(text([groups[1], groups[0], groups[2]]).contains("groups in another order"))
      let reworded = [
        try TemplateGroup(name: "photo", ["a photo of a {}.", "one {}"]), groups[1], groups[2],
      ]
      #expect(text(reworded).contains("other templates: \"photo\" was"))
      // The class loss saw all classes.
      let narrow = try TinyData.mixture()
      let other = try Trainer(
        model: narrow, data: TinyData.split(12), options: TinyData.options(.epochs(2)),
        base: TinyCLIP.classes.reversed())
      #expect(
        message { try Checkpoint.restore(path: path, model: narrow, trainer: other) }.contains(
          "class loss on"))
    }
  }

  @Test func recordsComeAlong() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a"
      var options = TinyData.options(.epochs(4))
      let straight = try trainer(options).run()
      options.checkpoint = path
      let half = try trainer(options)
      try half.run(until: 6)
      let again = try trainer(TinyData.options(.epochs(4)))
      let notes = try Checkpoint.restore(path: path, model: again.model, trainer: again).notes
      #expect(notes.isEmpty)
      let report = try again.run()
      #expect(report.epochs.map(\.loss) == straight.epochs.map(\.loss) && report.epochs.count == 4)
      #expect(report.epochs.map(\.step) == [3, 6, 9, 12] && report.epochs.map(\.index) == [1, 2, 3, 4])
      #expect(report.epochs.map(\.accuracy) == straight.epochs.map(\.accuracy))
      #expect(report.epochs.map(\.gateLoad) == straight.epochs.map(\.gateLoad))
      for (a, b) in zip(report.epochs, straight.epochs) {
        #expect(a.parts.map(\.name) == b.parts.map(\.name) && a.parts.map(\.value) == b.parts.map(\.value))
        #expect(a.epochs == 4 && a.rate == b.rate)
      }
      #expect(report.epochs.map { $0.seconds == nil } == [true, true, false, false])
      // At the end: everything is there, and it is said that nothing is left.
      try Checkpoint.save(path: path, model: again.model, trainer: again)
      let end = try trainer(TinyData.options(.epochs(4)))
      let said = try Checkpoint.restore(path: path, model: end.model, trainer: end).notes
      #expect(said.count == 1 && said[0].contains("is finished after 4 epochs"), "\(said)")
      let whole = try end.run()
      #expect(whole.loss == straight.loss && whole.steps == 12 && whole.epochs.count == 4)
    }
  }

  /// Changes one entry of a checkpoint's metadata.
  private func edit(_ path: String, _ key: String, _ value: String?) throws {
    let file = try SafetensorsFile(path: path)
    let tensors = try file.tensors.map { ($0.name, try file.tensor($0.name), StorageType.f32) }
    let metadata = file.metadata.filter { $0.0 != key } + (value.map { [(key, $0)] } ?? [])
    try SafetensorsWriter.write(path: path, tensors: tensors, metadata: metadata.map { ($0.0, $0.1) })
  }

  @Test func otherKernelsAreSaid() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a"
      var options = TinyData.options(.epochs(2))
      options.checkpoint = path
      try trainer(options).run(until: 3)
      func notes() throws -> [String] {
        let other = try trainer(TinyData.options(.epochs(2)))
        return try Checkpoint.restore(path: path, model: other.model, trainer: other).notes
      }
      #expect(try notes().isEmpty)
      try edit(
        path, "made_with",
        "{\"moco\": \"0.0.9\", \"arithmetic\": \"\(KernelFamily.arithmetic)\"}")
      let said = try notes()
      #expect(said.count == 1 && said[0].contains("not bit for bit") && said[0].contains("moco 0.0.9, now"))
      #expect(!said[0].contains("arithmetic"))
      // As version 0.1 wrote it.
      try edit(
        path, "made_with",
        "{\"moco\": \"\(MocoVersion.text)\", \"vectors\": \"avx2\", \"OpenBLAS\": \"0.3.21 Zen\"}")
      let old = try notes()
      let here = KernelFamily.arithmetic
      #expect(old.count == 1 && old[0].contains("avx2 kernels, OpenBLAS 0.3.21 Zen, now \(here)"))
      // Parameters alone are the same under any kernels.
      let model = try TinyData.mixture()
      #expect(try Checkpoint.restore(path: path, model: model).notes.isEmpty)
      // Damaged records, positions and schedules are errors or do without.
      for (key, value) in [
        ("records", "{\"epoch\": [1], \"step\": []}"), ("position", "{}"), ("position", "{\"step\": -4}"),
        ("position", "{\"step\": 400}"), ("position", "{\"step\": 9223372036854775807}"), ("records", "[1"),
        ("optimizer_steps", "{\"steps\": 9223372036854775807, \"each\": []}"),
        ("training", "{\"duration\": \"9223372036854775807 steps\"}"), ("trained", "[9, -1]"),
        ("optimizer_steps", "{}"),
        ("optimizer_parameters", "[\"x\"]"), ("training", "{\"duration\": \"soon\"}"), ("data", "x"),
      ] {
        let copy = folder + "/b"
        try trainer(options).run(until: 3)
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        try edit(copy, key, value)
        let other = try trainer(TinyData.options(.epochs(2)))
        let before = try TinyData.values(other.model)
        #expect(throws: (any Error).self, "\(key)") {
          try Checkpoint.restore(path: copy, model: other.model, trainer: other)
        }
        #expect(try TinyData.values(other.model) == before && other.step == 0)
        try FileManager.default.removeItem(atPath: copy)
      }
    }
  }

  /// Whatever stands in the metadata: an error, or a training that goes on.
  @Test func damagedMetadataEndsNothing() throws {
    try Repository.inFolder { folder in
      let (path, copy) = (folder + "/a", folder + "/b")
      var options = TinyData.options(.epochs(4))
      options.checkpoint = path
      try trainer(options).run(until: 6)
      options.checkpoint = nil
      let whole = try SafetensorsFile(path: path).metadata
      let values = [nil, "{}", "9223372036854775807", "[[9, -1], null, 1e99, \"x\"]"]
      var edits = whole.flatMap { entry in values.map { (entry.0, $0) } }
      for name in [
        "position", "scheduled", "records", "optimizer_steps", "training", "configuration", "data_parts",
      ] {
        let text = whole.first { $0.0 == name }?.1
        let json = try Json.parse(try #require(text))
        for key in json.objectValue?.keys ?? [] {
          for value in values.compactMap({ $0 }) where !value.isEmpty {
            var object = try #require(json.objectValue)
            object[key] = try Json.parse(value)
            edits.append((name, Json.object(object).serialized()))
          }
        }
      }
      let clip = try TinyCLIP.make()
      let model = try TinyData.mixture()
      let data = try TinyData.split(12)
      // As it is, it is taken: what is refused below, the edits are to blame for.
      var (taken, refused) = (0, 0)
      for (key, value) in [("untouched", nil)] + edits {
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        try edit(copy, key, value)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        do {
          let other = try trainer(options, data: data, model: model)
          try Checkpoint.restore(path: copy, model: model, trainer: other)
          try other.run(until: other.step + 1)
          taken += 1
        } catch {
          #expect(key != "untouched", "\(error)")
          refused += 1
        }
        do {
          _ = try Checkpoint.load(path: copy, clip: clip, allow: [.clip])
        } catch {
          #expect(key != "untouched", "\(error)")
        }
      }
      #expect(taken > 10 && refused > taken, "\(taken) \(refused)")
    }
  }

  /// The rates of the epochs that are added, and an extended training that is cut and taken up.
  @Test(arguments: TrainingExtension.allCases) func extendedTrainings(_ kind: TrainingExtension) throws {
    try Repository.inFolder { folder in
      let (path, cut) = (folder + "/a", folder + "/b")
      let short = try finished(path) { $0.schedule = .cosine(.init(warmup: 1)) }
      var options = TinyData.options(.epochs(6))
      options.schedule = .cosine(.init(warmup: 1))
      options.extend = kind
      let long = try trainer(options)
      let notes = try Checkpoint.restore(path: path, model: long.model, trainer: long).notes
      #expect(notes.count == 1 && notes[0].contains("a training of 2 epochs continues at step 6 to 6 epochs"))
      let report = try long.run()
      let rates = report.epochs.map(\.rate)
      #expect(Array(rates.prefix(2)) == short.records.map(\.rate) && rates.count == 6)
      let schedule = Schedule.cosine(.init(warmup: 1))
      let wanted: [Double]
      switch kind {
      case .hold: wanted = [Double](repeating: schedule.rate(base: 0.032, at: 1, of: 2), count: 4)
      case .restart: wanted = (0..<4).map { schedule.rate(base: 0.032, at: $0, of: 4) }
      case .stretch: wanted = (2..<6).map { schedule.rate(base: 0.032, at: $0, of: 6) }
      }
      #expect(Array(rates.suffix(4)) == wanted, "\(rates)")
      #expect(report.epochs.map(\.index) == [1, 2, 3, 4, 5, 6] && report.steps == 18)

      let first = try trainer(options)
      try Checkpoint.restore(path: path, model: first.model, trainer: first)
      try first.run(until: 11)
      try Checkpoint.save(path: cut, model: first.model, trainer: first)
      let second = try trainer(options)
      #expect(try Checkpoint.restore(path: cut, model: second.model, trainer: second).notes.isEmpty)
      try second.run()
      #expect(try TinyData.values(second.model) == TinyData.values(long.model))
      #expect(second.records.map(\.loss) == long.records.map(\.loss))
      // It was extended in this way, and in no other.
      options.extend = nil
      let plain = try trainer(options)
      let text = message { try Checkpoint.restore(path: cut, model: plain.model, trainer: plain) }
      #expect(text.contains("resume with extend: \"\(kind.rawValue)\""), "\(text)")
    }
  }

  /// A last epoch that was cut short by a number of steps goes on where the training does.
  @Test func aShortEpochGoesOn() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a"
      var options = TinyData.options(.steps(4))
      options.schedule = .constant
      let short = try trainer(options)
      try short.run()
      try Checkpoint.save(path: path, model: short.model, trainer: short)
      options.duration = .steps(9)
      options.extend = .hold
      let long = try trainer(options)
      try Checkpoint.restore(path: path, model: long.model, trainer: long)
      let report = try long.run()
      options.extend = nil
      let straight = try trainer(options).run()
      #expect(report.epochs.map(\.step) == [3, 6, 9] && report.epochs.count == straight.epochs.count)
      for (a, b) in zip(report.epochs, straight.epochs) { #expect(abs(a.loss - b.loss) < 1e-9) }
    }
  }

  // MARK: Failures leave the model as it was

  /// Everything that a training may change.
  private struct Seen: Equatable {
    let trained: TrainingScope
    let memory: Int?
    let values: [[Float]]
    let gradients: [[Float]?]

    init(_ model: any Classifier) throws {
      trained = model.trained
      memory = (model as? any Planned)?.memory
      values = try TinyData.values(model)
      gradients = try model.trainableParameters.map { try $0.variable.grad?.toFloats() }
    }
  }

  @Test func aTrainingThatTakesNoStepChangesNothing() throws {
    try Repository.inFolder { folder in
      let mixture = try TinyData.mixture()
      try mixture.wasTrained(on: Array(TinyCLIP.classes.prefix(2)))
      let data = try TinyData.split(12)
      // Gradients that the program has not used yet.
      let batch = PromptBatch(images: .features(try TinyCLIP.features(2)), labels: [0, 1])
      try mixture.loss(batch, scope: mixture.trained).total.backward()
      let before = try Seen(mixture)
      #expect(before.gradients.contains { $0 != nil })
      let made = try trainer(TinyData.options(.epochs(2)), data: data, model: mixture)
      #expect(try Seen(mixture) == before, "making a trainer changes the model")
      for path in [folder, folder + "/none/a", "/proc/a"] {
        var options = TinyData.options(.epochs(2))
        options.checkpoint = path
        #expect { try trainer(options, data: data, model: mixture) } throws: {
          ($0 as? Failure)?.code == "E0504"
        }
        #expect(try Seen(mixture) == before)
      }
      #expect { try Checkpoint.restore(path: folder + "/none", model: mixture, trainer: made) } throws: {
        ($0 as? Failure)?.code == "E0501"
      }
      var wild = TinyData.options(.epochs(2))
      wild.optimizer.rate = 1e38
      wild.optimizer.weightDecay = 1e3
      wild.schedule = .constant
      let bad = try trainer(wild, data: data, model: mixture)
      #expect { try bad.run() } throws: { ($0 as? Failure)?.code == "E0707" }
      #expect(bad.step == 0)
      #expect(try Seen(mixture) == before, "a training that went wrong in its first step changes the model")
      _ = try Forecast(model: mixture, data: data, options: TinyData.options(.epochs(2)))
      #expect(try Seen(mixture) == before, "a forecast changes the model")
      _ = try Evaluator.evaluate(mixture, on: data)
      #expect(try Seen(mixture) == before, "an evaluation changes the model")
      // The gradients of before are none of the training's.
      let clean = try TinyData.mixture()
      try trainer(TinyData.options(.epochs(2)), data: data, model: clean).run()
      try made.run()
      #expect(try TinyData.values(mixture) == TinyData.values(clean))
      #expect(mixture.trained == .all(4))
    }
  }

  /// What a call has changed before it fails is put back, the parameters of a checkpoint too.
  @Test func aModelIsPutBack() throws {
    try Repository.inFolder { folder in
      _ = try finished(folder + "/a")
      let mixture = try TinyData.mixture(seed: 9)
      try mixture.wasTrained(on: Array(TinyCLIP.classes.prefix(2)))
      let before = try Seen(mixture)
      let state = ModelState(mixture)
      let made = try trainer(TinyData.options(.epochs(2)), model: mixture)
      try Checkpoint.restore(path: folder + "/a", model: mixture, trainer: made)
      mixture.memory = 5
      #expect(try Seen(mixture) != before)
      state.putBack()
      #expect(try Seen(mixture) == before)
    }
  }

  @Test func anErrorAfterAStepKeepsTheStep() throws {
    struct Stop: Error {}
    let mixture = try TinyData.mixture()
    try mixture.wasTrained(on: Array(TinyCLIP.classes.prefix(2)))
    let made = try trainer(TinyData.options(.epochs(2)), model: mixture)
    var observer = TrainingObserver()
    observer.onEpoch = { _ in throw Stop() }
    #expect(throws: Stop.self) { try made.run(observer: observer) }
    #expect(made.step == 3 && mixture.trained == .all(4))
    let other = try TinyData.mixture()
    try trainer(TinyData.options(.epochs(2)), model: other).run(until: 3)
    #expect(try TinyData.values(mixture) == TinyData.values(other))
  }

  @Test func theOptimizersStateIsThatOfItsParameters() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a"
      let made = try finished(path)
      let model = made.model
      func text(_ settings: OptimizerSettings, _ parameters: [Parameter]) -> String {
        message {
          let optimizer = try Optimizer(settings, parameters: parameters)
          try Checkpoint.restore(path: path, model: model, optimizer: optimizer)
          #expect(optimizer.stepCount == 6)
        }
      }
      #expect(text(.published, model.parameters) == "no error")
      // In another order, and without names of their own.
      let bare = model.parameters.reversed().enumerated().map { Parameter("\($0)", $1.variable) }
      #expect(text(.published, bare) == "no error")
      let part = text(.published, Array(model.parameters.prefix(2)))
      #expect(part.contains("this optimizer updates \"ctx_before_0\", \"ctx_after_1\""), "\(part)")
      let plain = OptimizerSettings(rule: .sgd(momentum: 0, nesterov: false), rate: 0.1)
      #expect(
        text(plain, model.parameters).contains("with momentum 0.9, but this optimizer has momentum 0.0"))
      let adam = OptimizerSettings(rule: .adam(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), rate: 0.1)
      #expect(text(adam, model.parameters).contains("contains the state of sgd, not of adam"))
    }
  }
}
