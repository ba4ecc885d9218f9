import MocoAutograd
import MocoBase
import MocoCLIP
import MocoMethods
import MocoTensor
import MocoTestSupport
import Testing

/// What every method says of itself, and that it is so.
@Suite struct MethodDescriptorTests {
  /// A model of each method.
  private func models() throws -> [any Classifier] {
    let clip = try TinyCLIP.make()
    return [
      try ZeroShot(clip: clip, classes: TinyCLIP.classes, templates: [Template("a {}.")]),
      try CoOp(clip: clip, classes: TinyCLIP.classes), try KgCoOp(clip: clip, classes: TinyCLIP.classes),
      try LinearProbe(clip: clip, classes: TinyCLIP.classes, width: 12),
      try Mixture(clip: clip, templates: TinyCLIP.groups(), classes: TinyCLIP.classes),
    ]
  }

  @Test func everyMethodHasAModel() throws {
    #expect(try models().map(\.kind) == Methods.all.map(\.kind))
    #expect(Set(Methods.all.map(\.kind)).count == Methods.all.count)
    #expect(Set(Methods.all.map(\.typeName)).count == Methods.all.count)
    #expect(Methods["coop"]?.typeName == "CoOp" && Methods["none"] == nil && Methods[nil] == nil)
  }

  @Test func fieldsAreThere() throws {
    for model in try models() {
      for field in model.method.fields {
        #expect(model.field(field.name) != nil, "\(model.kind).\(field.name)")
      }
      #expect(model.field("nothing") == nil)
    }
  }

  @Test func helpTellsOfEveryOption() throws {
    // What every function has is told elsewhere, what may be said of two together stands in one place.
    let common: Set<String> = ["clip", "classes", "on", "base", "seed", "start", "templates"]
    for method in Methods.all {
      let help = method.function.help
      #expect(help.contains("```\n\(method.function.example)\n```"))
      for option in method.function.options where !common.contains(option.name) {
        #expect(help.contains(option.name), "\(method.kind): \(option.name)")
      }
    }
  }

  /// What a configuration says makes the same model; one that says nothing is damaged.
  @Test func configurationsMakeTheModel() throws {
    for model in try models() {
      let storage = model.method.storage
      #expect(storage.isPlanned == (model is any Planned), "\(model.kind)")
      #expect(model.method.isRouted == (model is any Routed), "\(model.kind)")
      let configuration = try Json.parse(model.configuration.serialized())
      try storage.check(configuration, true)
      let made = try storage.make(
        .init(
          clip: model.clip, classes: model.classes, configuration: configuration, isComplete: true,
          memory: nil))
      #expect(made.configuration == model.configuration && made.classes == model.classes)
      #expect(made.trainableParameters.map(\.name) == model.trainableParameters.map(\.name))
      #expect(throws: Failure.self) { try storage.check(.object(JsonObject()), true) }
    }
  }

  /// A copy answers the same, and what is trained on it does not move the model.
  @Test func copiesStandAlone() throws {
    let images = ImageInput.features(try TinyCLIP.features(3))
    for model in try models() {
      let scope = TrainingScope([2, 0])
      model.recordTraining(on: scope)
      let copy = try #require(model as? any Copied).copy()
      #expect(copy.kind == model.kind && copy.trained == scope)
      let before = try model.logits(images).toFloats()
      #expect(try copy.logits(images).toFloats() == before)
      for parameter in copy.trainableParameters {
        parameter.variable.value = try Tensor.full(parameter.variable.value.shape, 0.25)
      }
      #expect(try model.logits(images).toFloats() == before)
    }
  }

  /// The scope of a loss leaves nothing behind.
  @Test func lossesKeepNoScope() throws {
    let batch = PromptBatch(images: .features(try TinyCLIP.features(4)), labels: [0, 1, 1, 0])
    for (model, fresh) in zip(try models(), try models()) {
      let scope = TrainingScope([2, 0])
      let all = try model.loss(batch).total.value.item()
      let part = try model.anyLoss(batch, scope: scope).total.value.item()
      #expect(model.trained == .all(4))
      #expect(try model.loss(batch).total.value.item() == all, "\(model.kind)")
      #expect(try fresh.anyLoss(batch, scope: scope).total.value.item() == part, "\(model.kind)")
      // Labels outside the scope are refused.
      let other = PromptBatch(images: batch.images, labels: [0, 1, 2, 3], classes: TinyCLIP.classes)
      #expect { try model.anyLoss(other, scope: scope) } throws: { ($0 as? Failure)?.code == "E0704" }
    }
  }
}
