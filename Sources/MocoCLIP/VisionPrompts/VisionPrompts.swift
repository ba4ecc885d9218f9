import MocoAutograd
import MocoBase
import MocoTensor

// n prompts, W width of the vision tower, L its blocks, T rows of an image (class row and patches), B images.

/// Learned rows next to the patches of every image: shared by all images, or one set per image.
///
/// They are inserted after the patches, before the first of `layers`; before block 0 without positions, and ln_pre is
/// applied to them. Other rows may replace them before later blocks; otherwise they stay.
public struct VisionPrompts {
  /// Shape: [n, W], or [B, n, W] with separate rows for each image; nil: no prompts.
  public var rows: Variable?
  /// The rows that replace them before the blocks after the first of `layers`; nil for no change.
  /// Shape: [n, W] or [B, n, W] each.
  public var deep: [Variable?]
  /// The blocks that prompts enter; nil: all.
  public var layers: ClosedRange<Int>?

  /// Prompts before the first of `layers`, and the rows that replace them before the following blocks.
  public init(_ rows: Variable? = nil, deep: [Variable?] = [], layers: ClosedRange<Int>? = nil) {
    self.rows = rows
    self.deep = deep
    self.layers = layers
  }

  /// Default memory limit for the activations of a step in bytes. A constant: results must not
  /// depend on the machine.
  public static let defaultMemory = 1750 << 20
  /// Default size limit of cached states in bytes.
  public static let defaultCache = 1 << 30

  /// - Parameter images: B.
  /// - Throws: E0605 for an image tower that is not a transformer, E0305 for blocks out of range, E0205 for a shape
  ///   mismatch.
  func check(_ config: CLIPConfig, images: Int) throws -> ClosedRange<Int> {
    let vision = config.vision
    guard !vision.isResNet else {
      throw Failure(
        "E0605",
        "the image tower of \(config.name) is a ResNet: it does not support prompts, because it has no sequence of patches",
        help: "use a vision transformer, such as ViT-B/16", argument: "prompts")
    }
    let layers = layers ?? 0...(vision.layers - 1)
    guard layers.lowerBound >= 0, layers.upperBound < vision.layers else {
      throw Failure(
        "E0305",
        "layers \(layers.lowerBound)...\(layers.upperBound) are out of range: the image tower has \(vision.layers) blocks",
        help: "use layers within 0...\(vision.layers - 1)", argument: "layers")
    }
    guard let rows else {
      guard deep.allSatisfy({ $0 == nil }), self.layers == nil else {
        throw Failure(
          "E0305", "\(self.layers == nil ? "deep" : "layers") needs prompts, but there are none",
          help: "pass prompts: a tensor of shape [rows, \(vision.width)]",
          argument: self.layers == nil ? "deep" : "layers")
      }
      return layers
    }
    try VisionPrompts.check(rows, "prompts", vision.width, images: images, count: nil)
    guard deep.count < layers.count else {
      throw Failure(
        "E0205",
        "there are deep prompts for \(deep.count) blocks, but the layers "
          + "\(layers.lowerBound)...\(layers.upperBound) have \(layers.count - 1) after the first",
        help: "pass at most \(layers.count - 1)", argument: "deep")
    }
    for (place, other) in deep.enumerated() {
      guard let other else { continue }
      try VisionPrompts.check(
        other, "deep[\(place)]", vision.width, images: images, count: rows.shape[rows.shape.count - 2])
    }
    return layers
  }

  /// - Parameter count: n; nil to take it from the tensor.
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
        "\(name) is a tensor of shape \(Shape.text(shape)) and dtype \(variable.value.dtype.rawValue); the model expects "
          + "float32 rows [n, \(width)], or [images, n, \(width)]",
        help: "use rows as wide as the image tower: clip.vision_width is \(width)", argument: argument)
    }
    guard shape.count == 2 || shape[0] == images else {
      throw Failure(
        "E0205",
        "\(name) has rows for \(NumberText.counted(shape[0], "image")) (its shape is \(Shape.text(shape))), but there "
          + "\(images == 1 ? "is" : "are") \(NumberText.counted(images, "image"))",
        help:
          "pass rows for each image, [\(images), \(shape[1]), \(width)], or for all of them, [\(shape[1]), \(width)]",
        argument: argument)
    }
    let own = shape[shape.count - 2]
    guard let count, own != count else { return }
    throw Failure(
      "E0205", "\(name) has \(NumberText.counted(own, "row")), but prompts has \(count)",
      help: "pass one row for each prompt",
      argument: argument)
  }
}

/// The output for an image.
public enum ImageOutput: String, Sendable, CaseIterable {
  /// The projected feature, not normalized. Shape: [B, D].
  case feature
  /// The input of the projection. Shape: [B, W].
  case pooled
  /// The patches' rows after the last LayerNorm. Shape: [B, T − 1, W].
  case patches
  /// All rows after the last LayerNorm: class, patches, prompts. Shape: [B, T + n, W].
  case tokens
}
