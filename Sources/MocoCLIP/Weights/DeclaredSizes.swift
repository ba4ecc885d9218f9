import MocoBase

/// The contents of a configuration next to the weights; nil for missing values.
struct DeclaredSizes {
  /// The sizes of a configuration, as named in messages.
  enum Size: String {
    case embedding = "the size of the embedding"
    case imageSize = "image_size"
    case patchSize = "patch_size"
    case channels = "the number of channels"
    case visionWidth = "the width of vision"
    case visionLayers = "the number of layers of vision"
    case visionHeads = "the number of heads of vision"
    case visionMLP = "the width of the MLPs of vision"
    case textMLP = "the width of the MLPs of text"
    case visionHeadWidth = "the width of a head of vision"
    case vocabulary = "the size of the vocabulary"
    case context = "the context length"
    case textWidth = "the width of text"
    case textLayers = "the number of layers of text"
    case textHeads = "the number of heads of text"
    case causal = "the mask of text"
  }

  struct Tower {
    var width: Int?
    var layers: Int?
    var heads: Int?
    var headWidth: Int?
    var mlpWidth: Int?
    /// The ratio of the MLP width to the tower's width, and the option's name.
    var mlpRatio: (value: Double, option: String)?
    var activation: Activation?
    var layerNormEps: Float?
  }

  var vision = Tower()
  var text = Tower()
  /// Blocks of the stages of a ModifiedResNet.
  var stages: [Int]?
  var imageSize: Int?
  var patchSize: Int?
  var channels: Int?
  var context: Int?
  var vocabulary: Int?
  var embedDim: Int?
  var visionPool = VisionPool.classRow
  var normsAfterPool = false
  var hasPreNorm = true
  var isCausal = true
  var textPool = TextPool.end
  /// Why the text tower is not used; nil if it is.
  var withoutText: String?
  /// How images are prepared, read once the tower's size is known.
  var images: DeclaredImages.Source?
  /// The name of the configuration in messages.
  var source = ""
  /// The options of the configuration with sizes, such as `model_cfg.vision_cfg.width`.
  var options: [Size: String] = [:]
  var notes: [String] = []
  /// Options that are unknown, with their file.
  var unknown: [String] = []

  /// Nothing declared: OpenAI's rules apply.
  init() {
    vision.headWidth = 64
    text.headWidth = 64
  }

  /// Puts the line about activations before the other notes.
  mutating func noteActivation(from file: String) {
    let own = vision.activation?.displayName ?? ""
    let texts = withoutText == nil && text.activation != vision.activation ? text.activation : nil
    let more = texts.map { " for images, \($0.displayName) for texts," } ?? ""
    notes.insert("activation \(own)\(more) and heads from \(file)", at: 0)
  }

  /// The size from the shapes of the weights, or the declared one if they do not determine it.
  ///
  /// - Throws: E0605 if both exist and differ: programs that interpolate give other results.
  func size(_ name: Size, shape: Int?, declared: Int?) throws -> Int? {
    guard let shape, let declared, shape != declared else { return shape ?? declared }
    throw Failure(
      "E0605", "\(place(name)): \(name.rawValue) is \(declared), but the weights have \(shape)",
      help: "set it to \(shape) if the configuration belongs to these weights")
  }

  /// The option for the size `name` of `CLIPConfig`, for messages; `name` itself if there is none.
  func option(_ name: String) -> String {
    let sizes: [String: Size] = [
      "embed_dim": .embedding, "image_size": .imageSize, "patch_size": .patchSize, "channels": .channels,
      "vision width": .visionWidth, "vision layers": .visionLayers, "vision heads": .visionHeads,
      "vision mlp_width": .visionMLP, "text width": .textWidth, "text layers": .textLayers,
      "text heads": .textHeads, "text mlp_width": .textMLP, "context": .context, "vocabulary": .vocabulary,
    ]
    return sizes[name].flatMap { options[$0] } ?? name
  }

  /// The location of a size in the configuration: the file and the option.
  func place(_ name: Size) -> String {
    ([source] + [options[name]].compactMap { $0 }).joined(separator: ": ")
  }
}
