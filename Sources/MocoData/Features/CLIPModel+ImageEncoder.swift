import MocoCLIP

/// A model in the hands of a closure that may run on another thread; its parameters are only read there.
///
/// - Safety: the model is only read while the closure runs.
private struct SharedModel: @unchecked Sendable {
  let model: CLIPModel
}

extension CLIPModel {
  /// The frozen vision tower as an encoder, keyed by the content of its weights.
  public func imageEncoder() throws -> ImageEncoder {
    let shared = SharedModel(model: self)
    // Equal weights compute other features with another activation or other heads.
    let key =
      try contentHash(prefix: "visual.") + " \(config.activation) \(config.vision) \(config.layerNormEps)"
    return ImageEncoder(key: key, preprocess: Preprocess(config)) { pixels in
      try shared.model.encodeImageFrozen(pixels)
    }
  }
}
