import MocoBase
import MocoMethods
import MocoTensor
import MocoTestSupport
import MocoTraining
import Testing

/// What a restore does with classes, options and settings that are not the file's.
@Suite struct CheckpointDifferenceTests {
  private func coop(_ classes: [String], shared: Bool = false, seed: UInt64 = 1) throws -> CoOp {
    var options = CoOpOptions()
    options.start = .random(3)
    options.shared = shared
    options.seed = seed
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

  /// A class whose name appears twice on either side has no certain context.
  @Test(arguments: [
    (["cat", "dog", "cat"], ["cat", "dog"], "it has 2 classes \"cat\", this coop 1"),
    (["dog", "cat", "cat"], ["cat", "dog"], "it has 2 classes \"cat\", this coop 1"),
    (["cat", "dog"], ["cat", "dog", "cat"], "it has 1 class \"cat\", this coop 2"),
    (["cat", "cat", "dog"], ["cat", "cat", "sea"], "it has 2 classes \"cat\", this coop 2"),
  ])
  func contextsOfTwinsAreNotGuessed(_ saved: [String], _ now: [String], _ wanted: String) throws {
    try Repository.inFolder { folder in
      let path = folder + "/a.safetensors"
      let first = try coop(saved)
      try Checkpoint.save(path: path, model: first)
      let model = try coop(now, seed: 2)
      let before = try model.context.value.toFloats()
      let text = fault { try Checkpoint.restore(path: path, model: model, allow: [.classes]) }
      #expect(text.hasPrefix("E0708") && text.contains(wanted) && text.contains("strict: false"), "\(text)")
      #expect(try model.context.value.toFloats() == before)
      // What is certain is taken where a program asks for that.
      guard now.contains("dog") else { return }
      let part = try Checkpoint.restore(path: path, model: model, strict: false, allow: [.classes])
      #expect(part.notes.contains { $0.contains(wanted) && $0.contains("none is used") }, "\(part.notes)")
      let (a, b) = (try first.context.value.toFloats(), try model.context.value.toFloats())
      let width = 3 * 16
      let (from, to) = (try #require(saved.firstIndex(of: "dog")), try #require(now.firstIndex(of: "dog")))
      for place in now.indices where place != to {
        #expect(b[place * width..<(place + 1) * width] == before[place * width..<(place + 1) * width])
      }
      #expect(b[to * width..<(to + 1) * width] == a[from * width..<(from + 1) * width])
    }
  }

  /// Only `allow:` lets classes and options differ.
  @Test func partialIsNotDifferent() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a.safetensors"
      try Checkpoint.save(path: path, model: coop(["cat", "dog"]))
      let more = try coop(["dog", "cat", "sea"], seed: 2)
      let text = fault { try Checkpoint.restore(path: path, model: more, strict: false) }
      #expect(
        text.contains("its classes are \"cat\", \"dog\"") && text.contains("allow: \"classes\""), "\(text)")
      // allow: alone is not a remedy where a context is missing.
      let help = fault { try Checkpoint.restore(path: path, model: more) }
      #expect(
        help.contains("no context for \"sea\"") && help.contains("allow: \"classes\", strict: false"),
        "\(help)")
      let taken = try Checkpoint.restore(path: path, model: more, strict: false, allow: [.classes])
      #expect(taken.missing == ["ctx[2]"])
      var options = CoOpOptions()
      options.start = .random(3)
      options.shared = false
      options.position = .middle
      let middle = try CoOp(clip: TinyCLIP.make(), classes: ["cat", "dog"], options: options)
      let other = fault { try Checkpoint.restore(path: path, model: middle, strict: false) }
      #expect(
        other.contains("position was \"end\", now \"middle\"") && other.contains("allow: \"options\""),
        "\(other)")
    }
  }

  /// The base classes of a file come along by name, or a note says that they do not.
  @Test func baseClassesComeIntoOtherClasses() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a.safetensors"
      let first = try coop(["cat", "dog", "sea"], shared: true)
      try first.wasTrained(on: ["cat", "dog"])
      try Checkpoint.save(path: path, model: first)
      let more = try coop(["sea", "dog", "bird", "cat"], shared: true)
      let notes = try Checkpoint.restore(path: path, model: more, allow: [.classes]).notes
      #expect(more.trained.places == [3, 1], "\(more.trained)")
      #expect(notes.count == 1 && notes[0].contains("base classes are now \"cat\", \"dog\""), "\(notes)")
      let fewer = try coop(["sea", "dog"], shared: true)
      let said = try Checkpoint.restore(path: path, model: fewer, allow: [.classes]).notes
      #expect(
        fewer.trained.places == [0, 1] && said.count == 1 && said[0].contains("do not change"), "\(said)")
      let twins = try coop(["cat", "dog", "cat"], shared: true)
      let unclear = try Checkpoint.restore(path: path, model: twins, allow: [.classes]).notes
      #expect(
        twins.trained.places == [0, 1, 2] && unclear.contains { $0.contains("do not change") },
        "\(unclear)")
      // Base classes that the program has named stay, which is said.
      let named = try coop(["cat", "dog", "sea", "bird"], shared: true)
      try named.wasTrained(on: ["sea"])
      let own = try Checkpoint.restore(path: path, model: named, base: ["sea"], allow: [.classes]).notes
      #expect(
        named.trained.places == [2]
          && own.contains { $0.contains("the base classes of this model are \"sea\"") },
        "\(own)")
    }
  }

  /// An optimizer of the same kind with other settings takes the state, and says what it does otherwise.
  @Test func otherSettingsOfAnOptimizerAreSaid() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a.safetensors"
      let model = try coop(["cat", "dog"])
      let optimizer = try Optimizer(.published, parameters: model.parameters)
      try Checkpoint.save(path: path, model: model, optimizer: optimizer)
      let same = try Optimizer(.published, parameters: model.parameters)
      #expect(try Checkpoint.restore(path: path, model: model, optimizer: same).notes.isEmpty)
      var settings = OptimizerSettings.published
      settings.rate = 0.5
      settings.weightDecay = 0.25
      let other = try Optimizer(settings, parameters: model.parameters)
      let notes = try Checkpoint.restore(path: path, model: model, optimizer: other).notes
      #expect(notes.count == 1 && notes[0].contains("now 0.5") && notes[0].contains("now 0.25"), "\(notes)")
    }
  }

  /// What may differ is offered with the call that takes it, and a file of another kind with load_model.
  @Test func helpNamesTheCall() throws {
    try Repository.inFolder { folder in
      let path = folder + "/a.safetensors"
      try Checkpoint.save(path: path, model: coop(["cat", "dog"], shared: true))
      let other = try TinyCLIP.make(seed: 2)
      let loading = fault { _ = try Checkpoint.load(path: path, clip: other) }
      #expect(loading.contains("load_model(path, clip: clip, allow: \"clip\")"), "\(loading)")
      let zero = try ZeroShot(clip: TinyCLIP.make(), classes: ["cat", "dog"], templates: [Template("a {}")])
      let kind = fault { try Checkpoint.restore(path: path, model: zero) }
      #expect(
        kind.contains("contains a coop") && kind.contains("(create the coop with load_model("), "\(kind)")
    }
  }
}
