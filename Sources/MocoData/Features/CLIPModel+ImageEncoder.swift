import MocoCLIP
import MocoTensor

/// A model for a closure that may run on another thread; its parameters are only read there.
///
/// - Safety: the model is only read while the closure runs.
private struct SharedModel: @unchecked Sendable {
  let model: CLIPModel
}

extension CLIPModel {
  /// The frozen vision tower as an encoder, keyed by the content of its weights.
  public func imageEncoder() throws -> ImageEncoder {
    let shared = SharedModel(model: self)
    // Equal weights give other features with another activation or other heads.
    let key =
      try contentHash(prefix: "visual.") + " \(config.activation) \(config.vision) \(config.layerNormEps)"
      + (imagePrecision == .float32 ? "" : " \(imagePrecision.rawValue)")
    return ImageEncoder(key: key, preprocess: Preprocess(config)) { pixels in
      try shared.model.encodeImageFrozen(pixels)
    }
  }

  /// The same, made on first use: its key is a hash of all weights.
  public func lazyEncoder() -> LazyEncoder {
    let shared = SharedModel(model: self)
    return LazyEncoder(
      make: { try shared.model.imageEncoder() }, encode: { try shared.model.encodeImageFrozen($0) })
  }
}

/// An image encoder that is created on first use.
///
/// - Safety: used only by the thread that runs a training or an evaluation.
public final class LazyEncoder: @unchecked Sendable {
  private let make: () throws -> ImageEncoder
  private var made: ImageEncoder?
  /// Features without caching. Shape: [B, channels, S, S] → [B, D].
  let encode: (Tensor) throws -> Tensor

  init(make: @escaping () throws -> ImageEncoder, encode: @escaping (Tensor) throws -> Tensor) {
    self.make = make
    self.encode = encode
  }

  /// - Throws: the errors of creating it.
  func get() throws -> ImageEncoder {
    if let made { return made }
    let encoder = try make()
    made = encoder
    return encoder
  }
}
