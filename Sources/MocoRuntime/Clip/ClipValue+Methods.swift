import MocoAutograd
import MocoBase
import MocoCLIP
import MocoFormats
import MocoLang
import MocoTensor

extension ClipValue {
  static let methods = MethodTable<ClipValue> { table in
    table.onlyGiving("tokenize", "detokenize", "embed", "encode_text", "encode_image", "classify")
    addText(table)
    addImages(table)
    addTraining(table)
  }

  private static func addText(_ table: MethodTable<ClipValue>) {
    table.add(
      "tokenize(text, truncate = false, pieces = false)",
      doc: """
        The token ids of a text, as the text tower reads them, with [start] and [end]; a list of lists for a
        list of texts. A text longer than the context is an error; `truncate: true` cuts it.
        `pieces: true` gives the text of each token instead; a space ends a word.

        Adjacent punctuation is joined: the name "U.S." at the end of a sentence and the full stop are one token "..", which
        neither has alone. Prompts are tokenized as complete sentences, as the published programs do; their soft
        tokens replace the template's words.

        ```
        clip.tokenize("a photo of a cat.")
        clip.tokenize(["a photo of the U.S.", "a photo of the U.S.."], pieces: true)
        ```

        Before tokenization a text is cleaned as in CLIP's training: HTML references (`&amp;`) are
        resolved, curly quotes, ligatures and full-width letters become plain ones, control characters are removed, white
        space is collapsed, letters become lower case. One repair of that program is not done: text that was decoded with
        the wrong encoding ("cafÃ©" for "café", "â€™" for an apostrophe) is not changed. `moco data check` lists
        class names that look like this.

        `<|startoftext|>` and `<|endoftext|>` in a text are the special tokens. CLIP reads the feature at the
        first [end], so text after it has no effect.
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
        The text of token ids; [start] and [end] appear as <|startoftext|> and <|endoftext|>.

        ```
        clip.detokenize(clip.tokenize("a cat"))
        ```
        """
    ) { value, arguments in
      .string(try value.model.tokenizer.decode(tokenIds(arguments.value("ids"), arguments)))
    }
    table.add(
      "encode_text(text, normalize = false, truncate = false, deep = nil, memory = nil)",
      doc: """
        Features of a text [dim], or of a list of texts [texts, dim]; equal texts are encoded once. Token ids
        are accepted too: a list of them, a list of such lists, or an int tensor [texts, length]. Ids after [end]
        are not read.
        `normalize: true` scales every row to unit length.

        ```
        let texts = clip.encode_text(["a photo of a bag", "a photo of a coat"], normalize: true)
        ```

        In a list, a prompt may also be a list of pieces: texts, and tensors [rows, clip.width] of soft tokens, which
        are used in place of tokens. Gradients flow to every tensor, and through it to the values it was computed
        from.

        ```
        let ctx = parameter(clip.embed("a photo of a"))
        let texts = clip.encode_text([[ctx, name, "."] for name in ["bag", "coat"]])
        ```

        - [start] and [end] are added. Adjacent texts are joined and tokenized as one text: `"U.S."` and `"."` end in
          one token `..`. Put a space where a word ends: `["a photo of a ", name]`. Names are not changed;
          `name.replace("_", " ")` reads an underscore as a space, as the built-in models do.
        - Prompts that begin with the same tensors and texts share that part of the work. The same tensor is the same
          object: `let shifted = ctx + shift` before the loop, not in it.
        - Deep prompts: a piece `[p0, p1, nil, p3]` is p0 at the input. p1 replaces it before block 1, nil
          changes nothing before block 2, and so on. `deep: [t1, t2]` does the same for all soft tokens of each prompt.
        - `memory: "2 GB"` limits the memory of the activations of a step; more prompts are encoded in chunks.
        """
    ) { value, arguments in
      let (features, isSingle) = try value.textFeatures(arguments)
      return try value.features(features, isSingle: isSingle, arguments)
    }
    table.add(
      "embed(text: String)",
      doc: """
        The rows of the token table for a text [tokens, clip.width], without [start] and [end]: initial values for
        soft tokens. They are a copy, without a gradient; `parameter(…)` makes them trainable.

        ```
        let ctx = parameter(clip.embed("a photo of a"))
        ```
        """
    ) { value, arguments in
      .host(TensorValue(try value.model.embedding(of: arguments.string("text"))))
    }
  }

  private static func addImages(_ table: MethodTable<ClipValue>) {
    table.add(
      "encode_image(image, normalize = false, prompts = nil, deep = nil, layers = nil, output = \"feature\", memory = nil, cache = nil)",
      doc: """
        Features of an image [dim], or of several [images, dim]: a loaded image, an item or batch of a data
        set, a list of those, or a tensor of pixels [images, channels, size, size] after the model's mean and
        std.
        `normalize: true` scales every row to unit length.

        ```
        let features = clip.encode_image(load_image("photo.jpg"), normalize: true)
        ```

        `prompts:` is a tensor [rows, clip.vision_width] of learned rows that are appended to the patches of every image of
        a vision transformer. Gradients reach them, and weights that are unfrozen.

        ```
        let u = [parameter(0.02 * randn([4, clip.vision_width])) for i in 0..<2]
        let features = clip.encode_image(batch, prompts: u[0], deep: [u[1]], normalize: true)
        ```

        - They are appended after the patches before block 0, without positions. `deep: [u1, nil, u3]` replaces them with u1
          before block 1, changes nothing before block 2, and so on. After the last entry they are not replaced again.
        - Each of these tensors may also be [images, rows, clip.vision_width]: separate rows for each image, such as those
          that are computed from it.
        - `layers: 9...11` inserts the prompts before block 9; deep[0] is then for block 10. The input of block 9 is
          computed once for each image and cached, up to `cache:` bytes (default "1 GB", 0 for no cache), unless
          a block below is trained. A step then costs only the last three blocks.
        - `output: "pooled"` is the input of the projection [images, vision_width], `"patches"` the rows of the patches
          after the last LayerNorm [images, patches, vision_width], `"tokens"` all rows, with the prompts last.
        - `memory: "2 GB"` limits the memory of the activations of a step; more images are encoded in chunks.
        """
    ) { value, arguments in
      let (features, isSingle) = try value.promptedFeatures(arguments)
      return try value.features(features, isSingle: isSingle, arguments)
    }
    table.add(
      "classify(image, classes, template = \"a photo of a {}.\", top = nil)",
      doc: """
        The probability of each name for an image, in descending order, as a record; a list of records for
        several images. `{}` in the template stands for the name, which may also be a whole sentence with
        `template: "{}"`.

        ```
        clip.classify(load_image("photo.jpg"), ["bag", "coat", "sandal"])
        ```
        """
    ) { value, arguments in try value.classify(arguments) }
  }

  // MARK: Features

  func features(_ features: Variable, isSingle: Bool, _ arguments: Arguments) throws -> AnyValue {
    let rows = try arguments.bool("normalize") ? F.normalize(features) : features
    return .host(TensorValue(isSingle ? try F.reshape(rows, Array(rows.shape.dropFirst())) : rows))
  }

  private func textFeatures(_ arguments: Arguments) throws -> (Variable, isSingle: Bool) {
    let value = try arguments.value("text")
    let truncates = try arguments.bool("truncate")
    let reader = PromptReader(model: model, arguments: arguments)
    let memory = try readMemory(arguments) ?? TextPlan.defaultMemory
    let deep = try arguments.isAbsent("deep") ? nil : reader.rows(arguments.list("deep"), "deep", "deep")
    if let list = value.asList, PromptReader.holdsPieces(list) || deep != nil {
      let prompts = try reader.prompts(list, truncates: truncates)
      if deep != nil, !prompts.contains(where: \.isOfPieces) { throw noSoftRows(arguments) }
      return (try model.encodePrompts(prompts, deep: deep, memory: memory), false)
    }
    if deep != nil { throw noSoftRows(arguments) }
    if let text = value.asString {
      return (try model.encodeTexts([text], truncates: truncates, memory: memory), true)
    }
    if let tensor: TensorValue = value.asHost() {
      let rows = tensor.tensor
      guard rows.dtype != .float32 else {
        throw arguments.failure(
          "E0303",
          "encode_text expects a tensor of token ids, not of dtype \(rows.dtype.rawValue)",
          at: "text",
          help: "pass soft tokens as a piece of a prompt, [[ctx, name, \".\"]], and ids as an int tensor")
      }
      guard rows.rank == 2 || rows.rank == 1 else {
        throw arguments.wrongType(
          "text", expected: "texts or token ids", help: "pass ids as a tensor [texts, length]")
      }
      let ids = try rows.toInts()
      let length = rows.shape[rows.rank - 1]
      let count = length == 0 ? 0 : ids.count / length
      let prompts = (0..<count).map { Array(ids[$0 * length..<($0 + 1) * length]) }
      return (try encode(prompts, reader, memory), rows.rank == 1)
    }
    guard let list = value.asList else {
      throw arguments.wrongType(
        "text", expected: "a String, a List of Strings or of prompts in pieces, or token ids")
    }
    if let first = list.first, first.asInt != nil {
      return (try encode([tokenIds(value, arguments)], reader, memory), true)
    }
    if let first = list.first, first.asList != nil {
      return (try encode(list.map { try tokenIds($0, arguments) }, reader, memory), false)
    }
    return (try model.encodeTexts(arguments.strings("text"), truncates: truncates, memory: memory), false)
  }

  private func noSoftRows(_ arguments: Arguments) -> Failure {
    arguments.failure(
      "E0305", "'deep' replaces soft tokens, but no prompt has any", at: "deep",
      help: "pass prompts as lists of pieces, such as [[ctx, name, \".\"]]")
  }

  /// Rows of ids, each read up to its first [end].
  private func encode(_ rows: [[Int]], _ reader: PromptReader, _ memory: Int) throws -> Variable {
    try model.encodeText(model.planText(rows.map { try reader.keys($0) }, memory: memory))
  }

  func imageFeatures(_ arguments: Arguments, _ name: String) throws -> (Variable, isSingle: Bool) {
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
        "E0701", "the template \"\(template)\" has \(parts.count - 1) placeholders for the name",
        at: "template",
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
