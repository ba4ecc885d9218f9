import MocoBase

extension CLIPConfig {
  /// Learns a model's sizes from its tensors' shapes and the configuration next to them.
  ///
  /// - Throws: E0601 if tensors are missing that determine the sizes; E0605 for sizes that no model
  ///   has, or an unknown number of heads.
  init(table: WeightTable, declared: DeclaredSizes, options: CLIPModel.LoadOptions) throws {
    let path = table.path
    let conv = table.shape("visual.conv1.weight")
    let stages = table.stages ?? declared.stages
    let positionsName = stages == nil ? "visual.positional_embedding" : "visual.attnpool.positional_embedding"
    let visionPositions = table.shape(positionsName)
    let positions = table.shape("positional_embedding")
    let tokens = table.shape("token_embedding.weight")
    func side(_ shape: [Int]?, _ rank: Int, _ index: Int) -> Int? {
      guard let shape, shape.count == rank else { return nil }
      return shape[index]
    }
    func fault(_ text: String, _ help: String) -> Failure {
      Failure("E0605", "\(path): \(text)", help: help)
    }

    // The first convolution of a ModifiedResNet has half the width of its stem.
    let stemWidth = side(conv, 4, 0).map { 2 * min($0, 1 << 20) }
    func size(_ name: DeclaredSizes.Size, _ shape: Int?, _ told: Int?) throws -> Int? {
      try declared.size(name, shape: shape, declared: told)
    }
    let projection =
      stages == nil
      ? ("visual.proj", side(table.shape("visual.proj"), 2, 1))
      : ("visual.attnpool.c_proj.weight", side(table.shape("visual.attnpool.c_proj.weight"), 2, 0))
    // If only the configuration has stages, the missing tensors are more informative than a width.
    let toldWidth = table.stages == nil && declared.stages != nil ? nil : declared.vision.width
    if let stages = table.stages, !declared.source.isEmpty, declared.stages != stages {
      let told = declared.stages.map { "\($0)" } ?? declared.vision.layers.map { "\($0)" } ?? "missing"
      throw fault(
        "the weights are a ModifiedResNet of \(stages) blocks, but \(declared.place(.visionLayers)) says \(told)",
        "set layers to \(stages) if the configuration belongs to these weights")
    }
    let stageLayers = stages.map { $0.reduce(0) { $0 &+ $1 } }
    var known: [(String, Int?)] = [
      (
        "visual.conv1.weight",
        try size(.visionWidth, stages == nil ? side(conv, 4, 0) : stemWidth, toldWidth)
      ),
      (
        "visual.conv1.weight",
        stages == nil ? try size(.patchSize, side(conv, 4, 2), declared.patchSize) : 32
      ),
      ("visual.conv1.weight", try size(.channels, side(conv, 4, 1), declared.channels)),
      (projection.0, try size(.embedding, projection.1, declared.embedDim)),
      ("visual.transformer.resblocks.0.…", stageLayers ?? declared.vision.layers ?? table.layers("visual.")),
    ]
    if declared.withoutText == nil {
      known += [
        (
          "token_embedding.weight",
          try size(.vocabulary, side(tokens, 2, 0), declared.vocabulary)
        ),
        (
          "token_embedding.weight",
          try size(.textWidth, side(tokens, 2, 1), declared.text.width)
        ),
        (
          "positional_embedding",
          try size(.context, side(positions, 2, 0), declared.context)
        ),
        ("transformer.resblocks.0.…", declared.text.layers ?? table.layers("")),
      ]
    }
    var unknown: [String] = []
    for (name, value) in known where value == nil && !unknown.contains(name) { unknown.append(name) }
    guard unknown.isEmpty else {
      throw table.missingAll(unknown, stages: stages, declared: declared)
    }
    // Without a text tower its sizes are not meaningful.
    let sizes = known.map { $0.1 ?? 0 } + (declared.withoutText == nil ? [] : [3, 1, 3, 1])
    let (visionWidth, patch, channels, embed, visionLayers) = (
      sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]
    )
    let (vocabulary, textWidth, context, textLayers) = (sizes[5], sizes[6], sizes[7], sizes[8])
    // Before listing anything per layer: an absurd number of layers must not fill the memory.
    guard visionLayers <= 1024, textLayers <= 1024 else {
      let size = visionLayers > 1024 ? DeclaredSizes.Size.visionLayers : .textLayers
      throw Failure(
        "E0605",
        "\(declared.source.isEmpty ? path : declared.place(size)): it would have \(max(visionLayers, textLayers)) layers",
        help: "use the number of layers of this model: a CLIP tower has 12 to 48")
    }

    // Neither must an absurd number of channels in an empty tensor.
    guard channels <= 1 << 12 else {
      throw fault(
        "its images would have \(channels) channels", "download the file again: images have 3 channels")
    }

    let imageSize: Int
    if let rows = side(visionPositions, 2, 0) {
      let grid = Int(Double(max(rows - 1, 0)).squareRoot().rounded())
      let (area, overflow) = grid.multipliedReportingOverflow(by: grid)
      guard !overflow, rows >= 2, area == rows - 1 else {
        throw fault(
          "\(positionsName) has \(rows) rows, which is not a square number of patches plus 1",
          "use a model for square images")
      }
      let (side, tooLarge) = grid.multipliedReportingOverflow(by: patch)
      guard !tooLarge else { throw fault("its image size is out of range", "download the file again") }
      imageSize = side
      if let told = declared.imageSize, told != side {
        throw Failure(
          "E0605",
          "\(declared.place(.imageSize)): image_size is \(told), but the weights have positions for images of \(side) pixels",
          help: "set image_size to \(side), or use weights for images of \(told) pixels")
      }
    } else if let size = declared.imageSize {
      imageSize = size
    } else {
      throw table.missingAll([positionsName], stages: stages, declared: declared)
    }

    func mlpWidth(_ tower: String, _ width: Int, _ declaredTower: DeclaredSizes.Tower) throws -> Int {
      let shape = table.shape(tower + "transformer.resblocks.0.mlp.c_fc.weight")
      let told = declaredTower.mlpWidth
      if let (ratio, option) = declaredTower.mlpRatio, let rows = side(shape, 2, 0), width > 0,
        (Double(width) * ratio).rounded(.down) != Double(rows)
      {
        throw Failure(
          "E0605",
          "\(declared.source): \(option) is \(ratio), but the MLPs of the weights have width \(rows) in a tower of width \(width)",
          help: "set it to \(Double(rows) / Double(width)) if the configuration belongs to these weights")
      }
      return try size(tower.isEmpty ? .textMLP : .visionMLP, side(shape, 2, 0), told) ?? 4
        * max(0, min(width, 1 << 21))
    }
    func heads(_ width: Int, _ tower: DeclaredSizes.Tower, _ override: Int?, _ name: String) throws -> Int {
      if let heads = override ?? tower.heads { return heads }
      let headWidth = tower.headWidth ?? 64
      guard headWidth > 0, width >= headWidth, width % headWidth == 0 else {
        if name == "image", declared.options[.visionHeadWidth] != nil {
          throw Failure(
            "E0605",
            "\(declared.place(.visionHeadWidth)) is \(headWidth): the width \(width) of the image tower is not a multiple of \(headWidth)",
            help:
              "set head_width in \(FileSystem.name(of: declared.source)) to \(width) / the number of heads, or pass"
              + " vision_heads: to load_clip")
        }
        throw fault(
          "the number of heads of its \(name) tower is unknown: "
            + "the width \(width) is not a multiple of \(headWidth)",
          "put the model's configuration in the same folder, or pass \(name == "image" ? "vision" : "text")_heads: to load_clip"
        )
      }
      return width / headWidth
    }
    var vision: VisionConfig
    if let stages {
      let pooled = 32 * max(0, min(visionWidth, 1 << 21))
      vision = VisionConfig(
        imageSize: imageSize, stages: stages, width: visionWidth,
        heads: try heads(pooled, declared.vision, options.visionHeads, "image"), channels: channels)
    } else {
      vision = VisionConfig(
        imageSize: imageSize, patchSize: patch, width: visionWidth, layers: visionLayers,
        heads: try heads(visionWidth, declared.vision, options.visionHeads, "image"), channels: channels,
        mlpWidth: try mlpWidth("visual.", visionWidth, declared.vision))
      vision.pool = declared.visionPool
      vision.normsAfterPool = declared.normsAfterPool
      vision.hasPreNorm = declared.hasPreNorm
    }
    let activation = options.activation ?? declared.vision.activation ?? .quickGelu
    let eps = declared.vision.layerNormEps ?? 1e-5
    var text = TextConfig(
      context: context, vocabulary: vocabulary, width: textWidth, layers: textLayers, heads: 1, mlpWidth: 1)
    if declared.withoutText == nil {
      text.heads = try heads(textWidth, declared.text, options.textHeads, "text")
      text.mlpWidth = try mlpWidth("", textWidth, declared.text)
      text.isCausal = declared.isCausal
      text.pool = declared.textPool
      let textActivation = options.activation ?? declared.text.activation ?? .quickGelu
      if textActivation != activation { text.activation = textActivation }
      let textEps = declared.text.layerNormEps ?? 1e-5
      if textEps != eps { text.layerNormEps = textEps }
    }
    self.init(embedDim: embed, vision: vision, text: text, activation: activation, layerNormEps: eps)
    withoutText = declared.withoutText
  }
}
