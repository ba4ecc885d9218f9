import MocoCLIP

// What a model's `configuration` says, read back: the way from a checkpoint to its model. Seeds stay out: what
// they drew is replaced by the checkpoint's parameters.

extension Mixture {
  /// What a checkpoint says of a mixture.
  ///
  /// Loss weights, templates, start and seed only matter to a training; of the router everything matters to
  /// answers.
  public var configuration: Json {
    var object = JsonObject([
      ("kind", "mixture"), ("templates", .string(templates.name)),
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
  /// All of them but the seed, for `init(_:)` to read.
  var configuration: JsonObject {
    var gate = JsonObject([("weight", .double(Double(loss.gateWeight)))])
    switch loss.gateTarget {
    case .top(let count, let bonus):
      gate["top"] = .int(count)
      gate["bonus"] = .double(Double(bonus))
    case .temperature(let value): gate["temperature"] = .double(Double(value))
    }
    gate["detach"] = .bool(loss.detachGateTarget)
    return JsonObject([
      ("start", .string(start.rawValue)),
      (
        "router",
        [
          "kind": .string(router.kind.rawValue), "top_k": router.topK.map { .int($0) } ?? .null,
          "bias": .bool(router.bias), "scale": .double(Double(router.scale)),
        ]
      ),
      (
        "loss",
        [
          "class": .double(Double(loss.classWeight)), "text": .double(Double(loss.textWeight)),
          "text_temperature": .double(Double(loss.textTemperature)),
          "text_full_stop": loss.textFullStop.map { .bool($0) } ?? .null,
          "text_experts": .string(loss.textExperts.rawValue), "gate": .object(gate),
        ]
      ),
      ("vision_layernorm", .bool(trainVisionLayerNorms)), ("vision_rate_factor", .double(visionRateFactor)),
      ("memory", .int(memory)), ("published", published?.json ?? .null),
    ])
  }

  /// The options that a configuration names; the others keep their defaults.
  ///
  /// - Throws: E0708 for a value that is none.
  public init(_ json: Json) throws {
    self.init()
    let reader = ConfigurationReader(json)
    if let word = reader.text("start") { start = try reader.word(word, "start") }
    let gating = ConfigurationReader(json["router"])
    if let word = gating.text("kind") { router.kind = try gating.word(word, "router") }
    router.topK = gating.int("top_k")
    router.bias = gating.bool("bias") ?? router.bias
    router.scale = gating.float("scale") ?? router.scale
    let losses = ConfigurationReader(json["loss"])
    loss.classWeight = losses.float("class") ?? loss.classWeight
    loss.textWeight = losses.float("text") ?? loss.textWeight
    loss.textTemperature = losses.float("text_temperature") ?? loss.textTemperature
    loss.textFullStop = losses.bool("text_full_stop")
    if let word = losses.text("text_experts") {
      loss.textExperts = try losses.word(word, "loss.text.experts")
    }
    let gate = ConfigurationReader(json["loss"]?["gate"])
    loss.gateWeight = gate.float("weight") ?? loss.gateWeight
    if let count = gate.int("top"), let bonus = gate.float("bonus") {
      loss.gateTarget = .top(count, bonus: bonus)
    } else if let temperature = gate.float("temperature") {
      loss.gateTarget = .temperature(temperature)
    }
    loss.detachGateTarget = gate.bool("detach") ?? loss.detachGateTarget
    trainVisionLayerNorms = reader.bool("vision_layernorm") ?? trainVisionLayerNorms
    visionRateFactor = reader.double("vision_rate_factor") ?? visionRateFactor
    if let bytes = reader.int("memory"), bytes > 0 { memory = bytes }
    if let name = reader.text("published") {
      published = .named(name)
    } else if reader.bool("published") == true {
      published = .ofData
    }
  }
}

extension CoOp {
  public var configuration: Json {
    var object = JsonObject([("kind", "coop"), ("tokens", .int(contextLength))])
    for (name, value) in options.configuration { object[name] = value }
    object["memory"] = .int(memory)
    return .object(object)
  }
}

extension CoOpOptions {
  /// All of them but the seed, for `init(_:)` to read.
  var configuration: JsonObject {
    var object = JsonObject()
    switch start {
    case .phrase(let phrase): object["phrase"] = .string(phrase)
    case .random(let count): object["tokens"] = .int(count)
    }
    object["shared"] = .bool(shared)
    object["position"] = .string(position.rawValue)
    return object
  }

  /// The options that a configuration names; the others keep their defaults.
  ///
  /// - Throws: E0708 for a value that is none.
  public init(_ json: Json) throws {
    self.init()
    let reader = ConfigurationReader(json)
    if let phrase = reader.text("phrase") {
      start = .phrase(phrase)
    } else if let count = reader.int("tokens") {
      start = .random(count)
    }
    shared = reader.bool("shared") ?? shared
    if let word = reader.text("position") { position = try reader.word(word, "position") }
  }
}

extension TemplateSet {
  /// The groups that a mixture's configuration names.
  ///
  /// - Throws: E0708 without groups; E0701, E0703 for what they hold.
  public init(_ json: Json) throws {
    guard let groups = json["groups"]?.objectValue else {
      throw PromptError("E0708", "the checkpoint names no groups of templates")
    }
    try self.init(
      name: json["templates"]?.stringValue ?? "templates",
      groups: groups.map { name, texts in
        try TemplateGroup(name: name, (texts.arrayValue ?? []).compactMap(\.stringValue))
      })
  }
}

/// Members of a configuration by type; nil where one is missing or null.
private struct ConfigurationReader {
  private let json: Json?

  init(_ json: Json?) { self.json = json }

  func text(_ name: String) -> String? { json?[name]?.stringValue }
  func int(_ name: String) -> Int? { json?[name]?.intValue }
  func bool(_ name: String) -> Bool? { json?[name]?.boolValue }
  func double(_ name: String) -> Double? { json?[name]?.doubleValue }
  func float(_ name: String) -> Float? { double(name).map { Float($0) } }

  /// - Throws: E0708 for a word that means nothing here.
  func word<Word: RawRepresentable>(_ text: String, _ what: String) throws -> Word
  where Word.RawValue == String {
    guard let word = Word(rawValue: text) else {
      throw PromptError(
        "E0708", "the checkpoint's \(what) is \"\(text)\", which this moco does not know",
        help: "use a newer moco")
    }
    return word
  }
}
