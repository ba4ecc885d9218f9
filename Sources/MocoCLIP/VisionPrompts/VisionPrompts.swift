import MocoAutograd
import MocoBase
import MocoTensor

// n prompts, W width of the vision tower, L its blocks, T rows of an image (class row and patches), B images.

/// Learned rows beside the patches of every image: the same for all, or each image's own.
///
/// They come in behind the patches, before the first of `layers`; before block 0 without positions, and ln_pre acts
/// on them. Before later blocks others may be written over them; where nothing is, they run through.
public struct VisionPrompts {
  /// Shape: [n, W], or [B, n, W] with rows of each image's own; nil: no prompts.
  public var rows: Variable?
  /// What is written over their places before the blocks that follow the first of `layers`; nil leaves them alone.
  /// Shape: [n, W] or [B, n, W] each.
  public var deep: [Variable?]
  /// The blocks that prompts enter; nil: all.
  public var layers: ClosedRange<Int>?

  /// Prompts before the first of `layers`, and what is written over them before the blocks that follow.
  public init(_ rows: Variable? = nil, deep: [Variable?] = [], layers: ClosedRange<Int>? = nil) {
    self.rows = rows
    self.deep = deep
    self.layers = layers
  }

  /// Bytes that the activations of a step may take where the caller gives no budget. A constant: results must not
  /// depend on the machine.
  public static let defaultMemory = 1750 << 20
  /// Bytes of kept states where the caller gives no budget.
  public static let defaultCache = 1 << 30

  /// - Parameter images: B.
  /// - Throws: E0605 for an image tower that is not a transformer, E0305 for blocks that there are not, E0205 for shapes
  ///   that do not fit.
  func check(_ config: CLIPConfig, images: Int) throws -> ClosedRange<Int> {
    let vision = config.vision
    guard !vision.isResNet else {
      throw Failure(
        "E0605",
        "the image tower of \(config.name) is a ResNet: it has no rows of patches that prompts could stand beside",
        help: "use a vision transformer, such as ViT-B/16", argument: "prompts")
    }
    let layers = layers ?? 0...(vision.layers - 1)
    guard layers.lowerBound >= 0, layers.upperBound < vision.layers else {
      throw Failure(
        "E0305",
        "there are no layers \(layers.lowerBound)...\(layers.upperBound): the image tower has \(vision.layers) blocks",
        help: "write layers within 0...\(vision.layers - 1)", argument: "layers")
    }
    guard let rows else {
      guard deep.allSatisfy({ $0 == nil }), self.layers == nil else {
        throw Failure(
          "E0305", "\(self.layers == nil ? "deep" : "layers") is for prompts, and there are none",
          help: "give prompts: a tensor [rows, \(vision.width)]",
          argument: self.layers == nil ? "deep" : "layers")
      }
      return layers
    }
    try VisionPrompts.check(rows, "prompts", vision.width, images: images, count: nil)
    guard deep.count < layers.count else {
      throw Failure(
        "E0205",
        "there are deep prompts before \(deep.count) blocks, and behind the first of the layers "
          + "\(layers.lowerBound)...\(layers.upperBound) there are \(layers.count - 1)",
        help: "give at most \(layers.count - 1)", argument: "deep")
    }
    for (place, other) in deep.enumerated() {
      guard let other else { continue }
      try VisionPrompts.check(
        other, "deep[\(place)]", vision.width, images: images, count: rows.shape[rows.shape.count - 2])
    }
    return layers
  }

  /// - Parameter count: n; nil for the tensor that says it.
  private static func check(
    _ variable: Variable, _ name: String, _ width: Int, images: Int, count: Int?
  ) throws {
    let shape = variable.value.shape
    let argument = count == nil ? "prompts" : "deep"
    guard shape.count == 2 || shape.count == 3, shape[shape.count - 1] == width, shape[shape.count - 2] > 0,
      variable.value.dtype == .float32
    else {
      throw Failure(
        "E0205",
        "\(name) is a tensor of shape \(Shape.text(shape)) and type \(variable.value.dtype.rawValue); the model takes "
          + "float32 rows [n, \(width)], or [images, n, \(width)]",
        help: "make it of rows as wide as the image tower: clip.vision_width is \(width)", argument: argument)
    }
    guard shape.count == 2 || shape[0] == images else {
      throw Failure(
        "E0205",
        "\(name) has rows for \(NumberText.counted(shape[0], "image")) (its shape is \(Shape.text(shape))), and there "
          + "\(images == 1 ? "is" : "are") \(NumberText.counted(images, "image"))",
        help:
          "give rows for each image, [\(images), \(shape[1]), \(width)], or [\(shape[1]), \(width)] for all of them",
        argument: argument)
    }
    let own = shape[shape.count - 2]
    guard let count, own != count else { return }
    throw Failure(
      "E0205", "\(name) has \(NumberText.counted(own, "row")), and prompts has \(count)",
      help: "give a row for each prompt",
      argument: argument)
  }
}

/// What of an image is wanted.
public enum ImageOutput: String, Sendable, CaseIterable {
  /// The projected feature, not normalized. Shape: [B, D].
  case feature
  /// What the projection is given. Shape: [B, W].
  case pooled
  /// The patches' rows behind the last LayerNorm. Shape: [B, T − 1, W].
  case patches
  /// All rows behind the last LayerNorm: class, patches, prompts. Shape: [B, T + n, W].
  case tokens
}
