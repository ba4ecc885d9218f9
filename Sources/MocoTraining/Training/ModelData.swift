import MocoBase
import MocoData
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

extension Classifier {
  /// How batches come to this model: as kept features while the vision tower is frozen, as pixels while it is
  /// trained or every epoch sees views of its own.
  func batchForm(_ views: TrainingViews = .plain) throws -> BatchForm {
    if trainsVision || views == .fresh { return .pixels(Preprocess(clip.config)) }
    return .features(try clip.imageEncoder())
  }
}
