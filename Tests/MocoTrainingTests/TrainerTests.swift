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

enum TinyData {
  static func split(_ count: Int, classes: [String] = TinyCLIP.classes, seed: UInt64 = 3) throws -> DataSplit
  {
    DataSplit(
      name: "train", classes: classes,
      items: (0..<count).map { DataItem(source: $0, label: $0 % classes.count) },
      source: try FeatureTable(name: "vectors", features: TinyCLIP.features(count, seed: seed)))
  }

  static func mixture(
    seed: UInt64 = 5, experts: MixtureLossOptions.TextExperts = .all
  ) throws -> Mixture {
    var options = MixtureOptions()
    options.seed = seed
    options.loss.textExperts = experts
    return try Mixture(
      clip: TinyCLIP.make(), templates: TinyCLIP.groups(), classes: TinyCLIP.classes, options: options)
  }

  static func options(_ duration: TrainingDuration, batch: Int = 4) -> TrainingOptions {
    var options = TrainingOptions(duration: duration)
    options.batch = batch
    options.seed = 2
    return options
  }

  static func values(_ model: any Classifier) throws -> [[Float]] {
    try model.trainableParameters.map { try $0.variable.value.toFloats() }
  }

  static func folder() throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "moco-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder.path
  }
}

@Suite struct TrainerTests {
  @Test func lossFalls() throws {
    let mixture = try TinyData.mixture()
    let trainer = try Trainer(
      model: mixture, data: TinyData.split(12), options: TinyData.options(.epochs(12)))
    let report = try trainer.run()
    #expect(report.epochs.count == 12 && report.steps == 36)
    let first = try #require(report.epochs.first)
    let last = try #require(report.epochs.last)
    #expect(last.loss < first.loss)
    #expect(last.parts.map(\.name) == ["class", "text", "gate"])
    #expect(abs((last.gateLoad ?? []).reduce(0, +) - 1) < 1e-4)
    #expect(first.index == 1 && last.index == 12)
  }

  @Test func equalSeedsGiveEqualBits() throws {
    var runs: [[[Float]]] = []
    for _ in 0..<2 {
      let mixture = try TinyData.mixture()
      try Trainer(model: mixture, data: TinyData.split(12), options: TinyData.options(.steps(5))).run()
      runs.append(try TinyData.values(mixture))
    }
    #expect(runs[0] == runs[1])
  }

  @Test func threadsDoNotShow() throws {
    let before = Parallel.threadCount
    defer { Parallel.threadCount = before }
    var runs: [[[Float]]] = []
    for threads in [1, 2, 3] {
      Parallel.threadCount = threads
      let mixture = try TinyData.mixture()
      try Trainer(model: mixture, data: TinyData.split(12), options: TinyData.options(.steps(4))).run()
      runs.append(try TinyData.values(mixture))
    }
    #expect(runs[0] == runs[1] && runs[0] == runs[2])
  }

  /// 7 steps at a stretch, and 3 steps, a file, and 4 steps in a new model: equal bytes.
  @Test(arguments: [("sgd", 4), ("adamw", 4), ("sgd", 1), ("adamw", 1)])
  func resumingIsExact(_ name: String, batch: Int) throws {
    let folder = try TinyData.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var options = TinyData.options(.epochs(3), batch: batch)
    // With one image a step some experts have taken no step yet, others several.
    let experts: MixtureLossOptions.TextExperts = batch == 1 ? .published : .all
    if name == "adamw" {
      options.optimizer = .init(
        rule: .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8), rate: 0.01, weightDecay: 0.01)
    }
    let data = try TinyData.split(12)

    let straight = try TinyData.mixture(experts: experts)
    let whole = try Trainer(model: straight, data: data, options: options)
    try whole.run(until: 7)
    try Checkpoint.save(path: folder + "/straight.safetensors", model: straight, trainer: whole)

    let half = try TinyData.mixture(experts: experts)
    let first = try Trainer(model: half, data: data, options: options)
    try first.run(until: 4)
    try Checkpoint.save(path: folder + "/half.safetensors", model: half, trainer: first)

    let again = try TinyData.mixture(seed: 99, experts: experts)
    let second = try Trainer(model: again, data: data, options: options)
    let restored = try Checkpoint.restore(path: folder + "/half.safetensors", model: again, trainer: second)
    #expect(restored.step == 4 && second.step == 4)
    try second.run(until: 7)
    try Checkpoint.save(path: folder + "/again.safetensors", model: again, trainer: second)
    #expect(
      FileManager.default.contents(atPath: folder + "/straight.safetensors")
        == FileManager.default.contents(atPath: folder + "/again.safetensors"))
  }

  @Test func resumingNeedsTheSameTraining() throws {
    let folder = try TinyData.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/a.safetensors"
    let mixture = try TinyData.mixture()
    let trainer = try Trainer(model: mixture, data: TinyData.split(12), options: TinyData.options(.steps(4)))
    try trainer.run(until: 2)
    try Checkpoint.save(path: path, model: mixture, trainer: trainer)
    func code(_ data: DataSplit, _ options: TrainingOptions) throws -> String? {
      let model = try TinyData.mixture()
      let other = try Trainer(model: model, data: data, options: options)
      let before = try TinyData.values(model)
      do {
        try Checkpoint.restore(path: path, model: model, trainer: other)
        return nil
      } catch {
        #expect(try TinyData.values(model) == before)
        return (error as? Failure)?.code
      }
    }
    #expect(try code(TinyData.split(16), TinyData.options(.steps(4))) == "E0708")
    #expect(try code(TinyData.split(12), TinyData.options(.steps(4), batch: 3)) == "E0708")
    #expect(try code(TinyData.split(12), TinyData.options(.steps(4))) == nil)
  }

  /// Chunks show in the last bits, so a training goes on only with the budget that made them.
  @Test func resumingNeedsTheSameMemory() throws {
    let folder = try TinyData.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/a.safetensors"
    func trainer(memory: Int) throws -> (Mixture, Trainer) {
      let mixture = try TinyData.mixture()
      mixture.memory = memory
      return (
        mixture, try Trainer(model: mixture, data: TinyData.split(12), options: TinyData.options(.steps(4)))
      )
    }
    let (whole, straight) = try trainer(memory: 200_000)
    try straight.run()
    let (mixture, first) = try trainer(memory: 200_000)
    try first.run(until: 2)
    try Checkpoint.save(path: path, model: mixture, trainer: first)
    let (other, wrong) = try trainer(memory: 100_000)
    #expect { try Checkpoint.restore(path: path, model: other, trainer: wrong) } throws: {
      let error = $0 as? Failure
      return error?.code == "E0708" && error?.help?.contains("memory: 200000") == true
    }
    let (right, second) = try trainer(memory: 200_000)
    try Checkpoint.restore(path: path, model: right, trainer: second)
    try second.run()
    #expect(try TinyData.values(right) == TinyData.values(whole))
    // Parameters alone fit any budget.
    #expect(try Checkpoint.restore(path: path, model: other).missing.isEmpty)
  }

  @Test func anErrorBetweenStepsLosesNothing() throws {
    struct Stop: Error {}
    let mixture = try TinyData.mixture()
    let trainer = try Trainer(model: mixture, data: TinyData.split(12), options: TinyData.options(.steps(6)))
    var observer = TrainingObserver()
    observer.onStep = { if $0.step == 2 { throw Stop() } }
    #expect(throws: Stop.self) { try trainer.run(observer: observer) }
    #expect(trainer.step == 2)
    try trainer.run()

    let other = try TinyData.mixture()
    try Trainer(model: other, data: TinyData.split(12), options: TinyData.options(.steps(6))).run()
    #expect(try TinyData.values(mixture) == TinyData.values(other))
  }

  @Test func lossesThatAreNotFiniteStop() throws {
    let mixture = try TinyData.mixture()
    var options = TinyData.options(.steps(50))
    options.optimizer.rate = 1e30
    options.schedule = .constant
    let trainer = try Trainer(model: mixture, data: TinyData.split(12), options: options)
    var losses: [Double] = []
    var observer = TrainingObserver()
    observer.onStep = { losses.append($0.loss) }
    #expect { try trainer.run(observer: observer) } throws: {
      let error = $0 as? Failure
      return error?.code == "E0707" && error?.message.contains("at step ") == true
        && error?.help?.hasSuffix("after step \(trainer.step)") == true
    }
    // Model, optimizer and position are those of the last finite loss: the same step finds it again.
    #expect(trainer.optimizer.stepCount == trainer.step)
    #expect(trainer.records.allSatisfy { $0.step <= trainer.step })
    #expect(try trainer.optimizer.parameters.allSatisfy { try allFinite($0.variable.value) })
    let last = try #require(losses.last)
    var again: [Double] = []
    observer.onStep = { again.append($0.loss) }
    #expect(throws: Failure.self) { try trainer.run(observer: observer) }
    #expect(again.isEmpty || again == [last])
    #expect(last.isFinite)
  }

  @Test func parametersThatOverflowAreTakenBack() throws {
    let mixture = try TinyData.mixture()
    let before = try TinyData.values(mixture)
    var options = TinyData.options(.steps(5))
    options.optimizer.rate = 1e38
    options.optimizer.weightDecay = 1e3
    options.schedule = .constant
    let trainer = try Trainer(model: mixture, data: TinyData.split(12), options: options)
    #expect { try trainer.run() } throws: {
      let error = $0 as? Failure
      return error?.code == "E0707" && error?.message.contains("contains NaN or infinity at step 1") == true
    }
    #expect(trainer.step == 0)
    #expect(try TinyData.values(mixture) == before)
  }

  @Test func smallDataAreOneBatch() throws {
    let mixture = try TinyData.mixture()
    let trainer = try Trainer(
      model: mixture, data: TinyData.split(3), options: TinyData.options(.epochs(2), batch: 32))
    #expect(trainer.plan.steps == 2)
    try trainer.run()
  }

  @Test func zeroShotCannotBeTrained() throws {
    let model = try ZeroShot(clip: TinyCLIP.make(), classes: TinyCLIP.classes, templates: [Template("{}.")])
    #expect {
      try Trainer(model: model, data: TinyData.split(4), options: TinyData.options(.steps(1)))
    } throws: {
      ($0 as? Failure)?.code == "E0709"
    }
  }

  @Test func baseClassesOnly() throws {
    let mixture = try TinyData.mixture()
    let base = Array(TinyCLIP.classes.prefix(2))
    let data = try TinyData.split(8, classes: base)
    try Trainer(model: mixture, data: data, options: TinyData.options(.steps(3))).run()
    #expect(mixture.names(.base) == base)
    #expect(mixture.names(.new) == Array(TinyCLIP.classes.suffix(2)))
  }
}

@Suite struct CheckpointTests {
  @Test func everythingThatDoesNotFitIsListed() throws {
    let folder = try TinyData.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/a.safetensors"
    try Checkpoint.save(path: path, model: TinyData.mixture())
    let groups = try TemplateSet(name: "two", groups: Array(TinyCLIP.groups().groups.prefix(2)))
    let other = try Mixture(clip: TinyCLIP.make(), templates: groups, classes: TinyCLIP.classes)
    let before = try TinyData.values(other)
    #expect { try Checkpoint.restore(path: path, model: other) } throws: {
      let message = ($0 as? Failure)?.message ?? ""
      return ($0 as? Failure)?.code == "E0708" && message.contains("gate.weight")
        && message.contains("ctx_before_2") && message.contains("ctx_after_2")
    }
    #expect(try TinyData.values(other) == before)
    let loose = try Checkpoint.restore(path: path, model: other, strict: false)
    #expect(loose.missing == ["gate.weight", "gate.bias"])
    #expect(loose.loaded.contains("w"))
  }

  @Test func aNewerVersionIsRefused() throws {
    let folder = try TinyData.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/a.safetensors"
    let mixture = try TinyData.mixture()
    try SafetensorsWriter.write(
      path: path, tensors: mixture.parameters.map { ("model." + $0.name, $0.variable.value, .f32) },
      metadata: [("format", Checkpoint.format), ("version", "99")])
    #expect { try Checkpoint.restore(path: path, model: mixture) } throws: {
      ($0 as? Failure)?.message.contains("version 99") == true
    }
  }

  @Test func missingAndBrokenFiles() throws {
    let folder = try TinyData.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let mixture = try TinyData.mixture()
    #expect { try Checkpoint.restore(path: folder + "/none", model: mixture) } throws: {
      ($0 as? Failure)?.code == "E0501"
    }
    let path = folder + "/a.safetensors"
    try Checkpoint.save(path: path, model: mixture)
    let bytes = try #require(FileManager.default.contents(atPath: path))
    for length in [0, 5, 100, bytes.count - 1] {
      try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
      #expect { try Checkpoint.restore(path: path, model: mixture) } throws: {
        ($0 as? Failure)?.code == "E0502"
      }
    }
  }
}

@Suite struct EvaluatorTests {
  @Test func countsAgreeWithLogits() throws {
    let mixture = try TinyData.mixture()
    let data = try TinyData.split(30)
    var options = EvaluationOptions()
    options.batch = 7
    let report = try Evaluator.evaluate(mixture, on: data, options: options)
    let logits = try mixture.logits(.features(TinyCLIP.features(30, seed: 3))).toFloats()
    var correct = 0
    for b in 0..<30 {
      let row = Array(logits[(b * 4)..<(b * 4 + 4)])
      let best = row.firstIndex(of: row.max() ?? 0) ?? -1
      #expect(report.predictions[b] == best)
      if best == b % 4 { correct += 1 }
    }
    #expect(report.overall == Score(correct: correct, count: 30))
    #expect(report.perClass.map(\.count) == [8, 8, 7, 7])
    #expect(report.confusion.flatMap { $0 }.reduce(0, +) == 30)
    #expect(report.confusion.indices.reduce(0) { $0 + report.confusion[$1][$1] } == correct)
    #expect(report.base == nil && report.harmonic == nil)
    let routing = try #require(report.routing)
    #expect(routing.rowKind == "class" && routing.counts == [8, 8, 7, 7])
    #expect(routing.weights.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
    #expect(routing.first.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
  }

  @Test func baseAndNewAnswerAmongTheirOwn() throws {
    let mixture = try TinyData.mixture()
    let data = try TinyData.split(20)
    var options = EvaluationOptions()
    options.base = ["forest", "sea or lake"]
    let report = try Evaluator.evaluate(mixture, on: data, options: options)
    let base = try Evaluator.evaluate(
      mixture,
      on: DataSplit(
        name: "base", classes: ["forest", "sea or lake"], items: data.items.filter { $0.label < 2 },
        source: data.source))
    let new = try Evaluator.evaluate(
      mixture,
      on: DataSplit(
        name: "new", classes: ["T-shirt", "egyptian cat"],
        items: data.items.filter { $0.label >= 2 }.map { DataItem(source: $0.source, label: $0.label - 2) },
        source: data.source))
    #expect(report.base == base.overall && report.new == new.overall)
    #expect(report.harmonic == harmonicMean(base.accuracy, new.accuracy))
  }

  @Test func otherClassesAreEncodedForTheOccasion() throws {
    let mixture = try TinyData.mixture()
    let split = try TinyData.split(6, classes: ["dog", "horse"])
    #expect { try Evaluator.evaluate(mixture, on: split) } throws: { ($0 as? Failure)?.code == "E0710" }
    var options = EvaluationOptions()
    options.naming = .data
    let report = try Evaluator.evaluate(mixture, on: split, options: options)
    #expect(report.confusion.count == 2 && report.naming == .data)
  }

  @Test func nothingToEvaluate() throws {
    #expect { try Evaluator.evaluate(TinyData.mixture(), on: TinyData.split(0)) } throws: {
      ($0 as? Failure)?.code == "E0709"
    }
  }
}

@Suite struct RunFolderTests {
  @Test func neverOverwrites() throws {
    let root = try TinyData.folder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    let first = try RunFolder(root: root + "/runs", name: "quick start")
    let second = try RunFolder(root: root + "/runs", name: "quick start")
    #expect(first.path.hasSuffix("/runs/quick-start-1") && second.path.hasSuffix("/runs/quick-start-2"))
    try FileManager.default.createDirectory(
      atPath: root + "/runs/quick-start-41", withIntermediateDirectories: true)
    #expect(try RunFolder(root: root + "/runs", name: "quick start").path.hasSuffix("-42"))
    try first.write(script: "let a = 1\n")
    #expect { try RunFolder(exactly: first.path) } throws: { ($0 as? Failure)?.code == "E0504" }
    #expect(try RunFolder(exactly: root + "/mine").path == root + "/mine")
  }

  @Test func recordsWhatHappened() throws {
    let root = try TinyData.folder()
    defer { try? FileManager.default.removeItem(atPath: root) }
    let run = try RunFolder(root: root, name: "x")
    try run.set("seed", 3)
    try run.note(hash: "abc", of: "weights")
    let report = try Trainer(
      model: TinyData.mixture(), data: TinyData.split(8), options: TinyData.options(.epochs(2))
    ).run(observer: TrainingObserver(onEpoch: { try run.append(metrics: $0.json) }))
    #expect(report.epochs.count == 2)
    try run.add(result: ["accuracy": 0.5])
    let figure = try run.add(figure: "<svg/>", name: "style × expert")
    #expect(FileManager.default.fileExists(atPath: figure))
    let lines = try FileSystem.readText(run.path + "/metrics.jsonl").split(separator: "\n")
    #expect(lines.count == 2)
    let line = try Json.parse(String(lines[1]))
    #expect(line["epoch"]?.intValue == 2 && line["loss_text"]?.doubleValue != nil)
    #expect(line["gate_load"]?.arrayValue?.count == 3)
    let record = try Json.parse(file: run.path + "/run.json")
    #expect(record["hashes"]?["weights"]?.stringValue == "abc" && record["seed"]?.intValue == 3)
    for hash in ["def", "abc", "def", "ghi"] { try run.note(hash: hash, of: "weights") }
    let hashes = try #require(try Json.parse(file: run.path + "/run.json")["hashes"]?.objectValue)
    #expect(hashes.map(\.key) == ["weights", "weights (2)", "weights (3)"])
  }
}
