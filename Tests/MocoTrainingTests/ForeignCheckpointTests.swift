import Foundation
import MocoBase
import MocoFormats
import MocoMethods
import MocoTensor
import MocoTestSupport
import MocoTraining
import Testing

/// Checkpoints of CoOp and of the mixture's authors, as torch.save writes them.
@Suite struct ForeignCheckpointTests {
  typealias Value = TorchWriter.Value

  private func tensor(_ shape: [Int], _ stream: String) throws -> Tensor {
    var random = Philox(seed: 7, stream: stream)
    return try Tensor.randn(shape, &random)
  }

  private func coop(_ tokens: Int = 3, shared: Bool = true) throws -> CoOp {
    var options = CoOpOptions()
    options.start = .random(tokens)
    options.shared = shared
    return try CoOp(clip: TinyCLIP.make(), classes: TinyCLIP.classes, options: options)
  }

  /// What a trainer saves around the parameters.
  private func wrap(_ tensors: [(String, Tensor)], _ type: StorageType = .f32) -> Value {
    .dict([
      ("state_dict", TorchWriter.stateDict(tensors, type)), ("epoch", .int(50)),
      (
        "optimizer", .dict([("state", .dict([])), ("param_groups", .list([.dict([("lr", .float(0.002))])]))])
      ),
      ("scheduler", .none), ("val_result", .float(71.5)),
    ])
  }

  private func restore(
    _ value: Value, _ model: any Classifier, strict: Bool = true
  ) throws -> Checkpoint.Restored {
    try Repository.inFolder { folder in
      let path = folder + "/model.pth.tar-50"
      try TorchWriter().write(value, to: path)
      return try Checkpoint.restore(path: path, model: model, strict: strict)
    }
  }

  private func message(_ value: Value, _ model: any Classifier) -> String {
    do {
      _ = try restore(value, model)
      return "no error"
    } catch let error as Failure {
      return "\(error.code): \(error.message) (\(error.help ?? ""))"
    } catch { return "\(error)" }
  }

  /// The whole model under one name, or the prompts apart; with data parallelism in front.
  @Test(arguments: ["prompt_learner.", "", "module.prompt_learner."])
  func contextOfCoOp(_ prefix: String) throws {
    let ctx = try tensor([3, 16], "ctx")
    let value = wrap([
      (prefix + "ctx", ctx), (prefix + "token_prefix", try tensor([4, 1, 16], "a")),
      (prefix + "token_suffix", try tensor([4, 20, 16], "b")),
    ])
    let model = try coop()
    let restored = try restore(value, model)
    #expect(restored.loaded == ["ctx"] && restored.epoch == 50)
    #expect(restored.ignored == [prefix + "token_prefix", prefix + "token_suffix"])
    #expect(restored.missing.isEmpty && restored.unexpected.isEmpty)
    #expect(try model.context.value.toFloats() == ctx.toFloats())
    #expect(!restored.notes.contains { $0.contains("other classes") })
    // How many classes there were, only what stands beside the context tells.
    let more = wrap([(prefix + "ctx", ctx), (prefix + "token_prefix", try tensor([7, 1, 16], "a"))])
    let notes = try restore(more, model).notes
    #expect(notes.contains { $0.contains("was trained with 7 classes, but this coop has 4") }, "\(notes)")
  }

  /// The authors of KgCoOp save a vector beside the context that nothing reads; for a coop it is foreign.
  @Test func contextOfKgCoOp() throws {
    let ctx = try tensor([4, 16], "ctx")
    let value = wrap([
      ("ctx", ctx), ("bias_vectors", try tensor([1, 512], "bias")),
      ("token_prefix", try tensor([4, 1, 16], "prefix")),
      ("token_suffix", try tensor([4, 19, 16], "suffix")),
    ])
    let model = try KgCoOp(clip: TinyCLIP.make(), classes: TinyCLIP.classes)
    let restored = try restore(value, model)
    #expect(try model.context.value.toFloats() == ctx.toFloats())
    #expect(Set(restored.ignored) == ["bias_vectors", "token_prefix", "token_suffix"])
    #expect(message(value, try coop(4)).contains("bias_vectors does not exist in the model"))
  }

  @Test func contextOfEachClass() throws {
    let ctx = try tensor([4, 3, 16], "ctx")
    let model = try coop(shared: false)
    _ = try restore(wrap([("prompt_learner.ctx", ctx)], .f16), model)
    #expect(try model.context.value.toFloats() == ctx.toFloats().map { Float(Float16($0)) })

    let shared = try coop()
    let before = try shared.context.value.toFloats()
    let classes = message(wrap([("prompt_learner.ctx", ctx)]), shared)
    #expect(classes.hasPrefix("E0708") && classes.contains("[4, 3, 16], the model expects [3, 16]"))
    #expect(classes.contains("tokens: 3, shared: false"), "\(classes)")
    let longer = message(wrap([("ctx", try tensor([16, 16], "x"))]), shared)
    #expect(longer.contains("coop(…, tokens: 16)"), "\(longer)")
    #expect(try shared.context.value.toFloats() == before)
  }

  private func names(_ mixture: Mixture) throws -> [(String, Tensor)] {
    try mixture.parameters.map { parameter in
      let shape = parameter.variable.value.shape
      let isVision = parameter.name.hasPrefix("image_encoder.")
      return (
        isVision ? parameter.name : "prompt_learner." + parameter.name,
        try tensor(parameter.name == "w" ? [1] + shape : shape, parameter.name)
      )
    }
  }

  @Test(arguments: [false, true])
  func mixtureOfItsAuthors(_ trainsVision: Bool) throws {
    var options = MixtureOptions()
    options.trainVisionLayerNorms = trainsVision
    let model = try Mixture(
      clip: TinyCLIP.make(), templates: TinyCLIP.groups(), classes: TinyCLIP.classes, options: options)
    let own = try names(model)
    var tensors = own
    // Experts without words before the name.
    tensors.append(("prompt_learner.ctx_before_1", try tensor([0, 16], "none")))
    for name in ["token_prefix", "token_suffix_0", "class_text_features", "grouped_prototypes"] {
      tensors.append(("prompt_learner." + name, try tensor([2, 3], name)))
    }
    let restored = try restore(wrap(tensors), model)
    #expect(restored.loaded == model.parameters.map(\.name) && restored.ignored.count == 5)
    for (parameter, (_, right)) in zip(model.parameters, own) {
      #expect(try parameter.variable.value.toFloats() == right.toFloats(), "\(parameter.name)")
    }
    #expect(model.parameters.contains { $0.name.hasPrefix("image_encoder.") } == trainsVision)
  }

  /// A checkpoint may hold the frozen towers too, in half precision.
  @Test func theFrozenModelMustBeTheSame() throws {
    let model = try coop()
    var tensors: [(String, Tensor)] = [("prompt_learner.ctx", try tensor([3, 16], "ctx"))]
    for (name, variable) in model.clip.parameters {
      let isVision = name.hasPrefix("visual.")
      let isText = !isVision && name != "logit_scale" && name != "token_embedding.weight"
      let other = isVision ? "image_encoder." + name.dropFirst(7) : isText ? "text_encoder." + name : name
      tensors.append((other, variable.value))
    }
    for type in [StorageType.f32, .f16, .bf16] {
      let restored = try restore(wrap(tensors, type), model)
      #expect(restored.loaded == ["ctx"] && restored.ignored.count == tensors.count - 1)
    }
    // Another CLIP, and one whose LayerNorms were trained.
    let tower = try #require(tensors.firstIndex { $0.0 == "image_encoder.conv1.weight" })
    var other = tensors
    other[tower].1 = try tensor(tensors[tower].1.shape, "other")
    #expect(message(wrap(other), model).contains("image_encoder.conv1.weight differs from the CLIP model's"))
    let norm = try #require(
      tensors.firstIndex { $0.0.hasSuffix("resblocks.1.ln_2.weight") && $0.0.hasPrefix("image") })
    other = tensors
    other[norm].1 = try tensor(tensors[norm].1.shape, "other")
    #expect(message(wrap(other), model).contains("vision_layernorm: true"))
    #expect(try restore(wrap(other), model, strict: false).unexpected == [tensors[norm].0])
  }

  @Test func whatDoesNotFitIsListed() throws {
    let model = try Mixture(clip: TinyCLIP.make(), templates: TinyCLIP.groups(), classes: TinyCLIP.classes)
    var tensors = try names(model).filter { $0.0 != "prompt_learner.gate.bias" }
    tensors.append(("prompt_learner.ctx_after_7", try tensor([2, 16], "more")))
    tensors.append(("prompt_learner.meta_net.weight", try tensor([2, 2], "meta")))
    let gate = try #require(tensors.firstIndex { $0.0.hasSuffix("gate.weight") })
    tensors[gate].1 = try tensor([6, 12], "gate")
    let before = try TinyData.values(model)
    let text = message(wrap(tensors), model)
    for part in [
      "gate.bias is missing", "gate.weight has shape [6, 12], the model expects [3, 12]",
      "ctx_after_7 does not exist",
      "meta_net.weight does not exist",
    ] { #expect(text.contains(part), "\(text)") }
    #expect(try TinyData.values(model) == before)
    let partial = try restore(wrap(tensors), model, strict: false)
    #expect(partial.missing == ["gate.weight", "gate.bias"] && partial.unexpected.count == 2)
    #expect(try TinyData.values(model) != before)

    var wrong = try names(model)
    wrong[0].1 = try Tensor(
      [Float.nan] + wrong[0].1.toFloats().dropFirst(), shape: wrong[0].1.shape)
    #expect(message(wrap(wrong), model).contains("NaN or infinity"))
    #expect(message(.dict([("state_dict", .dict([]))]), model).contains("is missing"))
  }

  /// A file of parameters has nothing to go on with.
  @Test func trainingCannotGoOnFromThem() throws {
    try Repository.inFolder { folder in
      let path = folder + "/model.pth.tar-50"
      let model = try coop()
      try TorchWriter().write(wrap([("ctx", try tensor([3, 16], "ctx"))]), to: path)
      let trainer = try Trainer(model: model, data: TinyData.split(8), options: TinyData.options(.epochs(1)))
      #expect { try Checkpoint.restore(path: path, model: model, trainer: trainer) } throws: {
        ($0 as? Failure)?.code == "E0708"
      }
    }
  }
}
