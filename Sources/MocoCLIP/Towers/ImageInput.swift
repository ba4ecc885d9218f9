import MocoTensor

// B images, D embedding width.

/// Images as the towers and the methods take them.
public enum ImageInput: Sendable {
  /// Image features, normalized or not. Shape: [B, D].
  case features(Tensor)
  /// Pixels after the model's normalization. Shape: [B, channels, H, W].
  case pixels(Tensor)
  /// Either of them, made when somebody reads it.
  case asked(AskedImages)

  /// B, the number of images.
  public var count: Int {
    switch self {
    case .features(let tensor), .pixels(let tensor): return tensor.shape.first ?? 0
    case .asked(let images): return images.count
    }
  }
}

/// Images of which nobody knows yet whether features or pixels of them are wanted; each is made once, when it is
/// first asked for.
///
/// - Safety: asked for by the thread that runs a training or an evaluation alone.
public final class AskedImages: @unchecked Sendable {
  /// B, the number of images.
  public let count: Int
  private let makeFeatures: () throws -> Tensor
  private let makePixels: () throws -> Tensor
  private var madeFeatures: Tensor?
  private var madePixels: Tensor?

  /// Nothing is made yet.
  public init(
    count: Int, features: @escaping () throws -> Tensor, pixels: @escaping () throws -> Tensor
  ) {
    self.count = count
    makeFeatures = features
    makePixels = pixels
  }

  /// Features by the frozen tower. Shape: [B, D].
  ///
  /// - Throws: what decoding and encoding throw.
  public func features() throws -> Tensor {
    if let made = madeFeatures { return made }
    let made = try makeFeatures()
    madeFeatures = made
    return made
  }

  /// Pixels after the model's normalization. Shape: [B, channels, H, W].
  ///
  /// - Throws: what decoding throws; E0520 where there are features alone.
  public func pixels() throws -> Tensor {
    if let made = madePixels { return made }
    let made = try makePixels()
    madePixels = made
    return made
  }
}
