import MocoBase

// Reads a model's `configuration`, from a checkpoint to its model. Without seeds: the values that
// they that they drew are replaced by the checkpoint's parameters.

extension Mixture {
  /// The configuration of a mixture in a checkpoint.
  ///
  /// Loss weights, templates, start and seed only matter for training; all options of the router matter for
  /// predictions.
  public var configuration: Json {
    var object = JsonObject([
      ("kind", .string(kind)), ("templates", .string(templates.name)),
      (
        "groups",
        .object(JsonObject(templates.groups.map { ($0.name, .array($0.templates.map { .string($0.text) })) }))
      ),
    ])
    var own = options
    own.router.topK = router.topK
    own.memory = memory
    for (name, value) in own.configuration { object[name] = value }
    return .object(object)
  }
}

extension MixtureOptions {
  /// All options except the seed, for `init(_:)`.
  var configuration: JsonObject {
    var gate = JsonObject([("weight", .float(loss.gateWeight))])
    switch loss.gateTarget {
    case .top(let count, let bonus):
      gate["top"] = .int(count)
      gate["bonus"] = .float(bonus)
    case .temperature(let value): gate["temperature"] = .float(value)
    }
    gate["detach"] = .bool(loss.detachGateTarget)
    return JsonObject([
      ("start", .string(start.rawValue)),
      (
        "router",
        [
          "kind": .string(router.kind.rawValue), "top_k": router.topK.map { .int($0) } ?? .null,
          "bias": .bool(router.bias), "scale": .float(router.scale),
        ]
      ),
      (
        "loss",
        [
          "class": .float(loss.classWeight), "text": .float(loss.textWeight),
          "text_temperature": .float(loss.textTemperature),
          "text_full_stop": loss.textFullStop.map { .bool($0) } ?? .null,
          "text_experts": .string(loss.textExperts.rawValue), "gate": .object(gate),
        ]
      ),
      ("vision_layernorm", .bool(trainVisionLayerNorms)), ("vision_rate_factor", .double(visionRateFactor)),
      ("memory", .int(memory)), ("published", published?.json ?? .null),
    ])
  }

  /// The options of a configuration.
  ///
  /// - Parameter complete: whether every option is required; otherwise a missing one keeps its default.
  /// - Throws: E0708 for a missing option and for a value of another type.
  public init(_ json: Json, complete: Bool = false) throws {
    self.init()
    let reader = try ConfigurationReader(json, complete: complete)
    start = try reader.word("start") ?? start
    if let gating = try reader.object("router") {
      router.kind = try gating.word("kind") ?? router.kind
      router.topK = try gating.orNull(gating.int, "top_k")
      router.bias = try gating.bool("bias") ?? router.bias
      router.scale = try gating.float("scale") ?? router.scale
    }
    if let losses = try reader.object("loss") {
      loss.classWeight = try losses.float("class") ?? loss.classWeight
      loss.textWeight = try losses.float("text") ?? loss.textWeight
      loss.textTemperature = try losses.float("text_temperature") ?? loss.textTemperature
      loss.textFullStop = try losses.orNull(losses.bool, "text_full_stop")
      loss.textExperts = try losses.word("text_experts") ?? loss.textExperts
      if let gate = try losses.object("gate") {
        loss.gateWeight = try gate.float("weight") ?? loss.gateWeight
        loss.detachGateTarget = try gate.bool("detach") ?? loss.detachGateTarget
        if gate.has("temperature") {
          if let temperature = try gate.float("temperature") { loss.gateTarget = .temperature(temperature) }
        } else if complete || gate.has("top") {
          loss.gateTarget = .top(
            try gate.required(gate.int, "top"), bonus: try gate.required(gate.float, "bonus"))
        }
      }
    }
    trainVisionLayerNorms = try reader.bool("vision_layernorm") ?? trainVisionLayerNorms
    visionRateFactor = try reader.double("vision_rate_factor") ?? visionRateFactor
    memory = try reader.size("memory") ?? memory
    if reader.isBool("published") {
      if try reader.bool("published") == true { published = .ofData }
    } else {
      published = try reader.orNull(reader.text, "published").map { .named($0) }
    }
  }
}

extension TemplateSet {
  /// The groups of a mixture's configuration.
  ///
  /// - Throws: E0708 for groups that are missing or not lists of sentences; E0701, E0703 for their contents.
  public init(_ json: Json) throws {
    let reader = try ConfigurationReader(json, complete: false)
    guard let groups = try reader.object("groups") else { throw reader.lacks("groups") }
    try self.init(
      name: try reader.text("templates") ?? "templates",
      groups: groups.names.map { try TemplateGroup(name: $0, groups.texts($0)) })
  }
}
