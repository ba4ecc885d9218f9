import MocoAutograd
import MocoBase
import MocoCLIP
import MocoDocument
import MocoLang
import MocoMethods
import MocoTensor

/// Soft prompts without a model: `soft_prompts(clip, ways)`.
final class SoftPromptsValue: HostObject {
  let prompts: SoftPrompts

  init(_ prompts: SoftPrompts) { self.prompts = prompts }

  var typeName: String { "SoftPrompts" }
  var memberNames: [String] { ["parameters", "groups", "rows", "width"] + SoftPromptsValue.methods.names }
  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "parameters": return .host(ParameterListValue(prompts.parameters))
    case "groups": return .list(prompts.experts.map(\.group.name))
    case "rows": return .int(prompts.rowCount)
    case "width": return .int(prompts.width)
    default: return nil
    }
  }

  static let methods = MethodTable<SoftPromptsValue> { table in
    table.onlyGiving("encode")
    table.add(
      "encode(classes: List, full_stop = false)",
      doc: """
        Text features [experts, classes, dim] of every soft prompt with every class name, not normalized.

        ```
        let t = normalize(prompts.encode(["cat", "dog"]))
        ```
        """
    ) { value, arguments in
      .host(
        TensorValue(
          try value.prompts.encode(arguments.strings("classes"), fullStop: arguments.bool("full_stop"))))
    }
  }
  func method(_ name: String) -> NativeFunction? { SoftPromptsValue.methods.bind(name, to: self) }
  func copied() throws -> AnyValue? { .host(SoftPromptsValue(try prompts.copy())) }

  var count: Int? { prompts.count }
  var byteCount: Int { prompts.rowCount * prompts.width * 4 }
  var shortDescription: String { "<soft prompts: \(prompts.count) experts, \(prompts.rowCount) soft tokens>" }
  func document(_ limits: DocumentLimits) -> Document {
    let experts = prompts.experts.map {
      Document.Fields.Field($0.group.name, Document.Text($0.sentence))
    }
    let title = "soft prompts: \(prompts.rowCount) soft tokens, \(prompts.width) wide"
    return Document([
      .title(title, overflow: .wrap(hanging: 2)), .fields(Document.Fields(experts, layout: .inline)),
    ])
  }
}

/// A router without a model: `router(512, experts: 6)`. A call returns the weights of the experts.
final class RouterValue: HostObject {
  let router: Router

  init(_ router: Router) { self.router = router }

  var typeName: String { "Router" }
  var memberNames: [String] {
    ["parameters", "experts", "top_k", "kind", "scale", "weight", "bias"] + RouterValue.methods.names
  }
  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "parameters": return .host(ParameterListValue(router.parameters))
    case "experts": return .int(router.experts)
    case "top_k": return .int(router.topK)
    case "kind": return .string(router.options.kind.rawValue)
    case "scale": return .float(router.options.scale)
    case "weight": return .host(TensorValue(router.weight))
    case "bias": return router.bias.map { .host(TensorValue($0)) } ?? .nil
    default: return nil
    }
  }

  static let methods = MethodTable<RouterValue> { table in
    table.onlyGiving("scores", "weights")
    table.add(
      "scores(features)",
      doc: "The experts' scores h [images, experts].\n\n```\nr.scores(normalize(v))\n```"
    ) { value, arguments in
      .host(TensorValue(try value.router.scores(arguments.host(TensorValue.self, "features").variable)))
    }
    table.add(
      "weights(features)",
      doc: """
        α [images, experts]: softmax over the chosen experts, zero for the others.

        ```
        r.weights(normalize(v))
        ```
        """
    ) { value, arguments in
      let features = try arguments.host(TensorValue.self, "features").variable
      return .host(TensorValue(try value.router.weights(value.router.scores(features)).alpha))
    }
  }
  func method(_ name: String) -> NativeFunction? { RouterValue.methods.bind(name, to: self) }
  var callable: NativeFunction? { method("weights") }
  func copied() throws -> AnyValue? { .host(RouterValue(try router.copy())) }

  var byteCount: Int { router.experts * (router.width + 1) * 4 }
  var shortDescription: String {
    "<router: \(router.options.kind.rawValue), \(router.topK) of \(router.experts) experts, \(router.width) wide>"
  }
}

func promptBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      "soft_prompts(clip, templates, start = \"first\", seed = nil)",
      doc: """
        One soft prompt for each group of templates, initialised with the token embeddings of the group's first template
        (`start: "first"`), the mean over its templates (`"mean"`), or at random (`"random"`).

        ```
        let prompts = soft_prompts(clip, ways)
        nearest_words(prompts, 0)
        ```
        """
    ) { arguments in
      let clip = try readModel(arguments)
      let set = try templateSet(
        arguments.value("templates"), argument: "templates", function: arguments.functionName)
      return .host(
        SoftPromptsValue(
          try SoftPrompts(
            clip: clip, groups: set.groups, start: readStart(arguments), seed: arguments.seed(context))))
    },
    NativeFunction(
      "router(dim: Int, experts: Int = 6, top_k = nil, kind = \"linear\", bias = true, scale = 1.0, seed = nil)",
      doc: """
        Chooses `top_k` of `experts` for an image feature: h = scale · (v @ W.T + b), softmax over the largest. The default
        of `top_k` is 2. Kinds: `"linear"`, `"cosine"` (rows of W are normalized), `"uniform"` (equal weights for all
        experts).

        ```
        let r = router(clip.dim, experts: 6, top_k: 2)
        let alpha = r(normalize(clip.encode_image(images)))
        ```
        """
    ) { arguments in
      let kind = try arguments.choice("kind", among: Router.Kind.allCases.map(\.rawValue))
      let options = Router.Options(
        kind: Router.Kind(rawValue: kind) ?? .linear, topK: try arguments.optionalInt("top_k"),
        bias: try arguments.bool("bias"), scale: Float(try arguments.float("scale")))
      return .host(
        RouterValue(
          try Router(
            width: arguments.int("dim", in: 1...(1 << 20)),
            experts: arguments.int("experts", in: 1...(1 << 20)),
            options: options, seed: arguments.seed(context))))
    },
    NativeFunction(
      "nearest_words(prompts, expert = nil, count = 3, clip = nil)",
      doc: """
        The words of the vocabulary nearest to each soft token, by Euclidean distance. `prompts` is a mixture, a `coop`, a
        `kgcoop`, soft prompts, or a tensor of rows [tokens, clip.width] with `clip:`; `expert` chooses one expert.
        The result is a list with an entry for each soft token: `place`, `began`, and `words`, nearest first, with their
        `distances`.

        ```
        nearest_words(mix, 0)[1].words       // three words, the nearest first
        nearest_words(ctx, clip: clip)
        ```
        """
    ) { arguments in
      let count = try arguments.int("count", in: 1...1000)
      let expert = try arguments.optionalInt("expert")
      let value = try arguments.value("prompts")
      if let tensor: TensorValue = value.asHost() {
        guard !arguments.isAbsent("clip") else {
          throw arguments.failure(
            "E0304", "nearest_words needs the argument 'clip' for a tensor of rows",
            at: "prompts",
            help: "write nearest_words(ctx, clip: clip)")
        }
        guard expert == nil else {
          throw arguments.failure(
            "E0305", "a tensor of rows has no experts", at: "expert", help: "leave expert out")
        }
        return nearWordsValue(
          try rowsWords(tensor.tensor, readModel(arguments), count: count, arguments))
      }
      let parts: Int
      let words: (Int) throws -> [NearWords]
      if let model: ModelValue = value.asHost() {
        guard let worded = model.model as? any Worded else {
          throw arguments.wrongType("prompts", expected: "a model with soft prompts")
        }
        guard let number = worded.partCount else {
          return nearWordsValue(try worded.nearestWords(part: nil, count: count))
        }
        (parts, words) = (number, { try worded.nearestWords(part: $0, count: count) })
      } else if let soft: SoftPromptsValue = value.asHost() {
        (parts, words) = (soft.prompts.count, { try soft.prompts.nearestWords(expert: $0, count: count) })
      } else {
        throw arguments.wrongType(
          "prompts", expected: "\(Methods.listOfPlanned), soft prompts, or a tensor of rows")
      }
      if let expert { return nearWordsValue(try words(HostIndex.resolve(expert, count: parts))) }
      return .list(try (0..<parts).map { nearWordsValue(try words($0)) })
    },
  ]
}

/// The nearest words of rows in a tensor.
private func rowsWords(
  _ rows: Tensor, _ clip: CLIPModel, count: Int, _ arguments: Arguments
) throws -> [NearWords] {
  let width = clip.config.text.width
  guard rows.rank == 2, rows.shape[1] == width, rows.dtype == .float32 else {
    throw arguments.failure(
      "E0205",
      "nearest_words expects float32 rows [tokens, \(width)], not a \(rows.dtype.rawValue) tensor of shape "
        + Shape.text(rows.shape), at: "prompts", help: "pass one row of clip.width numbers for each token")
  }
  return try nearestWords(rows, clip: clip, count: count).enumerated().map {
    NearWords(place: "[\($0)]", began: nil, candidates: $1)
  }
}

private func nearWordsValue(_ words: [NearWords]) -> AnyValue {
  .list(
    words.map { near in
      .record([
        ("place", .string(near.place)), ("began", near.began.map { .string($0) } ?? .nil),
        ("words", .list(near.candidates.map(\.word))),
        ("distances", .list(near.candidates.map(\.distance))),
      ])
    })
}

func readStart(_ arguments: Arguments) throws -> SoftPrompts.Start {
  let word = try arguments.choice("start", among: SoftPrompts.Start.allCases.map(\.rawValue))
  return SoftPrompts.Start(rawValue: word) ?? .first
}

/// The CLIP model in the argument `clip`.
func readModel(_ arguments: Arguments) throws -> CLIPModel {
  try arguments.host(ClipValue.self, "clip", expected: "Clip").model
}

/// Class names: a list of strings, or a value with `classes`.
func readClasses(_ arguments: Arguments, _ name: String = "classes") throws -> [String] {
  let value = try arguments.value(name)
  if value.asList != nil { return try arguments.strings(name) }
  if let object: any HostObject = value.asHost(), let classes = try object.member("classes")?.asList {
    return classes.compactMap(\.asString)
  }
  throw arguments.wrongType(name, expected: "a List of class names", help: "pass classes: data.classes")
}
