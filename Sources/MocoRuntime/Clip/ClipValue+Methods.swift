import MocoAutograd
import MocoBase
import MocoCLIP
import MocoFormats
import MocoLang
import MocoTensor

extension ClipValue {
  static let methods = MethodTable<ClipValue> { table in
    table.onlyGiving("tokenize", "detokenize", "encode_text", "encode_image", "classify")
    addText(table)
    addImages(table)
    addTraining(table)
  }

  private static func addText(_ table: MethodTable<ClipValue>) {
    table.add(
      "tokenize(text, truncate = false, pieces = false)",
      doc: """
        The token ids of a text as the text tower reads them, with [start] and [end]; a list of lists for a
        list of texts. A text longer than the context is an error, or cut with `truncate: true`.
        `pieces: true` gives the text of each token instead; a space ends a word.

        Signs that stand together join: in a sentence the name "U.S." and the full stop are one token "..", which
        neither has alone. Prompts are tokenized as whole sentences, as the published programs do it; their soft
        tokens take the places of the template's words.

        ```
        clip.tokenize("a photo of a cat.")
        clip.tokenize(["a photo of the U.S.", "a photo of the U.S.."], pieces: true)
        ```

        Before it is cut into tokens a text is cleaned as in CLIP's training: HTML references (`&amp;`) are
        resolved, curly quotes, ligatures and full-width letters become plain ones, control characters go, white
        space is folded, letters become small. One repair of that program is not done: text that was decoded with
        the wrong alphabet ("cafÃ©" for "café", "â€™" for an apostrophe) stays as it is. `moco data check` names
        classes that look so.

        `<|startoftext|>` and `<|endoftext|>` in a text are the special tokens. CLIP takes the feature at the
        first [end], so that what follows it in a text does not count.
        """
    ) { value, arguments in
      let truncates = try arguments.bool("truncate")
      let asPieces = try arguments.bool("pieces")
      let context = value.model.config.text.context
      let tokenizer = try value.model.tokenizer
      func answer(_ text: String) throws -> AnyValue {
        let ids = try tokenizer.prompt(text, context: context, truncates: truncates)
        return asPieces ? .list(try tokenizer.pieces(ids)) : .list(ids)
      }
      if let text = arguments["text"]?.asString { return try answer(text) }
      return .list(try arguments.strings("text").map(answer))
    }
    table.add(
      "detokenize(ids)",
      doc: """
        The text of token ids; [start] and [end] show as <|startoftext|> and <|endoftext|>.

        ```
        clip.detokenize(clip.tokenize("a cat"))
        ```
        """
    ) { value, arguments in
      .string(try value.model.tokenizer.decode(tokenIds(arguments.value("ids"), arguments)))
    }
    table.add(
      "encode_text(text, normalize = false, truncate = false)",
      doc: """
        Features of a text [dim], or of a list of texts [texts, dim]; equal texts are encoded once. Token ids
        work too: a list of them, a list of such lists, or an int tensor [texts, length]; what follows [end]
        is not read.
        `normalize: true` makes every row one unit long.

        ```
        let texts = clip.encode_text(["a photo of a bag", "a photo of a coat"], normalize: true)
        ```
        """
    ) { value, arguments in
      let (features, isSingle) = try value.textFeatures(arguments)
      return try value.features(features, isSingle: isSingle, arguments)
    }
  }

  private static func addImages(_ table: MethodTable<ClipValue>) {
    table.add(
      "encode_image(image, normalize = false)",
      doc: """
        Features of an image [dim], or of several [images, dim]: a loaded image, an item or batch of a data
        set, a list of those, or a tensor of pixels [images, channels, size, size] after the model's mean and
        std.
        `normalize: true` makes every row one unit long.

        ```
        let features = clip.encode_image(load_image("photo.jpg"), normalize: true)
        ```
        """
    ) { value, arguments in
      let (features, isSingle) = try value.imageFeatures(arguments, "image")
      return try value.features(features, isSingle: isSingle, arguments)
    }
    table.add(
      "classify(image, classes, template = \"a photo of a {}.\", top = nil)",
      doc: """
        How probable each name is for an image, from the most probable on, as a record; a list of records for
        several images. `{}` in the template stands for the name, which may also be a whole sentence with
        `template: "{}"`.

        ```
        clip.classify(load_image("photo.jpg"), ["bag", "coat", "sandal"])
        ```
        """
    ) { value, arguments in try value.classify(arguments) }
  }

  private static func addTraining(_ table: MethodTable<ClipValue>) {
    table.add(
      "contrastive_loss(images, captions)",
      doc: """
        CLIP's own loss for pairs of images and captions: every image against all captions of the batch, and
        every caption against all images. Equal captions are encoded once.

        ```
        let loss = clip.contrastive_loss(batch.images, ["a photo of a bag", "a dark photo of a coat"])
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
        Lets every weight train. `clip.parameters` are then what an optimizer takes.

        ```
        clip.train_all()
        let opt = adamw(clip.parameters, lr: 1e-3)
        ```
        """
    ) { value, _ in .int(value.model.setTrainable(prefix: "")) }
    table.add(
      "unfreeze(prefix = \"\")",
      doc: """
        Lets the weights train whose name begins with `prefix`; gives how many tensors that were.

        ```
        clip.unfreeze("visual.ln_post.")
        ```
        """
    ) { value, arguments in try value.setTrainable(true, arguments) }
    table.add(
      "freeze(prefix = \"\")",
      doc: """
        Freezes the weights whose name begins with `prefix`: they cost no gradient any more.

        ```
        clip.freeze()
        ```
        """
    ) { value, arguments in try value.setTrainable(false, arguments) }
    table.add(
      "save(path: String, type = \"f16\")",
      doc: """
        Saves the model as one safetensors file that `load_clip` reads, with its configuration. `type` is
        `"f16"`, `"bf16"` or `"f32"`. The file appears whole or not at all; equal models give equal files.

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
      let stems = ["visual.", "transformer.", "token_embedding.", "ln_final.", "logit_scale"]
      throw arguments.failure(
        "E0602", "no weight of \(model.config.name) has a name that begins with \"\(prefix)\"", at: "prefix",
        help: "names begin with \(stems.joined(separator: ", ")); clip.parameters.names lists them")
    }
    return .int(count)
  }

  // MARK: Features

  private func features(_ features: Variable, isSingle: Bool, _ arguments: Arguments) throws -> AnyValue {
    let rows = try arguments.bool("normalize") ? F.normalize(features) : features
    return .host(TensorValue(isSingle ? try F.reshape(rows, [model.config.embedDim]) : rows))
  }

  private func textFeatures(_ arguments: Arguments) throws -> (Variable, isSingle: Bool) {
    let value = try arguments.value("text")
    let truncates = try arguments.bool("truncate")
    if let text = value.asString { return (try model.encodeTexts([text], truncates: truncates), true) }
    if let tensor: TensorValue = value.asHost() {
      let rows = tensor.tensor
      guard rows.rank == 2 || rows.rank == 1 else {
        throw arguments.wrongType(
          "text", expected: "texts or token ids", help: "ids form a tensor [texts, length]")
      }
      let ids = try rows.toInts()
      let length = rows.shape[rows.rank - 1]
      let count = length == 0 ? 0 : ids.count / length
      let prompts = (0..<count).map { Array(ids[$0 * length..<($0 + 1) * length]) }
      return (try encode(prompts), rows.rank == 1)
    }
    guard let list = value.asList else {
      throw arguments.wrongType("text", expected: "a String, a List of Strings, or token ids")
    }
    if let first = list.first, first.asInt != nil { return (try encode([tokenIds(value, arguments)]), true) }
    if let first = list.first, first.asList != nil {
      return (try encode(list.map { try tokenIds($0, arguments) }), false)
    }
    return (try model.encodeTexts(arguments.strings("text"), truncates: truncates), false)
  }

  /// Rows of ids, each read up to its first [end].
  private func encode(_ rows: [[Int]]) throws -> Variable {
    let end = model.config.endToken
    if model.config.text.needsPadding {
      for row in rows {
        let rest = row.drop { $0 != end }.dropFirst()
        guard rest.allSatisfy({ $0 == 0 }) else {
          throw Failure(
            "E0305",
            "the id \(rest.first { $0 != 0 } ?? 0) stands behind [end], where \(model.config.name) reads padding",
            help: "fill rows up with 0 behind [end]: this model's text tower sees all positions",
            argument: "text")
        }
      }
    }
    let prompts = rows.map { row in
      row.prefix((row.firstIndex(of: end) ?? row.count - 1) + 1).map { PromptKey.token($0) }
    }
    return try model.encodeText(prompts, soft: nil)
  }

  private func imageFeatures(_ arguments: Arguments, _ name: String) throws -> (Variable, isSingle: Bool) {
    let images = try ImageReader(tower: model).read(arguments, name)
    return (images.areFeatures ? images.values : try model.encodeImage(images.values), images.isSingle)
  }

  private func classify(_ arguments: Arguments) throws -> AnyValue {
    let names = try readClasses(arguments, "classes")
    guard !names.isEmpty else {
      throw arguments.failure("E0305", "classify needs at least one class", at: "classes")
    }
    let template = try arguments.string("template")
    let parts = template.split(separator: "{}", omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw arguments.failure(
        "E0701", "the template \"\(template)\" has \(parts.count - 1) places for the name", at: "template",
        help: "write exactly one {}, as in \"a photo of a {}.\"")
    }
    let top = arguments["top"]?.isNil == false ? try arguments.int("top", in: 1...) : names.count
    return try Autograd.noGrad {
      let (images, isSingle) = try imageFeatures(arguments, "image")
      let sentences = names.map { "\(parts[0])\($0)\(parts[1])" }
      let texts: Variable
      do {
        texts = try F.normalize(model.encodeTexts(sentences))
      } catch let error as Failure where error.code == "E0603" {
        throw arguments.failure(
          error.code, error.message, at: "classes", help: "shorten the name or the template")
      }
      let cosines = try F.matmul(F.normalize(images), F.transpose(texts))
      let rows = try F.softmax(F.mul(cosines, model.scale())).value
      let values = try rows.toFloats()
      let answers = (0..<rows.shape[0]).map { row -> AnyValue in
        let part = values[row * names.count..<(row + 1) * names.count]
        let order = part.indices.sorted { (-part[$0], $0) < (-part[$1], $1) }.prefix(top)
        return .record(order.map { (names[$0 - part.startIndex], .float(part[$0])) })
      }
      return isSingle ? answers.first ?? .nil : .list(answers)
    }
  }
}

/// Ids in a list or an int tensor.
private func tokenIds(_ value: AnyValue, _ arguments: Arguments) throws -> [Int] {
  if let tensor: TensorValue = value.asHost() { return try tensor.tensor.toInts() }
  guard let list = value.asList else {
    throw Failure(
      "E0303", "\(arguments.functionName) expects token ids, not \(Arguments.describe(value))")
  }
  return try list.map { element in
    guard let id = element.asInt else {
      throw Failure(
        "E0303", "\(arguments.functionName) expects token ids, but found \(Arguments.describe(element))")
    }
    return id
  }
}
