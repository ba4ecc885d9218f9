import MocoBase
import MocoData
import MocoMethods
import MocoTensor

extension Batch {
  /// The batch in the form for training.
  public func forPrompts() -> PromptBatch {
    PromptBatch(images: images, labels: labels, classes: classes, indices: indices)
  }
}

extension Classifier {
  /// The form of batches for this model: cached features if the vision tower is frozen, pixels if it is
  /// trained or every epoch sees its own views.
  func batchForm(_ views: TrainingViews = .plain) throws -> BatchForm {
    if asksForImages { return .asked(askedForm(keeps: views != .fresh)) }
    if trainsVision || views == .fresh { return .pixels(Preprocess(clip.config)) }
    return .features(try clip.imageEncoder())
  }

  /// The form of batches for a model that requests features or pixels on demand.
  ///
  /// - Parameter keeps: whether the same views repeat, so that caching their features is useful.
  package func askedForm(keeps: Bool) -> AskedForm {
    AskedForm(
      preprocess: Preprocess(clip.config), keeps: keeps && !trainsVision, encoder: clip.lazyEncoder())
  }
}
