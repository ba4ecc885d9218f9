import MocoCLIP
import MocoPrompts
import MocoTensor

extension Batch {
  /// The batch as a model takes it.
  ///
  /// - Throws: E0705 if it holds neither features nor pixels.
  public func forPrompts() throws -> PromptBatch {
    if let features { return PromptBatch(images: .features(features), labels: labels, classes: classes) }
    guard let pixels else { throw PromptError("E0705", "the batch holds neither features nor pixels") }
    return PromptBatch(images: .pixels(pixels), labels: labels, classes: classes)
  }
}

/// A model in the hands of a closure that may run on another thread; its parameters are only read there.
private struct SharedModel: @unchecked Sendable {
  let model: CLIPModel
}

extension CLIPModel {
  /// The frozen vision tower as an encoder, keyed by the content of its weights.
  public func imageEncoder() throws -> ImageEncoder {
    let shared = SharedModel(model: self)
    return ImageEncoder(key: try contentHash(prefix: "visual."), preprocess: Preprocess(config)) { pixels in
      try shared.model.encodeImageFrozen(pixels)
    }
  }
}

extension PromptModel {
  /// How batches come to this model: as kept features while the vision tower is frozen, as pixels while it is
  /// trained or images are augmented.
  func batchForm(augmented: Bool = false) throws -> BatchForm {
    if augmented { return .pixels(Preprocess(clip.config), augmentation: Augmentation()) }
    if trainsVision { return .pixels(Preprocess(clip.config)) }
    return .features(try clip.imageEncoder())
  }
}
