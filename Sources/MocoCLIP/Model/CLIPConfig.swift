import MocoBase

/// The non-linearity between the two layers of every MLP.
public enum Activation: String, Sendable, CaseIterable {
  /// x · Φ(x), with the error function.
  case gelu = "gelu"
  /// x · σ(1.702 x), of OpenAI's models.
  case quickGelu = "quick_gelu"
  /// GELU with a hyperbolic tangent in place of the error function.
  case geluTanh = "gelu_tanh"

  /// The display name, as the papers write it: `QuickGELU`.
  public var displayName: String {
    switch self {
    case .gelu: "GELU"
    case .quickGelu: "QuickGELU"
    case .geluTanh: "GELU (tanh)"
    }
  }
}

/// Which rows of an image tower become the feature.
public enum VisionPool: String, Sendable, CaseIterable {
  /// The class row.
  case classRow = "class"
  /// The mean of the patches' rows.
  case average
}

/// Which position of a text becomes the feature.
public enum TextPool: String, Sendable, CaseIterable {
  /// [end].
  case end
  /// The first position.
  case first
  /// The last position of the context, padded with the id 0.
  case last
}

/// Sizes of an image tower: a vision transformer, or with `stages` a ModifiedResNet.
public struct VisionConfig: Equatable, Sendable {
  /// Side length of an image in pixels; a multiple of the patch size.
  public var imageSize: Int
  /// Side length of a patch in pixels; 32 in a ModifiedResNet.
  public var patchSize: Int
  /// Width of the rows; in a ModifiedResNet the channels after its stem (pooled rows are 32 times as wide).
  public var width: Int
  /// Total number of blocks.
  public var layers: Int
  /// Attention heads of a block, each width / heads wide; in a ModifiedResNet those of its attention pooling.
  public var heads: Int
  /// Color channels of an image, 3 for RGB.
  public var channels: Int
  /// Width between the two layers of a block's MLP; 0 in a ModifiedResNet.
  public var mlpWidth: Int
  /// Blocks of each of the four stages of a ModifiedResNet; empty for a transformer.
  public var stages: [Int] = []
  /// Which rows become the feature; a ModifiedResNet pools by attention and does not use it.
  public var pool = VisionPool.classRow
  /// Whether the last LayerNorm is applied to the pooled row instead of all rows; no difference for the class row.
  public var normsAfterPool = false
  /// Whether there is a LayerNorm before the first block.
  public var hasPreNorm = true

  /// A vision transformer.
  ///
  /// - Parameter mlpWidth: nil for 4 · `width`.
  public init(
    imageSize: Int, patchSize: Int, width: Int, layers: Int, heads: Int, channels: Int = 3,
    mlpWidth: Int? = nil
  ) {
    self.imageSize = imageSize
    self.patchSize = patchSize
    self.width = width
    self.layers = layers
    self.heads = heads
    self.channels = channels
    self.mlpWidth = mlpWidth ?? 4 * width
  }

  /// A ModifiedResNet with `stages` blocks; the default for heads is the pooled width / 64.
  public init(imageSize: Int, stages: [Int], width: Int, heads: Int? = nil, channels: Int = 3) {
    self.init(
      imageSize: imageSize, patchSize: 32, width: width, layers: stages.reduce(0) { $0 &+ $1 },
      heads: heads ?? max(width / 2, 1), channels: channels, mlpWidth: 0)
    self.stages = stages
  }

  /// Whether this is a ModifiedResNet, not a transformer.
  public var isResNet: Bool { !stages.isEmpty }

  /// Patches along a side.
  public var grid: Int { patchSize > 0 ? imageSize / patchSize : 0 }
  /// Rows of the tower per image: the class row and the patches.
  public var tokens: Int { grid * grid + 1 }
}

/// Sizes of a text transformer.
public struct TextConfig: Equatable, Sendable {
  /// Maximum number of tokens of a prompt, including [start] and [end].
  public var context: Int
  /// Rows of the token table. The last two are [start] and [end].
  public var vocabulary: Int
  /// Width of a row between blocks.
  public var width: Int
  /// Number of blocks.
  public var layers: Int
  /// Attention heads of a block, each width / heads wide.
  public var heads: Int
  /// Width between the two layers of a block's MLP.
  public var mlpWidth: Int
  /// Whether a position attends only to earlier positions. Otherwise texts are padded to the context
  /// with the id 0, and every position attends to all.
  public var isCausal = true
  /// Which position becomes the feature.
  public var pool = TextPool.end
  /// nil: that of the image tower.
  public var layerNormEps: Float?
  /// nil: that of the image tower.
  public var activation: Activation?

  /// Whether texts must be padded to the context, because positions after [end] are used.
  public var needsPadding: Bool { !isCausal || pool == .last }

  /// The part of a prompt that is used: up to its first [end], where CLIP reads the feature, and the rest too
  /// if the tower attends to it.
  public func read(_ prompt: [PromptKey]) -> [PromptKey] {
    guard !needsPadding, let end = prompt.firstIndex(of: .token(vocabulary - 1)) else { return prompt }
    return Array(prompt.prefix(end + 1))
  }

  /// A causal transformer that reads the feature at [end].
  ///
  /// - Parameter mlpWidth: nil for 4 · `width`.
  public init(
    context: Int = 77, vocabulary: Int = 49408, width: Int, layers: Int, heads: Int, mlpWidth: Int? = nil
  ) {
    self.context = context
    self.vocabulary = vocabulary
    self.width = width
    self.layers = layers
    self.heads = heads
    self.mlpWidth = mlpWidth ?? 4 * width
  }
}

/// Everything about a CLIP model that is not in its weights.
public struct CLIPConfig: Equatable, Sendable {
  /// A display name, such as `ViT-B/16`.
  public var name: String
  /// D, the size of the shared embedding space of images and texts.
  public var embedDim: Int
  /// Sizes of the image tower.
  public var vision: VisionConfig
  /// Sizes of the text tower; not meaningful if `withoutText` is set.
  public var text: TextConfig
  /// The non-linearity of both towers, unless `text` has another one.
  public var activation: Activation
  /// Per channel: a pixel in [0, 1] enters the tower as (x − mean) / std.
  public var mean: [Float]
  /// Per channel: the standard deviation in the formula above, positive.
  public var std: [Float]
  /// ε of LayerNorm in both towers, unless `text` has another one.
  public var layerNormEps: Float
  /// The number of merges that the tokenizer uses; nil for all.
  public var tokenizerMerges: Int?
  /// How images are resized to the tower's size.
  public var images = ImageTransform()
  /// Why this is only an image tower, as a clause such as `its text tower is not CLIP's`; nil for a complete
  /// model. If set, the sizes of the text tower are not meaningful.
  public var withoutText: String?

  /// A configuration with OpenAI's values as defaults; `validate` checks whether it can be
  /// run.
  ///
  /// - Parameters:
  ///   - name: nil for a name derived from the image tower's sizes.
  ///   - mean: one per channel, nil for CLIP's own.
  ///   - std: one per channel, nil for CLIP's own.
  public init(
    name: String? = nil, embedDim: Int, vision: VisionConfig, text: TextConfig,
    activation: Activation = .quickGelu, mean: [Float]? = nil, std: [Float]? = nil,
    layerNormEps: Float = 1e-5, tokenizerMerges: Int? = nil
  ) {
    self.embedDim = embedDim
    self.vision = vision
    self.text = text
    self.activation = activation
    self.mean = mean ?? CLIPConfig.defaultMean(channels: vision.channels)
    self.std = std ?? CLIPConfig.defaultStd(channels: vision.channels)
    self.layerNormEps = layerNormEps
    self.tokenizerMerges = tokenizerMerges
    self.name = name ?? CLIPConfig.architectureName(vision)
  }

  /// LayerNorm's epsilon in the text tower.
  public var textLayerNormEps: Float { text.layerNormEps ?? layerNormEps }
  /// The non-linearity of the text tower.
  public var textActivation: Activation { text.activation ?? activation }

  /// - Throws: E0607 if this is only an image tower.
  public func requireText() throws {
    guard let withoutText else { return }
    throw Failure(
      "E0607", "the model \(name) cannot encode texts: \(withoutText)",
      help: "use it for images, or choose a model with CLIP's own vocabulary and text tower")
  }

  /// Id of [start], the second to last of the vocabulary.
  public var startToken: Int { text.vocabulary - 2 }
  /// Id of [end], the largest.
  public var endToken: Int { text.vocabulary - 1 }

  /// CLIP's own channel means; 0.5 if there are not three channels.
  public static func defaultMean(channels: Int) -> [Float] {
    channels == 3 ? [0.48145466, 0.4578275, 0.40821073] : [Float](repeating: 0.5, count: max(channels, 0))
  }

  /// CLIP's own channel standard deviations; 0.5 if there are not three channels.
  public static func defaultStd(channels: Int) -> [Float] {
    channels == 3 ? [0.26862954, 0.26130258, 0.27577711] : [Float](repeating: 0.5, count: max(channels, 0))
  }

  /// `ViT-B/16` and similar for the known widths, else the sizes themselves.
  static func architectureName(_ vision: VisionConfig) -> String {
    if vision.isResNet {
      switch (vision.width, vision.stages) {
      case (64, [3, 4, 6, 3]): return "RN50"
      case (64, [3, 4, 23, 3]): return "RN101"
      case (80, [4, 6, 10, 6]): return "RN50x4"
      case (96, [6, 8, 18, 8]): return "RN50x16"
      case (128, [3, 15, 36, 10]): return "RN50x64"
      default: return "RN-\(vision.width)×\(vision.stages.map(String.init).joined(separator: "-"))"
      }
    }
    let size: String
    switch (vision.width, vision.layers) {
    case (768, 12): size = "ViT-B"
    case (1024, 24): size = "ViT-L"
    case (1280, 32): size = "ViT-H"
    default: size = "ViT-\(vision.width)×\(vision.layers)"
    }
    return "\(size)/\(vision.patchSize)"
  }
}

extension CLIPConfig {
  /// Rejects sizes that no model can have.
  ///
  /// - Throws: E0605 with the reason.
  public func validate() throws { try validate(as: nil) { $0 } }

  /// - Parameters:
  ///   - source: the file that contains the sizes, for messages.
  ///   - called: the name of a size in that file.
  func validate(as source: String?, _ called: @escaping (String) -> String) throws {
    func require(_ holds: Bool, _ fault: @autoclosure () -> String, _ help: String) throws {
      if !holds {
        let place = source.map { "\($0): " } ?? ""
        throw Failure("E0605", "\(place)this is not a usable CLIP configuration: \(fault())", help: help)
      }
    }
    let sizes: [(String, Int)] = [
      ("embed_dim", embedDim), ("image_size", vision.imageSize), ("patch_size", vision.patchSize),
      ("vision width", vision.width), ("vision layers", vision.layers), ("vision heads", vision.heads),
      ("channels", vision.channels),
    ]
    let textSizes: [(String, Int)] = [
      ("text width", text.width), ("text layers", text.layers), ("text heads", text.heads),
      ("text mlp_width", text.mlpWidth),
    ]
    let mlp = vision.isResNet ? [] : [("vision mlp_width", vision.mlpWidth)]
    for (name, size) in sizes + (withoutText == nil ? textSizes : []) + mlp {
      try require(size > 0 && size <= 1 << 20, "\(called(name)) is \(size)", "use a size from 1 to 1048576")
    }
    try images.validate(channels: vision.channels)
    try require(
      vision.imageSize % vision.patchSize == 0,
      "\(called("image_size")) \(vision.imageSize) is not a multiple of \(called("patch_size")) \(vision.patchSize)",
      "choose a multiple of \(vision.patchSize)")
    if vision.isResNet { try validateResNet(require) }
    try require(
      (vision.isResNet ? vision.pooledWidth : vision.width) % vision.heads == 0,
      "the vision width \(vision.width) is not divisible by \(vision.heads) heads (\(called("vision heads")))",
      "use a number of heads that divides the width: CLIP uses width / 64")
    if withoutText == nil { try validateText(require, called) }
    try require(
      mean.count == vision.channels && std.count == vision.channels,
      "mean and std have \(mean.count) and \(std.count) values for \(vision.channels) channels",
      "use one value per channel")
    try require(
      mean.allSatisfy(\.isFinite) && std.allSatisfy { $0.isFinite && $0 > 0 },
      "mean and std must be finite, and std must be positive",
      "use positive numbers: CLIP's std is about 0.27")
    let eps = [layerNormEps, text.layerNormEps ?? layerNormEps]
    for eps in eps {
      try require(
        eps > 0 && eps < 1, "layer_norm_eps is \(eps)", "use a number between 0 and 1: CLIP uses 1e-5")
    }
  }

  private func validateText(
    _ require: (Bool, @autoclosure () -> String, String) throws -> Void,
    _ called: @escaping (String) -> String
  ) throws {
    let context = called("context") == "context" ? "the context" : called("context")
    try require(
      text.context >= 3, "\(context) is \(text.context)",
      "use at least 3: a prompt needs [start], a token and [end]")
    try require(text.context <= 1 << 16, "\(context) is \(text.context)", "use at most 65536: CLIP uses 77")
    try require(
      text.vocabulary >= 3 && text.vocabulary <= 1 << 24, "the vocabulary is \(text.vocabulary)",
      "use 512 for the bytes, plus one for each merge, [start] and [end]")
    try require(
      text.width % text.heads == 0,
      "the text width \(text.width) is not divisible by \(text.heads) heads (\(called("text heads")))",
      "use a number of heads that divides the width: CLIP uses width / 64")
    if let merges = tokenizerMerges {
      try require(
        merges >= 0 && merges <= Tokenizer.mergesInUse, "the number of merges is \(merges)",
        "use a number from 0 to \(Tokenizer.mergesInUse)")
      let ids = Tokenizer.vocabularySize(merges: merges)
      try require(
        ids <= text.vocabulary, "\(merges) merges need \(ids) ids, but the vocabulary has \(text.vocabulary)",
        "set the vocabulary to \(ids): 512 + merges + 2")
    }
  }

  private func validateResNet(_ require: (Bool, @autoclosure () -> String, String) throws -> Void) throws {
    try require(
      vision.stages.count == 4 && vision.stages.allSatisfy { (1...256).contains($0) },
      "its stages have \(vision.stages.map(String.init).joined(separator: ", ")) blocks",
      "use four stages, such as 3, 4, 6 and 3 blocks")
    try require(
      vision.width % 2 == 0 && vision.width <= 1 << 12 && vision.patchSize == 32
        && vision.layers == vision.stages.reduce(0, +),
      "a ModifiedResNet cannot have width \(vision.width) and patch size \(vision.patchSize)",
      "use an even width of at most 4096, and patches of 32 pixels")
  }

  /// Every parameter's name (OpenAI's) and shape, in the order in which they are kept, hashed and saved.
  public var parameterShapes: [(name: String, shape: [Int])] {
    var shapes: [(String, [Int])] = []
    func tower(_ prefix: String, width: Int, layers: Int, mlpWidth: Int) {
      for layer in 0..<layers {
        let block = "\(prefix)transformer.resblocks.\(layer)."
        shapes.append((block + "ln_1.weight", [width]))
        shapes.append((block + "ln_1.bias", [width]))
        shapes.append((block + "attn.in_proj_weight", [3 * width, width]))
        shapes.append((block + "attn.in_proj_bias", [3 * width]))
        shapes.append((block + "attn.out_proj.weight", [width, width]))
        shapes.append((block + "attn.out_proj.bias", [width]))
        shapes.append((block + "ln_2.weight", [width]))
        shapes.append((block + "ln_2.bias", [width]))
        shapes.append((block + "mlp.c_fc.weight", [mlpWidth, width]))
        shapes.append((block + "mlp.c_fc.bias", [mlpWidth]))
        shapes.append((block + "mlp.c_proj.weight", [width, mlpWidth]))
        shapes.append((block + "mlp.c_proj.bias", [width]))
      }
    }
    if withoutText == nil {
      shapes.append(("token_embedding.weight", [text.vocabulary, text.width]))
      shapes.append(("positional_embedding", [text.context, text.width]))
      tower("", width: text.width, layers: text.layers, mlpWidth: text.mlpWidth)
      shapes.append(("ln_final.weight", [text.width]))
      shapes.append(("ln_final.bias", [text.width]))
      shapes.append(("text_projection", [text.width, embedDim]))
    }
    if vision.isResNet {
      return shapes + vision.resnetShapes(embedDim: embedDim) + [("logit_scale", [])]
    }
    shapes.append(
      ("visual.conv1.weight", [vision.width, vision.channels, vision.patchSize, vision.patchSize]))
    shapes.append(("visual.class_embedding", [vision.width]))
    shapes.append(("visual.positional_embedding", [vision.tokens, vision.width]))
    if vision.hasPreNorm {
      shapes.append(("visual.ln_pre.weight", [vision.width]))
      shapes.append(("visual.ln_pre.bias", [vision.width]))
    }
    tower("visual.", width: vision.width, layers: vision.layers, mlpWidth: vision.mlpWidth)
    shapes.append(("visual.ln_post.weight", [vision.width]))
    shapes.append(("visual.ln_post.bias", [vision.width]))
    shapes.append(("visual.proj", [vision.width, embedDim]))
    shapes.append(("logit_scale", []))
    return shapes
  }
}
