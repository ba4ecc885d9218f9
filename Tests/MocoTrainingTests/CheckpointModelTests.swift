import Foundation
import MocoAutograd
import MocoBase
import MocoFormats
import MocoMethods
import MocoTensor
import MocoTestSupport
import MocoTraining
import Testing

/// A checkpoint makes its own model.
@Suite struct CheckpointModelTests {
  private func answers(_ model: any Classifier) throws -> [Float] {
    try model.logits(.features(TinyCLIP.features(5))).toFloats()
  }

  private var allOptions: MixtureOptions {
    var options = MixtureOptions()
    options.router = .init(kind: .cosine, topK: 3, bias: false, scale: 4.3)
    options.loss.classWeight = 0.7
    options.loss.textWeight = 2.1
    options.loss.gateWeight = 0.4
    options.loss.textTemperature = 0.03
    options.loss.textFullStop = true
    options.loss.textExperts = .published
    options.loss.gateTarget = .temperature(0.05)
    options.loss.detachGateTarget = true
    options.start = .mean
    options.trainVisionLayerNorms = true
    options.visionRateFactor = 0.3
    options.memory = 123_456_789
    options.published = .named("EuroSAT")
    return options
  }

  /// The members of a value and of its members, by dotted name.
  private func leaves(_ value: Any, _ name: String = "") -> [String: String] {
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .struct, !mirror.children.isEmpty else { return [name: "\(value)"] }
    var found: [String: String] = [:]
    for (label, child) in mirror.children {
      found.merge(leaves(child, "\(name).\(label ?? "")")) { first, _ in first }
    }
    return found
  }

  /// Every option of a mixture survives, also one that is added later: this test does not know their names.
  @Test func everyOptionOfAMixtureIsKept() throws {
    let options = allOptions
    let (changed, plain) = (leaves(options), leaves(MixtureOptions()))
    for (name, value) in changed where name != ".seed" {
      #expect(plain[name] != value, "\(name) has its default here, so this test does not see it")
    }
    let model = try Mixture(
      clip: TinyCLIP.make(), templates: TinyCLIP.groups(), classes: TinyCLIP.classes, options: options)
    #expect(try MixtureOptions(Json.parse(model.configuration.serialized())) == options)
    #expect(try TemplateSet(Json.parse(model.configuration.serialized())).groups == TinyCLIP.groups().groups)
    var raised = MixtureOptions()
    raised.loss.gateTarget = .top(3, bonus: 7.5)
    raised.router.topK = 1
    let other = try Mixture(
      clip: TinyCLIP.make(), templates: TinyCLIP.groups(), classes: TinyCLIP.classes, options: raised)
    #expect(try MixtureOptions(Json.parse(other.configuration.serialized())) == raised)
  }

  @Test func mixtureComesBack() throws {
    try Repository.inFolder { folder in
      let path = folder + "/mix"
      let model = try Mixture(
        clip: TinyCLIP.make(), templates: TinyCLIP.groups(), classes: TinyCLIP.classes, options: allOptions)
      let base = Array(TinyCLIP.classes.suffix(2))
      try model.wasTrained(on: base)
      for parameter in model.parameters {
        let values = try parameter.variable.value.toFloats().map { $0 * 1.5 + 0.01 }
        parameter.variable.value = try Tensor(values, shape: parameter.variable.value.shape)
      }
      try Checkpoint.save(path: path, model: model, base: base)
      let loaded = try Checkpoint.load(path: path, clip: TinyCLIP.make())
      #expect(loaded.base == base && loaded.restored.notes.isEmpty)
      let mixture = try #require(loaded.model as? Mixture)
      #expect(mixture.options == allOptions && mixture.templates.groups == model.templates.groups)
      #expect(mixture.classes == model.classes && mixture.trained == model.trained)
      #expect(try answers(mixture) == answers(model))
      // Saved again it is the same file.
      try Checkpoint.save(path: folder + "/again", model: mixture, base: loaded.base)
      #expect(
        FileManager.default.contents(atPath: path)
          == FileManager.default.contents(atPath: folder + "/again"))
      #expect { try Checkpoint.load(path: path, clip: TinyCLIP.make(seed: 2)) } throws: {
        ($0 as? Failure)?.code == "E0708"
      }
      let other = try Checkpoint.load(path: path, clip: TinyCLIP.make(seed: 2), allow: [.clip])
      #expect(other.restored.notes.count == 1)
    }
  }

  @Test(
    arguments: [CoOpOptions.Start.phrase("a photo of"), .random(5)], CoOpOptions.Position.allCases)
  func coopComesBack(_ start: CoOpOptions.Start, _ position: CoOpOptions.Position) throws {
    try Repository.inFolder { folder in
      for shared in [true, false] {
        var options = CoOpOptions()
        options.start = start
        options.position = position
        options.shared = shared
        options.seed = 0
        let model = try CoOp(clip: TinyCLIP.make(), classes: TinyCLIP.classes, options: options)
        model.memory = 98_765_432
        let values = try model.context.value.toFloats().enumerated().map { $1 + Float($0 % 7) * 0.1 }
        model.context.value = try Tensor(values, shape: model.context.value.shape)
        try Checkpoint.save(path: folder + "/coop", model: model)
        let loaded = try Checkpoint.load(path: folder + "/coop", clip: TinyCLIP.make())
        let coop = try #require(loaded.model as? CoOp)
        #expect(coop.options == options && coop.memory == model.memory && loaded.base == nil)
        #expect(try answers(coop) == answers(model))
      }
    }
  }

  @Test func zeroShotComesBack() throws {
    try Repository.inFolder { folder in
      let model = try ZeroShot(
        clip: TinyCLIP.make(), classes: TinyCLIP.classes,
        templates: [Template("a {}."), Template("{} there")])
      try Checkpoint.save(path: folder + "/zero", model: model)
      let loaded = try Checkpoint.load(path: folder + "/zero", clip: TinyCLIP.make())
      #expect(loaded.model.kind == "zero_shot")
      #expect(try answers(loaded.model) == answers(model))
      let other = try ZeroShot(
        clip: TinyCLIP.make(), classes: TinyCLIP.classes, templates: [Template("one {}.")])
      #expect { try Checkpoint.restore(path: folder + "/zero", model: other) } throws: {
        ($0 as? Failure)?.message.contains("templates was") == true
      }
    }
  }

  /// Files that name nothing, and damaged configurations.
  @Test func whatCannotBeMadeIsSaid() throws {
    try Repository.inFolder { folder in
      func load(_ metadata: [(String, String)]) -> String {
        do {
          try SafetensorsWriter.write(path: folder + "/x", tensors: [], metadata: metadata)
          _ = try Checkpoint.load(path: folder + "/x", clip: TinyCLIP.make())
          return "no error"
        } catch let error as Failure { return "\(error.code) \(error.message)" } catch {
          return "\(error)"
        }
      }
      #expect(load([]).contains("a model cannot be created from it"))
      let classes = ("classes", "[\"a\", \"b\"]")
      // Version 1 wrote fewer entries, so a file of it may be silent.
      func old(_ kind: String, _ configuration: String?) -> String {
        load(
          [("format", Checkpoint.format), ("version", "1"), ("kind", kind), classes]
            + (configuration.map { [("configuration", $0)] } ?? []))
      }
      #expect(old("mixture", nil).contains("its configuration is not a record"))
      #expect(old("oracle", "{\"x\": 1}").contains("of kind \"oracle\", which load_model cannot create"))
      #expect(old("mixture", "{\"x\": 1}").contains("groups is missing"))
      #expect(
        old("coop", "{\"tokens\": 3, \"position\": \"left\"}").contains(
          "\"left\", which this version of moco does not"))
      #expect(old("coop", "{\"tokens\": 3000}").hasPrefix("E0706"))
      #expect(old("coop", "{\"tokens\": 3}").contains("ctx is missing"))
      #expect(
        load([("format", Checkpoint.format), ("version", "2"), ("kind", "mixture"), classes]).contains(
          "is corrupted: missing entries: \"configuration\", \"trained\", \"clip\", \"clip_computes\", \"made_with\""
        ))
    }
  }
}
