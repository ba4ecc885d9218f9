import MocoLang
import MocoMethods
import MocoTraining

func checkpointBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      "checkpoint(model, path = nil, optimizer = nil)",
      doc: """
        Saves the trained parameters of a model as one safetensors file, with its configuration, its classes and
        those it was trained on, and the hash of its CLIP model; with an optimizer also its state. Returns the path.
        Without a path the file is written to the run's folder. `load_model` restores the model.

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
          "E0304", "checkpoint needs a path if no run is recorded", at: "path",
          help: "write checkpoint(mix, \"mix.safetensors\")")
      }
      let optimizer = try readOptimizer(arguments, of: model)
      try Checkpoint.save(path: path, model: model, optimizer: optimizer?.optimizer, base: value.base)
      return .string(path)
    },
    NativeFunction(
      "restore(model, path, optimizer = nil, strict = true, allow = nil)",
      doc: """
        Reads a checkpoint into a model made with the same groups and options. Tensors that do not match are an error that
        lists all of them; with `strict: false` matching tensors are loaded and the others keep their values.
        Returns a record of what was `loaded`, `missing`, `unexpected` and `ignored`, `notes`, and the `epoch` if
        the file contains it.

        - An expert is found by its group's name, a class's own context by the class's name. If their order
          differs, a note says so; if names differ, it is an error. The optimizer's state is reordered too; if its
          settings differ, a note lists them. It may also update parameters that are not the model's: their state is
          saved by their index in the optimizer's list, their values are not.
        - The classes of the class loss become the model's `base`.
        - Settings that affect predictions must be the same: the router's `kind`, `top_k`, `scale` and `bias`,
          `vision_layernorm`, a coop's `position` and `shared`, the classes, the CLIP model. `allow:` lists those
          that may differ: one of `"options"`, `"classes"`, `"clip"`, or a list of them. Loss weights and templates
          affect only further training: a note lists the differences. With other classes each gets its own context;
          a duplicate class name is an error, or with `strict: false` not loaded. `strict: false` alone does not
          allow any of these differences.

        Checkpoints of CoOp and of the mixture's authors are read as well: `restore(coop(clip, classes: names, tokens: 16),
        "prompt_learner/model.pth.tar-50")`. They contain no names, so the order of the classes must be correct. Their frozen model must be this model's CLIP.

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
        The model saved in a checkpoint, of any method, with its classes, templates and options,
        the classes it was trained on, and its parameters. The CLIP model must be the one it was saved with;
        `allow: "clip"` accepts another.

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

/// The optimizer in `optimizer:`, which must update at least one parameter of the model.
/// - Throws: E0706 for one that updates none.
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
        : "this optimizer has none of the parameters of this \(model.kind)",
      at: "optimizer", help: "pass the optimizer made with this model's parameters: sgd(model.parameters, …)")
  }
  return value
}

/// `allow: "clip"`, or a list of these words.
private func readAllowed(
  _ arguments: Arguments, among known: [Checkpoint.Difference] = Checkpoint.Difference.allCases
) throws -> Set<Checkpoint.Difference> {
  guard let value = arguments["allow"], !value.isNil else { return [] }
  let words = value.asList == nil ? [try arguments.string("allow")] : try arguments.strings("allow")
  return Set(
    try words.map { word in
      guard let difference = known.first(where: { $0.rawValue == word }) else {
        throw arguments.failure(
          "E0305", "\(arguments.functionName) does not accept \"\(word)\" for 'allow'", at: "allow",
          help: "use " + known.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
      }
      return difference
    })
}
