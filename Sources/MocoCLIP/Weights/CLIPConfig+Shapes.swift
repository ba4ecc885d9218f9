extension CLIPConfig {
  /// Learns a model's sizes from its tensors' shapes and the configuration beside them.
  ///
  /// - Throws: E0601 if tensors are missing without which nothing can be known; E0605 for sizes that no model
  ///   has or heads that cannot be told.
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
    func fault(_ text: String, _ help: String) -> CLIPError {
      CLIPError(code: "E0605", "\(path): \(text)", help: help)
    }

    // The first convolution of a ModifiedResNet has half the width of its stem.
    let stemWidth = side(conv, 4, 0).map { 2 * min($0, 1 << 20) }
    let known: [(String, Int?)] = [
      ("visual.conv1.weight", (stages == nil ? side(conv, 4, 0) : stemWidth) ?? declared.vision.width),
      ("visual.conv1.weight", stages == nil ? side(conv, 4, 2) ?? declared.patchSize : 32),
      ("visual.conv1.weight", side(conv, 4, 1) ?? declared.channels),
      stages == nil
        ? ("visual.proj", side(table.shape("visual.proj"), 2, 1) ?? declared.embedDim)
        : (
          "visual.attnpool.c_proj.weight",
          side(table.shape("visual.attnpool.c_proj.weight"), 2, 0) ?? declared.embedDim
        ),
      (
        "visual.transformer.resblocks.0.…",
        stages.map { $0.reduce(0) { $0 &+ $1 } } ?? declared.vision.layers ?? table.layers("visual.")
      ),
      ("token_embedding.weight", side(tokens, 2, 0) ?? declared.vocabulary),
      ("token_embedding.weight", side(tokens, 2, 1) ?? declared.text.width),
      ("positional_embedding", side(positions, 2, 0) ?? declared.context),
      ("transformer.resblocks.0.…", declared.text.layers ?? table.layers("")),
    ]
    var unknown: [String] = []
    for (name, value) in known where value == nil && !unknown.contains(name) { unknown.append(name) }
    guard unknown.isEmpty else { throw CLIPError.missingTensors(unknown, path: path) }
    let sizes = known.map { $0.1 ?? 0 }
    let (visionWidth, patch, channels, embed, visionLayers) = (
      sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]
    )
    let (vocabulary, textWidth, context, textLayers) = (sizes[5], sizes[6], sizes[7], sizes[8])
    // Before anything is listed by layer: an absurd number of them must not fill the memory.
    guard visionLayers <= 1024, textLayers <= 1024 else {
      throw fault("it would have \(max(visionLayers, textLayers)) layers", "a CLIP tower has 12 to 48")
    }

    let imageSize: Int
    if let rows = side(visionPositions, 2, 0) {
      let grid = Int(Double(max(rows - 1, 0)).squareRoot().rounded())
      let (area, overflow) = grid.multipliedReportingOverflow(by: grid)
      guard !overflow, rows >= 2, area == rows - 1 else {
        throw fault(
          "\(positionsName) has \(rows) rows, which is no square of patches and one",
          "images must be square")
      }
      let (size, tooLarge) = grid.multipliedReportingOverflow(by: patch)
      guard !tooLarge else { throw fault("its images would be absurdly large", "check the file") }
      imageSize = size
    } else if let size = declared.imageSize {
      imageSize = size
    } else {
      throw CLIPError.missingTensors([positionsName], path: path)
    }

    func mlpWidth(_ tower: String, _ width: Int, _ declared: Int?) -> Int {
      side(table.shape(tower + "transformer.resblocks.0.mlp.c_fc.weight"), 2, 0)
        ?? declared ?? 4 * max(0, min(width, 1 << 21))
    }
    func heads(_ width: Int, _ tower: DeclaredSizes.Tower, _ override: Int?, _ name: String) throws -> Int {
      if let heads = override ?? tower.heads { return heads }
      let headWidth = tower.headWidth ?? 64
      guard headWidth > 0, width >= headWidth, width % headWidth == 0 else {
        throw fault(
          "the number of heads of its \(name) tower cannot be told: "
            + "the width \(width) is no multiple of \(headWidth)",
          "put the model's config.json beside it, or give heads when loading")
      }
      return width / headWidth
    }
    let vision: VisionConfig
    if let stages {
      let pooled = 32 * max(0, min(visionWidth, 1 << 21))
      vision = VisionConfig(
        imageSize: imageSize, stages: stages, width: visionWidth,
        heads: try heads(pooled, declared.vision, options.visionHeads, "image"), channels: channels)
    } else {
      vision = VisionConfig(
        imageSize: imageSize, patchSize: patch, width: visionWidth, layers: visionLayers,
        heads: try heads(visionWidth, declared.vision, options.visionHeads, "image"), channels: channels,
        mlpWidth: mlpWidth("visual.", visionWidth, declared.vision.mlpWidth))
    }
    self.init(
      embedDim: embed, vision: vision,
      text: TextConfig(
        context: context, vocabulary: vocabulary, width: textWidth, layers: textLayers,
        heads: try heads(textWidth, declared.text, options.textHeads, "text"),
        mlpWidth: mlpWidth("", textWidth, declared.text.mlpWidth)),
      activation: options.activation ?? declared.activation ?? .quickGelu,
      mean: declared.mean, std: declared.std, layerNormEps: declared.layerNormEps ?? 1e-5)
  }
}
