import MocoTensor

// B images, D embedding width.

/// Images as input of the towers and the methods.
public enum ImageInput: Sendable {
  /// Image features, normalized or not. Shape: [B, D].
  case features(Tensor)
  /// Pixels after the model's normalization. Shape: [B, channels, H, W].
  case pixels(Tensor)
  /// Either of them, computed on demand.
  case asked(AskedImages)

  /// B, the number of images.
  public var count: Int {
    switch self {
    case .features(let tensor), .pixels(let tensor): return tensor.shape.first ?? 0
    case .asked(let images): return images.count
    }
  }
}

/// Images for which it is not yet known whether features or pixels are needed; each is computed once, when it is
/// first requested.
///
/// - Safety: used only by the thread that runs a training or an evaluation.
public final class AskedImages: @unchecked Sendable {
  /// B, the number of images.
  public let count: Int
  private let makeFeatures: () throws -> Tensor
  private let makePixels: () throws -> Tensor
  private var madeFeatures: Tensor?
  private var madePixels: Tensor?

  /// Nothing is computed yet.
  public init(
    count: Int, features: @escaping () throws -> Tensor, pixels: @escaping () throws -> Tensor
  ) {
    self.count = count
    makeFeatures = features
    makePixels = pixels
  }

  /// Features by the frozen tower. Shape: [B, D].
  ///
  /// - Throws: the errors of decoding and encoding.
  public func features() throws -> Tensor {
    if let made = madeFeatures { return made }
    let made = try makeFeatures()
    madeFeatures = made
    return made
  }

  /// Pixels after the model's normalization. Shape: [B, channels, H, W].
  ///
  /// - Throws: the errors of decoding; E0520 if there are only features.
  public func pixels() throws -> Tensor {
    if let made = madePixels { return made }
    let made = try makePixels()
    madePixels = made
    return made
  }
}
