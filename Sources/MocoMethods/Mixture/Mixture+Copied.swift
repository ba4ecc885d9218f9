import MocoAutograd
import MocoTensor

extension Mixture: Copied {
  public func copy() throws -> any Classifier {
    // The trained vision LayerNorms of a mixture are its own and get their values below.
    let own = options.trainVisionLayerNorms ? clip.visionLayerNorms().count : 0
    let under = clip.trainableParameters.count <= own ? clip : try clip.copy()
    let copy = try Mixture(clip: under, templates: templates, classes: classes, options: options)
    try giveParameters(to: copy)
    copy.memory = memory
    return copy
  }
}

extension Router {
  /// The same router with its own parameters.
  ///
  /// - Throws: E0405 if memory runs out.
  public func copy() throws -> Router {
    var options = options
    options.topK = topK
    let copy = try Router(width: width, experts: experts, options: options)
    try weight.give(to: copy.weight)
    if let bias, let other = copy.bias { try bias.give(to: other) }
    return copy
  }
}

extension SoftPrompts {
  /// The same prompts with their own rows.
  ///
  /// - Throws: E0405 if memory runs out.
  public func copy() throws -> SoftPrompts {
    let copy = try SoftPrompts(clip: clip, groups: experts.map(\.group), start: start)
    for (expert, other) in zip(experts, copy.experts) {
      try expert.before.give(to: other.before)
      try expert.after.give(to: other.after)
    }
    return copy
  }
}
