import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

/// The options of a single soft prompt.
public typealias CoOpOptions = ContextOptions

/// One soft prompt before the class name (Zhou, Yang, Loy, Liu: Learning to prompt for vision-language
/// models, IJCV 2022, arXiv 2109.01134): t[c] = n(E_T([start] V, name of c, "." [end])), trained by
/// cross-entropy only.
public final class CoOp: ContextModel {
  /// V, and its encoding.
  public let prompt: PromptContext
  /// Its options.
  public var options: CoOpOptions { prompt.options }
  /// The classes that it was trained on; initially all.
  public private(set) var trained: TrainingScope

  /// - Throws: E0703 for an invalid class list, E0706 for a context without tokens, E0603 for one that is too long.
  public init(clip: CLIPModel, classes: [String], options: CoOpOptions = .init()) throws {
    prompt = try PromptContext(clip: clip, classes: classes, options: options, owner: "coop")
    trained = .all(classes.count)
  }

  public func recordTraining(on scope: TrainingScope) { trained = scope }

  public func loss(_ batch: PromptBatch, scope: TrainingScope) throws -> PromptLoss {
    let targets = try self.targets(of: batch, scope)
    let v = try imageFeatures(batch.images)
    return try classLoss(logits(v, prompt.features(scope)), targets)
  }

  public func copy() throws -> any Classifier {
    let copy = try CoOp(clip: clip.below(), classes: classes, options: prompt.options)
    try giveParameters(to: copy)
    copy.memory = memory
    return copy
  }

  public var configuration: Json {
    var object = JsonObject([("kind", .string(kind)), ("tokens", .int(contextLength))])
    for (name, value) in prompt.options.configuration { object[name] = value }
    object["memory"] = .int(memory)
    return .object(object)
  }

  public func field(_ name: String) -> MethodValue? { name == "context" ? .tensor(context) : nil }

  // MARK: The method

  public var method: MethodDescriptor { CoOp.descriptor }

  static let descriptor = MethodDescriptor(
    kind: "coop", typeName: "CoOp", summary: "One soft prompt before the class name.",
    function: MethodFunction(
      "coop", [.clip, .classes] + ContextOptions.options + [.base, .seed],
      text: "One soft prompt before the class name, trained with the class loss only.",
      example: "let single = coop(clip, classes: data.classes, init: \"a photo of a\")"
    ) { arguments in
      let options = try CoOpOptions(arguments)
      return try CoOp(clip: arguments.clip(), classes: arguments.classNames("classes"), options: options)
    },
    fields: [
      MethodField(
        "context", "Tensor",
        "The soft tokens [tokens, width], or [classes, tokens, width] with one context per class.")
    ],
    storage: MethodStorage(
      answerOptions: ContextOptions.answerOptions, replaced: ContextOptions.replaced, isPlanned: true,
      derived: ["token_prefix", "token_middle", "token_suffix"]
    ) { configuration, isComplete in
      _ = try CoOpOptions(configuration, complete: isComplete)
      let reader = try ConfigurationReader(configuration, complete: isComplete)
      _ = try (reader.size("tokens"), reader.size("memory"))
    } make: { file in
      let options = try CoOpOptions(file.configuration, complete: file.isComplete)
      let model = try CoOp(clip: file.clip, classes: file.classes, options: options)
      if let memory = file.trainingMemory { model.memory = memory }
      return model
    })
}
