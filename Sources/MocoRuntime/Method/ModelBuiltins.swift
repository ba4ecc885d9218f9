import MocoCLIP
import MocoLang
import MocoPrompts
import MocoTensor

func modelBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      """
      mixture(clip, templates, classes, router = {}, loss = {}, start = "first", base = nil, \
      vision_layernorm = false, vision_lr = 0.1, memory = nil, seed = nil, published = false)
      """,
      doc: """
        A mixture of soft prompts: one expert for each group of templates, and a router that picks some for each image.

        - `router {top_k: 2, kind: "linear", bias: true, scale: 1}`
        - `loss {class: 1, text: 5, gate: 1}`; `text` and `gate` also take a record: `text: {weight: 5, temperature: 1,
          full_stop: nil, experts: "all"}`, `gate: {weight: 1, top: 2, bonus: 10, temperature: nil, detach: false}`.
          `experts: "chosen"`: the text loss reads the experts that some image of the batch chose; the others count as
          zero vectors, get no gradient, and their prompts are not encoded. `"published"` is `"chosen"` in batches of
          fewer than 4 images, as in the authors' program
        - `base`: the classes that the class loss sees; the text loss sees all
        - `vision_layernorm: true` trains the vision tower's LayerNorms too, at `vision_lr` times the learning rate
        - `memory: "2 GB"`: what the text tower's activations may take in a step; more prompts than fit are trained in
          chunks, in two passes. Without it the budget is 1 GiB on every machine, because chunks show in the last bits
        - `published: true`: what the authors' configuration has instead of these defaults, here and in `train`, which
          then takes its part too; options that you give hold. `published: "ImageNet"` takes a data set's by name. The
          table in `help("method")` has all that differs

        ```
        let mix = mixture(clip, ways, classes: data.classes) {
          router { top_k: 2 }
          loss   { text: 5, gate: 1 }
        }
        ```
        """
    ) { arguments in
      let clip = try readModel(arguments)
      let set = try templateSet(
        arguments.value("templates"), argument: "templates", function: arguments.functionName)
      let published = try readPublished(arguments)
      var options = published == nil ? MixtureOptions() : MixtureOptions.publishedSettings
      options.published = published
      try readRouter(arguments, &options.router)
      try readLoss(arguments, &options.loss)
      options.start = try readStart(arguments)
      if published == nil || arguments.isGiven("vision_layernorm") {
        options.trainVisionLayerNorms = try arguments.bool("vision_layernorm")
      }
      options.visionRateFactor = try arguments.float("vision_lr")
      options.seed = try arguments.seed(context)
      if let memory = try readMemory(arguments) { options.memory = memory }
      let mixture = try Mixture(
        clip: clip, templates: set, classes: readClasses(arguments), options: options)
      return .host(try ModelValue(mixture, base: readBase(arguments)))
    }.taking(["router": MixtureBlocks.router, "loss": MixtureBlocks.loss]),
    NativeFunction(
      """
      coop(clip, classes, init = "a photo of a", tokens = nil, shared = true, position = "end", base = nil, \
      seed = nil)
      """,
      doc: """
        One soft prompt before the class name, trained by the class loss alone. It begins as the words of `init`, or with
        `tokens: n` as n random rows. `shared: false` gives each class its own; `position` is `"end"`, `"middle"` or
        `"front"`, the place of the class name.

        ```
        let single = coop(clip, classes: data.classes, init: "a photo of a")
        ```
        """
    ) { arguments in
      var options = CoOpOptions()
      if let count = try arguments.optionalInt("tokens") {
        options.start = .random(count)
      } else {
        options.start = .phrase(try arguments.string("init"))
      }
      options.shared = try arguments.bool("shared")
      let position = try arguments.choice("position", among: CoOpOptions.Position.allCases.map(\.rawValue))
      options.position = CoOpOptions.Position(rawValue: position) ?? .end
      options.seed = try arguments.seed(context)
      let coop = try CoOp(clip: readModel(arguments), classes: readClasses(arguments), options: options)
      return .host(try ModelValue(coop, base: readBase(arguments)))
    },
    NativeFunction(
      "zero_shot(clip, classes, template = nil, templates = nil)",
      doc: """
        CLIP without training: the class whose sentence is nearest to the image. With several templates, the mean of
        their features is taken. Without any the sentence is "a photo of a {}."

        ```
        let zero = zero_shot(clip, classes: data.classes, template: "a photo of a {}.")
        let many = zero_shot(clip, classes: data.classes, templates: ways)
        ```
        """
    ) { arguments in
      guard !(arguments.isGiven("template") && arguments.isGiven("templates")) else {
        throw arguments.failure("E0305", "zero_shot takes template or templates, not both", at: "templates")
      }
      var list = [try Template("a photo of a {}.")]
      for name in ["template", "templates"] {
        guard let value = arguments[name], !value.isNil else { continue }
        list = try templateSet(value, argument: name, function: arguments.functionName).templates
      }
      return .host(
        try ModelValue(ZeroShot(clip: readModel(arguments), classes: readClasses(arguments), templates: list))
      )
    },
  ]
}

/// The options of `router { … }` and `loss { … }` of a mixture.
private enum MixtureBlocks {
  static let router = OptionBlock(["top_k", "kind", "bias", "scale"])
  static let text = OptionBlock(["weight", "temperature", "full_stop", "experts"])
  static let gate = OptionBlock(["weight", "top", "bonus", "temperature", "detach"])
  static let loss = OptionBlock(["class", "text", "gate"], blocks: ["text": text, "gate": gate])
}

private func readRouter(_ arguments: Arguments, _ options: inout Router.Options) throws {
  if let value: RouterValue = arguments["router"]?.asHost() {
    options = value.router.options
    options.topK = value.router.topK
    return
  }
  let reader = try OptionReader(
    "router", arguments.record("router"), MixtureBlocks.router, argument: "router")
  if let kind = try reader.choice("kind", among: Router.Kind.allCases.map(\.rawValue)) {
    options.kind = Router.Kind(rawValue: kind) ?? .linear
    // All experts of a router that does not choose, not the published two.
    if options.kind == .uniform { options.topK = nil }
  }
  if let count = try reader.int("top_k") { options.topK = count }
  if let bias = try reader.bool("bias") { options.bias = bias }
  if let scale = try reader.float("scale") { options.scale = Float(scale) }
}

private func readLoss(_ arguments: Arguments, _ options: inout MixtureLossOptions) throws {
  let reader = try OptionReader(
    "loss", arguments.record("loss"), MixtureBlocks.loss, argument: "loss")
  if let weight = try reader.float("class") { options.classWeight = Float(weight) }
  if let record = reader.value("text")?.asRecord {
    let text = try OptionReader(
      "loss.text", record, MixtureBlocks.text, argument: "loss")
    if let weight = try text.float("weight") { options.textWeight = Float(weight) }
    if let temperature = try text.float("temperature") { options.textTemperature = Float(temperature) }
    if let stops = try text.bool("full_stop") { options.textFullStop = stops }
    let whose = MixtureLossOptions.TextExperts.allCases.map(\.rawValue)
    if let experts = try text.choice("experts", among: whose) {
      options.textExperts = MixtureLossOptions.TextExperts(rawValue: experts) ?? .all
    }
  } else if let weight = try reader.float("text") {
    options.textWeight = Float(weight)
  }
  if let record = reader.value("gate")?.asRecord {
    let gate = try OptionReader(
      "loss.gate", record, MixtureBlocks.gate, argument: "loss")
    if let weight = try gate.float("weight") { options.gateWeight = Float(weight) }
    if let temperature = try gate.float("temperature") {
      options.gateTarget = .temperature(Float(temperature))
    } else {
      options.gateTarget = .top(try gate.int("top") ?? 2, bonus: Float(try gate.float("bonus") ?? 10))
    }
    if let detach = try gate.bool("detach") { options.detachGateTarget = detach }
  } else if let weight = try reader.float("gate") {
    options.gateWeight = Float(weight)
  }
}

/// `memory: "2 GB"`, or bytes.
func readMemory(_ arguments: Arguments) throws -> Int? {
  guard let value = arguments["memory"], !value.isNil else { return nil }
  if let bytes = value.asInt, bytes > 0 { return bytes }
  if let text = value.asString, let bytes = MemorySize.bytes(text) { return bytes }
  throw arguments.wrongType("memory", expected: "a size", help: "memory: \"2 GB\"")
}

private func readBase(_ arguments: Arguments) throws -> [String]? {
  arguments["base"]?.isNil == false ? try readClasses(arguments, "base") : nil
}
