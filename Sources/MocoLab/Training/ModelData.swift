import MocoBase
import MocoCLIP
import MocoMethods
import MocoTensor

extension Batch {
  /// The batch as a model takes it.
  ///
  /// - Throws: E0705 if it holds neither features nor pixels.
  public func forPrompts() throws -> PromptBatch {
    if let features { return PromptBatch(images: .features(features), labels: labels, classes: classes) }
    guard let pixels else { throw Failure("E0705", "the batch holds neither features nor pixels") }
    return PromptBatch(images: .pixels(pixels), labels: labels, classes: classes)
  }
}

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

extension Classifier {
  /// How batches come to this model: as kept features while the vision tower is frozen, as pixels while it is
  /// trained or every epoch sees views of its own.
  func batchForm(_ views: TrainingViews = .plain) throws -> BatchForm {
    if trainsVision || views == .fresh { return .pixels(Preprocess(clip.config)) }
    return .features(try clip.imageEncoder())
  }
}
