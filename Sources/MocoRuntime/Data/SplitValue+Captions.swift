import MocoData
import MocoLang
import MocoTensor

extension SplitValue {
  static func addCaptions(_ table: MethodTable<SplitValue>) {
    table.add(
      "caption_batch(size: Int, step = 0, names = nil, sentences = nil, neutral = nil, names_style = 0.6, "
        + "styles = nil, severity = 0.6, withheld = nil, flip = 0.5, shift = 2, seed = nil, clip = nil, "
        + "image_size = nil, mean = nil, std = nil)",
      doc: """
        One batch for contrastive pretraining, `{images, captions, labels, styles}`: random images, flipped and
        shifted, each in a random style, each with a caption. It depends on seed and step only.

        `names` gives the words for each class, `{coat: {coat: 4, jacket: 3}, …}` with weights; `sentences` the
        sentences for a style, `{dark: ["a dark photo of a {}."], …}`; `neutral` lists sentences without a style. A share of
        `names_style` of the captions names the style. `withheld` lists pairs [class, style] that stay clean.

        Pixels are made for `clip`, or for `image_size`, `mean` and `std`.

        ```
        let batch = data.train.caption_batch(128, step: 7, clip: clip)
        let loss = clip.contrastive_loss(batch.images, batch.captions)
        ```
        """
    ) { value, arguments in
      var draw = CaptionDraw()
      draw.styles = try StyleOptions.styles(arguments, "styles")
      draw.severity = try StyleOptions.severity(arguments)
      draw.withheld = try StyleOptions.withheld(arguments, split: value.split)
      draw.flip = try arguments.float("flip")
      draw.shift = try arguments.int("shift", in: 0...64)
      draw.seed = try arguments.seed(value.context)
      let batch = try value.split.captionBatch(
        arguments.int("size", in: 1...100_000), step: arguments.int("step"),
        preprocess: try value.captionPreprocess(arguments), book: try value.captionBook(arguments), draw: draw
      )
      return .record([
        ("images", .host(TensorValue(batch.images))), ("captions", .list(batch.captions)),
        ("labels", .list(batch.labels)), ("styles", .list(batch.styles.map(\.name))),
      ])
    }
  }

  private func captionPreprocess(_ arguments: Arguments) throws -> Preprocess {
    if let clip = try arguments.optionalHost(ClipValue.self, "clip", expected: "Clip") {
      return Preprocess(clip.model.config)
    }
    func numbers(_ name: String) throws -> [Float]? {
      arguments[name]?.isNil == false ? try arguments.floats(name).map { Float($0) } : nil
    }
    let mean = try numbers("mean") ?? [0]
    let std = try numbers("std") ?? [Float](repeating: 1, count: mean.count)
    guard std.count == mean.count, std.allSatisfy({ $0 > 0 }) else {
      throw arguments.failure("E0305", "mean and std need one number per channel, std above 0", at: "std")
    }
    var size = try arguments.optionalInt("image_size")
    if size == nil, split.count > 0 {
      let image = try split.plainImage(0)
      size = min(image.width, image.height)
    }
    return Preprocess(size: size ?? 32, channels: mean.count, mean: mean, std: std)
  }

  private func captionBook(_ arguments: Arguments) throws -> CaptionBook {
    var names = split.classes.map { [CaptionBook.Word($0)] }
    if let given = try arguments.optionalRecord("names") {
      for (name, value) in given {
        let label = try arguments.placed("names") { try split.label(named: name) }
        names[label] = try words(value, arguments)
      }
    }
    var styled: [Style: [String]] = [:]
    for (name, value) in try arguments.optionalRecord("sentences") ?? Fields() {
      styled[try Style.parse(name)] = try texts(value, "sentences", arguments)
    }
    var neutral = ["a photo of a {}."]
    if let value = arguments["neutral"], !value.isNil { neutral = try texts(value, "neutral", arguments) }
    return try CaptionBook(
      names: names, styled: styled, neutral: neutral, namesStyle: arguments.float("names_style"))
  }

  /// A word, a list of words, or a record of words and weights.
  private func words(_ value: AnyValue, _ arguments: Arguments) throws -> [CaptionBook.Word] {
    if let word = value.asString { return [CaptionBook.Word(word)] }
    if let record = value.asRecord {
      return try record.map { name, weight in
        guard let number = weight.asFloat else {
          throw arguments.failure(
            "E0303", "the weight of \"\(name)\" is a \(weight.typeName), not a number", at: "names")
        }
        return CaptionBook.Word(name, weight: number)
      }
    }
    return try texts(value, "names", arguments).map { CaptionBook.Word($0) }
  }

  private func texts(_ value: AnyValue, _ name: String, _ arguments: Arguments) throws -> [String] {
    if let one = value.asString { return [one] }
    guard let list = value.asList else {
      throw arguments.failure("E0303", "'\(name)' contains a \(value.typeName); expected sentences", at: name)
    }
    return try list.map { element in
      guard let text = element.asString else {
        throw arguments.failure(
          "E0303", "'\(name)' contains a \(element.typeName); expected sentences", at: name)
      }
      return text
    }
  }
}
