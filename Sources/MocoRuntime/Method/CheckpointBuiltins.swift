import MocoLang
import MocoMethods
import MocoTraining

func checkpointBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      "checkpoint(model, path = nil, optimizer = nil)",
      doc: """
        Saves what a model has learned as one safetensors file, with its configuration, its classes and those it was
        trained on, and the hash of its CLIP model; with an optimizer its state too. Gives the path. Without a path the
        file goes into the run's folder. `load_model` makes the model again.

        ```
        checkpoint(mix, "mix.safetensors")
        ```
        """
    ) { arguments in
      let value = try arguments.host(ModelValue.self, "model", expected: Methods.list(own: true))
      let model = value.model
      let path: String
      if let given = try arguments.optionalString("path") {
        path = given
      } else if let folder = try context.runFolder() {
        context.checkpoints += 1
        path = try folder.checkpointPath("\(model.kind)-\(context.checkpoints)")
      } else {
        throw arguments.failure(
          "E0304", "checkpoint needs a path where no run is recorded", at: "path",
          help: "checkpoint(mix, \"mix.safetensors\")")
      }
      let optimizer = try readOptimizer(arguments, of: model)
      try Checkpoint.save(path: path, model: model, optimizer: optimizer?.optimizer, base: value.base)
      return .string(path)
    },
    NativeFunction(
      "restore(model, path, optimizer = nil, strict = true, allow = nil)",
      doc: """
        Reads a checkpoint into a model made with the same groups and options. A tensor that does not fit is an error that
        lists all of them; with `strict: false` what fits is taken and the rest keeps its value. Gives a record of what
        was `loaded`, `missing`, `unexpected` and `ignored`, `notes`, and the `epoch` if the file tells.

        - An expert is found by its group's name, a class's own context by the class's name. Where they stand in another
          order, a note says so; where names differ, it is an error. The optimizer's state goes with them; where its
          settings are others, a note says which. It may also move parameters that are not the model's: their state is
          kept under their places in the optimizer's list, their values are not.
        - The classes that the class loss saw become the model's `base`.
        - What the answers depend on must be the same: the router's `kind`, `top_k`, `scale` and `bias`, `vision_layernorm`,
          a coop's `position` and `shared`, the classes, the CLIP model. `allow:` takes one of `"options"`, `"classes"`,
          `"clip"`, or a list of them, that may differ all the same. Loss weights and templates only matter to further
          training: a note says what differs. With other classes each takes its own context; one whose name stands
          twice is refused, or with `strict: false` left as it is. `strict: false` alone lets neither differ.

        Checkpoints of CoOp and of the mixture's authors are read as well: `restore(coop(clip, classes: names, tokens: 16),
        "prompt_learner/model.pth.tar-50")`. They hold no names, so the order of the classes has to be right. The frozen model in them must be the one at hand.

        ```
        restore(mix, "mix.safetensors")
        restore(mixture(clip, ways, classes: others.classes), "mix.safetensors", allow: "classes")
        ```
        """
    ) { arguments in
      let value = try arguments.host(ModelValue.self, "model", expected: Methods.list(own: true))
      let optimizer = try readOptimizer(arguments, of: value.model)
      let restored = try Checkpoint.restore(
        path: arguments.string("path"), model: value.model, optimizer: optimizer?.optimizer, base: value.base,
        strict: arguments.bool("strict"), allow: readAllowed(arguments))
      for note in restored.notes { context.say("\(note)\n") }
      return .record([
        ("loaded", .list(restored.loaded)), ("missing", .list(restored.missing)),
        ("unexpected", .list(restored.unexpected)), ("ignored", .list(restored.ignored)),
        ("notes", .list(restored.notes)),
        ("step", restored.step.map { .int($0) } ?? .nil), ("epoch", restored.epoch.map { .int($0) } ?? .nil),
      ])
    },
    NativeFunction(
      "load_model(path, clip, allow = nil)",
      doc: """
        The model that a checkpoint holds, of any method, with its classes, templates and options,
        the classes it was trained on, and what it has learned. The CLIP model must be the one it was saved with;
        `allow: "clip"` takes another.

        ```
        checkpoint(mix, "mix.safetensors")
        let same = load_model("mix.safetensors", clip: load_clip("small"))
        ```
        """
    ) { arguments in
      let loaded = try Checkpoint.load(
        path: arguments.string("path"), clip: readModel(arguments),
        allow: readAllowed(arguments, among: [.clip]))
      for note in loaded.restored.notes { context.say("\(note)\n") }
      return .host(try ModelValue(loaded.model, base: loaded.base))
    },
  ]
}

/// The optimizer in `optimizer:`, which must move something of the model.
/// - Throws: E0706 for one that moves nothing of it.
private func readOptimizer(_ arguments: Arguments, of model: any Classifier) throws -> OptimizerValue? {
  guard let value = try arguments.optionalHost(OptimizerValue.self, "optimizer", expected: "optimizer") else {
    return nil
  }
  let own = Set(model.trainableParameters.map { ObjectIdentifier($0.variable) })
  let moved = value.optimizer?.parameters ?? []
  guard moved.contains(where: { own.contains(ObjectIdentifier($0.variable)) }) else {
    throw arguments.failure(
      "E0706",
      moved.isEmpty
        ? "this optimizer was made without parameters and has no state"
        : "this optimizer moves the parameters of something else, none of this \(model.kind)'s",
      at: "optimizer", help: "give the optimizer made with this model's parameters: sgd(model.parameters, …)")
  }
  return value
}

/// `allow: "clip"`, or a list of such words.
private func readAllowed(
  _ arguments: Arguments, among known: [Checkpoint.Difference] = Checkpoint.Difference.allCases
) throws -> Set<Checkpoint.Difference> {
  guard let value = arguments["allow"], !value.isNil else { return [] }
  let words = value.asList == nil ? [try arguments.string("allow")] : try arguments.strings("allow")
  return Set(
    try words.map { word in
      guard let difference = known.first(where: { $0.rawValue == word }) else {
        throw arguments.failure(
          "E0305", "\(arguments.functionName) cannot allow \"\(word)\" to differ", at: "allow",
          help: "expected " + known.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
      }
      return difference
    })
}
