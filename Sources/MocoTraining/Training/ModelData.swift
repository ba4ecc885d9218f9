import MocoBase
import MocoData
import MocoMethods
import MocoTensor

extension Batch {
  /// The batch as a model learns from it.
  public func forPrompts() -> PromptBatch { PromptBatch(images: images, labels: labels, classes: classes) }
}

extension Classifier {
  /// How batches come to this model: as kept features while the vision tower is frozen, as pixels while it is
  /// trained or every epoch sees views of its own.
  func batchForm(_ views: TrainingViews = .plain) throws -> BatchForm {
    if trainsVision || views == .fresh { return .pixels(Preprocess(clip.config)) }
    return .features(try clip.imageEncoder())
  }
}
