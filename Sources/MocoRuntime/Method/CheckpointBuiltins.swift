import MocoCLIP
import MocoLab
import MocoLang

func checkpointBuiltins(_ context: RuntimeContext) -> [NativeFunction] {
  [
    NativeFunction(
      "checkpoint(model, path = nil, optimizer = nil)",
      doc: """
        Saves what a mixture or `coop` has learned as one safetensors file, with its configuration; with an optimizer its
        state too. Gives the path. Without a path the file goes into the run's folder.

        ```
        checkpoint(mix, "mix.safetensors")
        ```
        """
    ) { arguments in
      let model = try arguments.host(ModelValue.self, "model", expected: "mixture or coop").model
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
      let optimizer = try arguments.optionalHost(OptimizerValue.self, "optimizer", expected: "optimizer")
      try Checkpoint.save(path: path, model: model, optimizer: optimizer?.optimizer)
      return .string(path)
    },
    NativeFunction(
      "restore(model, path, optimizer = nil, strict = true)",
      doc: """
        Reads a checkpoint into a model made with the same groups and options. A tensor that does not fit is an error that
        lists all of them; with `strict: false` what fits is taken and the rest keeps its value. Gives a record of what
        was `loaded`, `missing`, `unexpected` and `ignored`, and the `epoch` if the file tells.

        Checkpoints of CoOp and of the mixture's authors (`model.pth.tar-50`) are read as well. The frozen model in them
        must be the one at hand.

        ```
        restore(mix, "mix.safetensors")
        restore(coop(clip, classes: data.classes, tokens: 16), "prompt_learner/model.pth.tar-50")
        ```
        """
    ) { arguments in
      let model = try arguments.host(ModelValue.self, "model", expected: "mixture or coop").model
      let optimizer = try arguments.optionalHost(OptimizerValue.self, "optimizer", expected: "optimizer")
      let restored = try Checkpoint.restore(
        path: arguments.string("path"), model: model, optimizer: optimizer?.optimizer,
        strict: arguments.bool("strict"))
      return .record([
        ("loaded", .list(restored.loaded)), ("missing", .list(restored.missing)),
        ("unexpected", .list(restored.unexpected)), ("ignored", .list(restored.ignored)),
        ("step", restored.step.map { .int($0) } ?? .nil), ("epoch", restored.epoch.map { .int($0) } ?? .nil),
      ])
    },
  ]
}
