import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// B images, C classes, G experts, D embedding width.

/// A model with differentiable predictions, so that another loss, or another model, can build
/// on them.
public protocol DifferentiableAnswers: Trainable {
  /// Normalized text features, with gradient. Shape: [names, D], for a model with experts [G, names, D].
  ///
  /// - Throws: E0704 for unsupported classes.
  func differentiableTexts(_ selection: ClassSelection) throws -> Variable
  /// Logits, with gradient. Shape: [B, selected classes].
  ///
  /// - Throws: E0705 for images that do not match, E0704 for unsupported classes.
  func differentiableLogits(_ images: ImageInput, classes: ClassSelection) throws -> Variable
}

/// A model with differentiable router weights.
public protocol DifferentiableRouting: DifferentiableAnswers, Routed {
  /// h and α, with gradient. Shape: [B, G] each; α is zero where an expert was not chosen.
  ///
  /// - Throws: E0705 for images that do not match.
  func differentiableRouting(_ images: ImageInput) throws -> (scores: Variable, weights: Variable)
}

extension Mixture: DifferentiableRouting {
  public func differentiableTexts(_ selection: ClassSelection) throws -> Variable {
    let names = self.names(selection)
    try checkClasses(names)
    return try F.reshape(encodedTexts(names), [prompts.count, names.count, clip.config.embedDim])
  }

  public func differentiableLogits(_ images: ImageInput, classes selection: ClassSelection) throws -> Variable
  {
    let names = self.names(selection)
    try checkClasses(names)
    let v = try imageFeatures(images)
    let (alpha, _) = try router.weights(router.scores(v))
    return try mixed(v, encodedTexts(names), alpha, classes: names.count)
  }

  public func differentiableRouting(_ images: ImageInput) throws -> (scores: Variable, weights: Variable) {
    let h = try router.scores(imageFeatures(images))
    return (h, try router.weights(h).alpha)
  }

  /// t of every expert. Shape: [G·C, D].
  private func encodedTexts(_ names: [String]) throws -> Variable {
    let keys = try prompts.keys(experts: Array(prompts.experts.indices), names: names, fullStop: false)
    return try encoded(clip.planText(keys, memory: memory))
  }
}

extension ContextModel {
  /// See `DifferentiableAnswers`. Shape: [names, D].
  public func differentiableTexts(_ selection: ClassSelection) throws -> Variable {
    try prompt.features(recorded: names(selection), places: places(selection))
  }

  /// See `DifferentiableAnswers`. Shape: [B, selected classes].
  public func differentiableLogits(_ images: ImageInput, classes: ClassSelection) throws -> Variable {
    try logits(imageFeatures(images), differentiableTexts(classes))
  }
}
