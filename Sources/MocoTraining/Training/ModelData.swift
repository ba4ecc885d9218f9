import MocoBase
import MocoData
import MocoMethods
import MocoTensor

extension Batch {
  /// The batch as a model learns from it.
  public func forPrompts() -> PromptBatch {
    PromptBatch(images: images, labels: labels, classes: classes, indices: indices)
  }
}

extension Classifier {
  /// How batches come to this model: as kept features while the vision tower is frozen, as pixels while it is
  /// trained or every epoch sees views of its own.
  func batchForm(_ views: TrainingViews = .plain) throws -> BatchForm {
    if asksForImages { return .asked(askedForm(keeps: views != .fresh)) }
    if trainsVision || views == .fresh { return .pixels(Preprocess(clip.config)) }
    return .features(try clip.imageEncoder())
  }

  /// How batches come to a model that asks for what it reads.
  ///
  /// - Parameter keeps: whether the same views come back, so that features of them are worth keeping.
  package func askedForm(keeps: Bool) -> AskedForm {
    AskedForm(
      preprocess: Preprocess(clip.config), keeps: keeps && !trainsVision, encoder: clip.lazyEncoder())
  }
}
