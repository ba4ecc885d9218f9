import Foundation
import MocoAutograd
import MocoBase
import MocoCLIP
import MocoData
import MocoMethods
import MocoTensor
import MocoTestSupport
import MocoTraining
import Testing

/// Rows and experts are found by name, or refused.
@Suite struct CheckpointNamesTests {
  private func mixture(
    _ groups: [TemplateGroup], classes: [String] = TinyCLIP.classes, clip: CLIPModel? = nil, seed: UInt64 = 5,
    _ change: (inout MixtureOptions) -> Void = { _ in }
  ) throws -> Mixture {
    var options = MixtureOptions()
    options.seed = seed
    change(&options)
    return try Mixture(
      clip: clip ?? TinyCLIP.make(), templates: TemplateSet(name: "t", groups: groups), classes: classes,
      options: options)
  }

  private func coop(
    _ classes: [String] = TinyCLIP.classes, seed: UInt64 = 1, _ change: (inout CoOpOptions) -> Void = { _ in }
  ) throws -> CoOp {
    var options = CoOpOptions()
    options.start = .random(3)
    options.shared = false
    options.seed = seed
    change(&options)
    return try CoOp(clip: TinyCLIP.make(), classes: classes, options: options)
  }

  private func fault(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch let error as Failure {
      return "\(error.code): \(error.message) (\(error.help ?? ""))"
    } catch { return "\(error)" }
  }

  @Test func expertsAndTheirOptimizerAreFoundByGroup() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a.safetensors"
      let groups = try TinyCLIP.groups().groups
      let first = try mixture(groups)
      let trainer = try Trainer(
        model: first, data: TinyData.split(12), options: TinyData.options(.steps(5)))
      try trainer.run()
      try Checkpoint.save(path: path, model: first, optimizer: trainer.optimizer)

      let other = try mixture([groups[2], groups[0], groups[1]], seed: 77)
      let optimizer = try Optimizer(.published, parameters: other.parameters)
      let restored = try Checkpoint.restore(path: path, model: other, optimizer: optimizer)
      #expect(restored.missing.isEmpty && restored.unexpected.isEmpty)
      #expect(restored.notes.count == 1 && restored.notes[0].contains("another order"), "\(restored.notes)")
      let images = ImageInput.features(try TinyCLIP.features(7))
      let (a, b) = (try first.answer(images, classes: .all), try other.answer(images, classes: .all))
      #expect(zip(try a.logits.toFloats(), try b.logits.toFloats()).allSatisfy { abs($0 - $1) < 1e-4 })
      let order = [2, 0, 1]
      for (x, y) in zip(try #require(a.routing).weights, try #require(b.routing).weights) {
        #expect(order.indices.allSatisfy { abs(y[$0] - x[order[$0]]) < 1e-5 })
      }
      // The momentum of a parameter is where its values are.
      func buffers(_ optimizer: Optimizer, _ model: Mixture) throws -> [String: [Float]] {
        let state = try optimizer.exportState()
        return Dictionary(
          uniqueKeysWithValues: zip(model.parameters.map(\.name), try state.map { try $0.tensor.toFloats() }))
      }
      let (old, new) = (try buffers(trainer.optimizer, first), try buffers(optimizer, other))
      #expect(new["ctx_before_0"] == old["ctx_before_2"] && new["ctx_before_1"] == old["ctx_before_0"])
      let width = 12
      let rows = try #require(old["gate.weight"])
      let wanted = order.flatMap { Array(rows[$0 * width..<($0 + 1) * width]) }
      #expect(new["gate.weight"] == wanted && optimizer.stepCount == 5)
    }
  }

  @Test func otherGroupsAreRefused() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a.safetensors"
      let groups = try TinyCLIP.groups().groups
      let first = try mixture(groups)
      try Checkpoint.save(path: path, model: first)
      let renamed = [
        try TemplateGroup(name: "picture", templates: groups[0].templates), groups[1], groups[2],
      ]
      let other = try mixture(renamed, seed: 8)
      let before = try TinyData.values(other)
      let text = fault { try Checkpoint.restore(path: path, model: other) }
      #expect(
        text.hasPrefix("E0708") && text.contains("its groups are \"photo\", \"texture\", \"flower\"")
          && text.contains("the groups of this mixture are \"picture\", \"texture\", \"flower\""), "\(text)")
      #expect(try TinyData.values(other) == before)
      // Without strictness: the experts with the same names, the router's rows of those too.
      let restored = try Checkpoint.restore(path: path, model: other, strict: false)
      #expect(restored.missing == ["ctx_before_0", "gate.weight[0]", "gate.bias[0]"], "\(restored.missing)")
      let (own, theirs) = (try other.router.weight.value.toFloats(), try first.router.weight.value.toFloats())
      let old = before[try #require(other.parameters.firstIndex { $0.name == "gate.weight" })]
      #expect(Array(own[12...]) == Array(theirs[12...]) && Array(own[..<12]) == Array(old[..<12]))
      // Other sentences under the same names are said: only training reads them.
      let reworded = [
        try TemplateGroup(name: "photo", ["a photo of a {}.", "one {}"]), groups[1], groups[2],
      ]
      let notes = try Checkpoint.restore(path: path, model: mixture(reworded)).notes
      #expect(notes.count == 1 && notes[0].contains("the templates of \"photo\" differ"), "\(notes)")
    }
  }

  @Test func contextsAreFoundByClass() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a.safetensors"
      let first = try coop()
      try Checkpoint.save(path: path, model: first)
      let names = TinyCLIP.classes
      let order = [3, 1, 0, 2]
      let other = try coop(order.map { names[$0] }, seed: 9)
      let notes = try Checkpoint.restore(path: path, model: other).notes
      #expect(notes.count == 1 && notes[0].contains("by name"))
      let (a, b) = (try first.context.value.toFloats(), try other.context.value.toFloats())
      let width = 3 * 16
      #expect(b == order.flatMap { Array(a[$0 * width..<($0 + 1) * width]) })

      // Fewer, more, other names.
      let fewer = try coop(Array(names[1...2]), seed: 9)
      let text = fault { try Checkpoint.restore(path: path, model: fewer) }
      #expect(
        text.contains("its classes are \"forest\", \"sea or lake\", \"T-shirt\", \"egyptian cat\"")
          && text.contains("the classes of this coop are \"sea or lake\", \"T-shirt\"") && text.contains("allow: \"classes\""),
        "\(text)")
      let part = try Checkpoint.restore(path: path, model: fewer, allow: [.classes])
      #expect(part.notes.count == 1)
      #expect(try fewer.context.value.toFloats() == Array(a[width..<3 * width]))
      let stranger = try coop(["forest", "dog", "T-shirt", "cat"], seed: 9)
      let without = fault { try Checkpoint.restore(path: path, model: stranger, allow: [.classes]) }
      #expect(without.contains("it has no context for \"dog\", \"cat\""), "\(without)")
      let own = try stranger.context.value.toFloats()
      let loose = try Checkpoint.restore(path: path, model: stranger, strict: false, allow: [.classes])
      #expect(loose.missing == ["ctx[1, 3]"])
      let mixed = try stranger.context.value.toFloats()
      #expect(mixed[..<width] == a[..<width] && mixed[width..<2 * width] == own[width..<2 * width])
      #expect(mixed[(2 * width)..<3 * width] == a[(2 * width)..<3 * width])
    }
  }

  /// Two classes of one name have contexts of their own, which an order alone tells apart.
  @Test func twinsNeedTheirOrder() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a.safetensors"
      try Checkpoint.save(path: path, model: coop(["crane", "forest", "crane"]))
      #expect(try Checkpoint.restore(path: path, model: coop(["crane", "forest", "crane"])).notes.isEmpty)
      let text = fault { try Checkpoint.restore(path: path, model: coop(["forest", "crane", "crane"])) }
      #expect(text.contains("two of them have the same name"), "\(text)")
      let shared = try coop(["forest", "crane", "crane"]) { $0.shared = true }
      let other = folder + "/b.safetensors"
      try Checkpoint.save(path: other, model: coop(["crane", "forest", "crane"]) { $0.shared = true })
      #expect(try Checkpoint.restore(path: other, model: shared).missing.isEmpty)
    }
  }

  @Test func anotherClipIsRefused() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a.safetensors"
      let groups = try TinyCLIP.groups().groups
      try Checkpoint.save(path: path, model: mixture(groups))
      let other = try mixture(groups, clip: TinyCLIP.make(seed: 2))
      for strict in [true, false] {
        let text = fault { try Checkpoint.restore(path: path, model: other, strict: strict) }
        #expect(text.contains("another CLIP model") && text.contains("allow: \"clip\""), "\(text)")
      }
      let notes = try Checkpoint.restore(path: path, model: other, allow: [.clip]).notes
      #expect(notes.count == 1 && notes[0].contains("its weights differ"))
      // Equal weights compute something else with another activation.
      let same = try TinyCLIP.make()
      var config = same.config
      config.activation = .gelu
      let tensors = Dictionary(uniqueKeysWithValues: same.parameters.map { ($0.name, $0.variable.value) })
      let gelu = try CLIPModel(config: config, tensors: tensors, tokenizerDirectory: Repository.tokenizer)
      let text = fault { try Checkpoint.restore(path: path, model: mixture(groups, clip: gelu)) }
      #expect(text.contains("activation was \"quick_gelu\", now \"gelu\""), "\(text)")
    }
  }

  @Test func optionsThatAnswersHangOnAreRefused() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a.safetensors"
      let groups = try TinyCLIP.groups().groups
      try Checkpoint.save(path: path, model: mixture(groups) { $0.router = .init(topK: 1, bias: false) })
      func text(_ router: Router.Options) -> String {
        fault { try Checkpoint.restore(path: path, model: mixture(groups) { $0.router = router }) }
      }
      #expect(text(.init(topK: 1, bias: false)) == "no error")
      #expect(text(.init(topK: 2, bias: false)).contains("router.top_k was 1, now 2"))
      #expect(text(.init(topK: 1, bias: false, scale: 10)).contains("router.scale was 1, now 10"))
      #expect(text(.init(kind: .cosine, topK: 1)).contains("router.kind was \"linear\", now \"cosine\""))
      #expect(text(.init(topK: 1)).contains("router.bias was false, now true"))
      let sharper = try mixture(groups) { $0.router = .init(topK: 1, bias: false, scale: 10) }
      let notes = try Checkpoint.restore(path: path, model: sharper, allow: [.options]).notes
      #expect(notes.count == 1 && notes[0].contains("router.scale was 1, now 10"))
      // What only a training reads is said.
      let loss = try mixture(groups) {
        $0.router = .init(topK: 1, bias: false)
        $0.loss.textWeight = 1
      }
      let said = try Checkpoint.restore(path: path, model: loss).notes
      #expect(said.count == 1 && said[0].contains("loss.text was 5, now 1"), "\(said)")

      let single = folder + "/b.safetensors"
      try Checkpoint.save(path: single, model: coop())
      let middle = fault { try Checkpoint.restore(path: single, model: coop { $0.position = .middle }) }
      #expect(middle.contains("position was \"end\", now \"middle\""), "\(middle)")
    }
  }

  /// The classes that a model was trained on come with its parameters, by name.
  @Test func trainedClassesComeAlong() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a.safetensors"
      let names = TinyCLIP.classes
      let first = try coop { $0.shared = true }
      let base = Array(names.prefix(2))
      try Trainer(
        model: first, data: TinyData.split(8, classes: base), options: TinyData.options(.steps(2))
      ).run()
      try Checkpoint.save(path: path, model: first)
      let other = try coop(names.reversed()) { $0.shared = true }
      #expect(other.names(.base).count == 4)
      try Checkpoint.restore(path: path, model: other)
      #expect(other.names(.base) == base && other.trained.places == [3, 2])
      let named = try coop { $0.shared = true }
      try named.wasTrained(on: Array(names.suffix(2)))
      let text = fault {
        try Checkpoint.restore(path: path, model: named, base: Array(names.suffix(2)))
      }
      #expect(text.contains("it was trained on \"forest\", \"sea or lake\""), "\(text)")
    }
  }

  /// A mixture that trains LayerNorms has a CLIP of its own, which its checkpoint changes.
  @Test func trainedLayerNormsGoOn() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a.safetensors"
      let groups = try TinyCLIP.groups().groups
      let data = try pixels(8)
      func make(_ seed: UInt64) throws -> Mixture {
        try mixture(groups, seed: seed) { $0.trainVisionLayerNorms = true }
      }
      let straight = try make(5)
      try Trainer(model: straight, data: data, options: TinyData.options(.steps(4))).run()
      let half = try make(5)
      let trainer = try Trainer(model: half, data: data, options: TinyData.options(.steps(4)))
      try trainer.run(until: 2)
      try Checkpoint.save(path: path, model: half, trainer: trainer)
      let again = try make(6)
      let second = try Trainer(model: again, data: data, options: TinyData.options(.steps(4)))
      let restored = try Checkpoint.restore(path: path, model: again, trainer: second)
      #expect(restored.notes.isEmpty, "\(restored.notes)")
      try second.run()
      #expect(try TinyData.values(again) == TinyData.values(straight))
      let text = fault { try Checkpoint.restore(path: path, model: mixture(groups)) }
      #expect(text.contains("vision_layernorm was true, now false"), "\(text)")
    }
  }

  private func pixels(_ count: Int) throws -> DataSplit {
    let source = try PackedImages(
      name: "packed", count: count, width: 8, height: 8, bytes: (0..<count * 64).map { UInt8($0 * 7 % 251) })
    return DataSplit(
      name: "train", classes: TinyCLIP.classes,
      items: (0..<count).map { DataItem(source: $0, label: $0 % 4) }, source: source)
  }
}
