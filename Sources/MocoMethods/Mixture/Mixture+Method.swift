import MocoAutograd
import MocoTensor

// The mixture as a method: its function and fields in programs, and its storage in checkpoints.

extension Mixture {
  public var method: MethodDescriptor { Mixture.descriptor }

  static let descriptor = MethodDescriptor(
    kind: "mixture", typeName: "Mixture",
    summary: "A mixture of soft prompts: one expert for each group of templates, and a router.",
    function: MethodFunction(
      "mixture", options,
      text: """
        A mixture of soft prompts: one expert for each group of templates, and a router that selects experts for each image.
        """,
      example: """
        let mix = mixture(clip, ways, classes: data.classes) {
          router { top_k: 2 }
          loss   { text: 5, gate: 1 }
        }
        """
    ) { arguments in
      let clip = try arguments.clip()
      let set = try arguments.templates("templates")
      return try Mixture(
        clip: clip, templates: set, classes: arguments.classNames("classes"),
        options: MixtureOptions(arguments))
    },
    fields: [
      MethodField("templates", "Templates", "The templates that initialised the experts."),
      MethodField("experts", "Int", "The number of experts."),
      MethodField("router", "Router", "The router, which selects experts for an image."),
      MethodField(
        "prompts", "SoftPrompts", "The soft prompts of all experts; prompts.encode gives their text features."
      ),
      MethodField("w", "Tensor", "The weights that correct the experts' text features."),
    ],
    isRouted: true,
    storage: MethodStorage(
      answerOptions: ["router.kind", "router.top_k", "router.scale", "router.bias", "vision_layernorm"],
      replaced: ["templates", "groups", "start", "memory", "published"], unsaid: ["loss.text_experts": "all"],
      isPlanned: true,
      derived: ["class_text_features", "grouped_prototypes", "token_prefix", "token_middle", "token_suffix"],
      counts: { option, saved in
        // Only the linear router has a bias option.
        option != "router.bias" || saved["router"]?["kind"] == "linear"
      }
    ) { configuration, isComplete in
      _ = try MixtureOptions(configuration, complete: isComplete)
      let reader = try ConfigurationReader(configuration, complete: isComplete)
      if reader.has("groups") || isComplete { _ = try TemplateSet(configuration) }
      _ = try reader.text("templates")
    } make: { file in
      var options = try MixtureOptions(file.configuration, complete: file.isComplete)
      if let memory = file.memory { options.memory = memory }
      return try Mixture(
        clip: file.clip, templates: TemplateSet(file.configuration), classes: file.classes, options: options)
    })

  private static let options: [MethodOption] = [
    .clip, MethodOption("templates", .templates), .classes,
    MethodOption(
      "router", .block, "{}", "`router {top_k: 2, kind: \"linear\", bias: true, scale: 1}`",
      inner: MixtureOptions.router),
    MethodOption(
      "loss", .block, "{}",
      """
      `loss {class: 1, text: 5, gate: 1}`; `text` and `gate` also take a record: `text: {weight: 5, temperature: 1,
        full_stop: nil, experts: "all"}`, `gate: {weight: 1, top: 2, bonus: 10, temperature: nil, detach: false}`.
        `experts: "chosen"`: the text loss uses the experts that were chosen for some image of the batch; the others are
        zero vectors without a gradient, and their prompts are not encoded. `"published"` is `"chosen"` in batches of
        fewer than 4 images, as in the authors' program
      """, inner: MixtureOptions.losses),
    MethodOption("start", .word, "\"first\""),
    MethodOption(
      "base", .classes, "nil", "`base`: the classes of the class loss; the text loss uses all classes"),
    MethodOption(
      "vision_layernorm", .flag, "false",
      """
      `vision_layernorm: true` also trains the vision tower's LayerNorms, at `vision_lr` times the learning rate
      """),
    MethodOption("vision_lr", .number, "0.1"),
    MethodOption(
      "memory", .size, "nil",
      """
      `memory: "2 GB"`: the memory for the text tower's activations in a step; more prompts than fit are trained in
        chunks, in two passes. The default is 1 GiB on every machine, because chunks change the last bits of results
      """),
    .seed,
    MethodOption(
      "published", .published, "false",
      """
      `published: true`: the authors' configuration instead of these defaults, here and in `train`. Options that you
        pass override it. `published: "ImageNet"` selects the configuration of a data set by name. The
        table in `help("method")` lists all differences
      """),
  ]

  // MARK: Stored

  public var groups: [TemplateGroup] { templates.groups }

  public func place(of parameter: String, groups experts: [Int?]) -> StoredPlace {
    for prefix in ["ctx_before_", "ctx_after_"] where parameter.hasPrefix(prefix) {
      guard let expert = Int(parameter.dropFirst(prefix.count)), experts.indices.contains(expert),
        let place = experts[expert]
      else { return .nowhere }
      return .other(name: "\(prefix)\(place)", rows: nil)
    }
    if parameter == "gate.weight" || parameter == "gate.bias" {
      return .other(name: parameter, rows: experts)
    }
    return .same
  }

  // MARK: Shown

  public var headline: String? { "\(prompts.count) experts, top \(router.topK)" }

  public var remarks: [MethodRemark] {
    let experts = prompts.experts.map { MethodPart($0.group.name, $0.sentence) }
    var lines = [MethodRemark.parts("expert", column: "prompt", experts)]
    if options.published != nil {
      let own = options.unpublished.map { "\($0.setting.name) \($0.setting.value)" }
      lines.append(
        .list(own.isEmpty ? "the published configuration" : "the published configuration except ", own))
    }
    return lines
  }

  public func field(_ name: String) -> MethodValue? {
    switch name {
    case "templates": .templates(templates)
    case "experts": .integer(prompts.count)
    case "router": .router(router)
    case "prompts": .prompts(prompts)
    case "w": .tensor(correction)
    default: nil
    }
  }
}

extension MixtureOptions {
  fileprivate static let router = [
    MethodOption("top_k", .integer, "2"), MethodOption("kind", .word, "\"linear\""),
    MethodOption("bias", .flag, "true"), MethodOption("scale", .number, "1"),
  ]
  private static let text = [
    MethodOption("weight", .number, "5"), MethodOption("temperature", .number, "1"),
    MethodOption("full_stop", .flag, "nil"), MethodOption("experts", .word, "\"all\""),
  ]
  private static let gate = [
    MethodOption("weight", .number, "1"), MethodOption("top", .integer, "2"),
    MethodOption("bonus", .number, "10"), MethodOption("temperature", .number, "nil"),
    MethodOption("detach", .flag, "false"),
  ]
  fileprivate static let losses = [
    MethodOption("class", .number, "1"), MethodOption("text", .block, "5", inner: text),
    MethodOption("gate", .block, "1", inner: gate),
  ]

  /// The options from a program.
  fileprivate init(_ arguments: any MethodArguments) throws {
    let published = try arguments.published("published")
    self = published == nil ? MixtureOptions() : MixtureOptions.publishedSettings
    self.published = published
    try readRouter(arguments)
    try readLoss(arguments)
    start = try arguments.word("start") ?? start
    if published == nil || arguments.isGiven("vision_layernorm") {
      trainVisionLayerNorms = try arguments.flag("vision_layernorm")
    }
    visionRateFactor = try arguments.number("vision_lr")
    seed = try arguments.seed()
    if let memory = try arguments.size("memory") { self.memory = memory }
  }

  private mutating func readRouter(_ arguments: any MethodArguments) throws {
    if let made = arguments.router("router") {
      router = made.options
      router.topK = made.topK
      return
    }
    let block = try arguments.block("router", MixtureOptions.router)
    if let kind: Router.Kind = try block.word("kind") {
      router.kind = kind
      // All experts for a router without a choice, not the published two.
      if kind == .uniform { router.topK = nil }
    }
    if let count = try block.integer("top_k") { router.topK = count }
    if let bias = try block.flag("bias") { router.bias = bias }
    if let scale = try block.number("scale") { router.scale = Float(scale) }
  }

  private mutating func readLoss(_ arguments: any MethodArguments) throws {
    let block = try arguments.block("loss", MixtureOptions.losses)
    if let weight = try block.number("class") { loss.classWeight = Float(weight) }
    if let text = try block.block("text", MixtureOptions.text) {
      if let weight = try text.number("weight") { loss.textWeight = Float(weight) }
      if let temperature = try text.number("temperature") { loss.textTemperature = Float(temperature) }
      if let stops = try text.flag("full_stop") { loss.textFullStop = stops }
      if let experts: MixtureLossOptions.TextExperts = try text.word("experts") { loss.textExperts = experts }
    } else if let weight = try block.number("text") {
      loss.textWeight = Float(weight)
    }
    if let gate = try block.block("gate", MixtureOptions.gate) {
      if let weight = try gate.number("weight") { loss.gateWeight = Float(weight) }
      if let temperature = try gate.number("temperature") {
        loss.gateTarget = .temperature(Float(temperature))
      } else {
        loss.gateTarget = .top(try gate.integer("top") ?? 2, bonus: Float(try gate.number("bonus") ?? 10))
      }
      if let detach = try gate.flag("detach") { loss.detachGateTarget = detach }
    } else if let weight = try block.number("gate") {
      loss.gateWeight = Float(weight)
    }
  }
}
