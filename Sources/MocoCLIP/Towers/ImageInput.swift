import MocoTensor

// B images, D embedding width.

/// Images as the towers and the methods take them.
public enum ImageInput: Sendable {
  /// Image features, normalized or not. Shape: [B, D].
  case features(Tensor)
  /// Pixels after the model's normalization. Shape: [B, channels, H, W].
  case pixels(Tensor)

  /// B, the number of images.
  public var count: Int {
    switch self {
    case .features(let tensor), .pixels(let tensor): return tensor.shape.first ?? 0
    }
  }
}
