import MocoBase
import MocoCLIP
import MocoFormats
import MocoLang

// The trainable part of a model, and saving it.

extension ClipValue {
  static func addTraining(_ table: MethodTable<ClipValue>) {
    table.add(
      "contrastive_loss(images, captions)",
      doc: """
        CLIP's own loss for pairs of images and captions: every image against all captions of the batch, and
        every caption against all images. Equal captions are encoded once.

        ```
        let loss = clip.contrastive_loss(images[0..<2], ["a photo of a bag", "a dark photo of a coat"])
        ```
        """
    ) { value, arguments in
      let images = try ImageReader(tower: value.model).read(arguments, "images")
      guard !images.areFeatures else {
        throw arguments.wrongType(
          "images", expected: "pixels", help: "features of images cannot train the image tower")
      }
      return .host(
        TensorValue(
          try value.model.contrastiveLoss(images: images.values, captions: arguments.strings("captions"))))
    }
    table.add(
      "train_all()",
      doc: """
        Makes every weight trainable. Pass `clip.parameters` to an optimizer.

        ```
        clip.train_all()
        let opt = adamw(clip.parameters, lr: 1e-3)
        ```
        """
    ) { value, _ in .int(value.model.setTrainable(prefix: "")) }
    table.add(
      "unfreeze(prefix = \"\")",
      doc: """
        Makes the weights trainable whose names begin with `prefix`; returns the number of tensors.

        ```
        clip.unfreeze("visual.ln_post.")
        ```
        """
    ) { value, arguments in try value.setTrainable(true, arguments) }
    table.add(
      "freeze(prefix = \"\")",
      doc: """
        Freezes the weights whose names begin with `prefix`: no gradients are computed for them.

        ```
        clip.freeze()
        ```
        """
    ) { value, arguments in try value.setTrainable(false, arguments) }
    table.add(
      "branch(weights)",
      doc: """
        The same model with its own trainable copy of some weights; all others are shared with this one and frozen. Training
        it does not change this one, and it needs memory for its own weights only. `weights` chooses them: the
        beginning of a name, a list of beginnings, or a function of a name.

        ```
        let tower = clip.branch(name => name.starts_with("visual.transformer.") and name.contains(".ln_"))
        let tuned = model {
          clip: tower
          classes: data.classes
          parameters: {norms: {value: tower.parameters, rate: 0.1}}
          texts: names => clip.encode_text([["a photo of a", name] for name in names], normalize: true)
          logits: (batch, texts) => clip.scale * (tower.encode_image(batch.images, normalize: true) @ texts.T)
        }
        ```
        """
    ) { value, arguments in .host(try value.branch(arguments)) }
    table.add(
      "save(path: String, type = \"f16\")",
      doc: """
        Saves the model as one safetensors file that `load_clip` reads, with its configuration. `type` is
        `"f16"`, `"bf16"` or `"f32"`. The file is written completely or not at all; equal models give equal files.

        ```
        clip.save("mine.safetensors", type: "f32")
        ```
        """
    ) { value, arguments in
      let word = try arguments.choice("type", among: ["f16", "bf16", "f32"])
      let type = StorageType(rawValue: word.uppercased()) ?? .f32
      let path = try arguments.string("path")
      try value.model.save(path: path, type: type)
      if let folder = try value.context?.runFolder() {
        try folder.note(hash: try SHA256.hex(file: path), of: "saved \(FileSystem.name(of: path))")
      }
      return .nil
    }
  }

  private func setTrainable(_ trainable: Bool, _ arguments: Arguments) throws -> AnyValue {
    let prefix = try arguments.string("prefix")
    let count = model.setTrainable(trainable, prefix: prefix)
    guard count > 0 else {
      throw noWeight("has a name that begins with \"\(prefix)\"", arguments, "prefix")
    }
    return .int(count)
  }

  private func branch(_ arguments: Arguments) throws -> ClipValue {
    let wanted: (String) throws -> Bool
    if let function = arguments["weights"]?.asFunction {
      wanted = { name in
        let answer = try function.call([.string(name)])
        guard let answer = answer.asBool else {
          throw arguments.failure(
            "E0303", "'weights' of branch returned \(Arguments.describe(answer)) for \"\(name)\"",
            at: "weights",
            help: "return true or false: name => name.starts_with(\"visual.\")")
        }
        return answer
      }
    } else {
      let prefixes = try arguments["weights"]?.asString.map { [$0] } ?? arguments.strings("weights")
      if let other = prefixes.first(where: { prefix in
        !model.parameters.contains { $0.name.hasPrefix(prefix) }
      }) {
        throw noWeight("has a name that begins with \"\(other)\"", arguments, "weights")
      }
      wanted = { name in prefixes.contains { name.hasPrefix($0) } }
    }
    let chosen = Set(try model.parameters.map(\.name).filter(wanted))
    guard !chosen.isEmpty else { throw noWeight("was chosen", arguments, "weights") }
    if let other = model.trainableParameters.first(where: { !chosen.contains($0.name) }) {
      throw arguments.failure(
        "E0602", "\(other.name) is trainable in this model, and a branch would share it", at: "weights",
        help: "freeze it first, clip.freeze(\"\(other.name)\"), or use copy(clip), which shares nothing")
    }
    return ClipValue(try model.branch { chosen.contains($0) }, context)
  }

  private func noWeight(_ what: String, _ arguments: Arguments, _ argument: String) -> Failure {
    let stems = ["visual.", "transformer.", "token_embedding.", "ln_final.", "logit_scale"]
    return arguments.failure(
      "E0602", "no weight of \(model.config.name) \(what)", at: argument,
      help: "use a prefix such as \(stems.joined(separator: ", ")); clip.parameters.names lists the names")
  }
}
