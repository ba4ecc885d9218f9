import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

// Models with parameters of their own: what is trained on one does not move the other. The frozen CLIP model
// below them is shared; one that trains is copied too.

extension PromptModel {
  /// Gives the parameters of another model of the same make the values that this one's have now.
  ///
  /// - Throws: E0708 where the parameters are not the same; E0405.
  fileprivate func giveParameters(to other: some PromptModel) throws {
    let (own, others) = (parameters, other.parameters)
    guard own.map(\.name) == others.map(\.name) else {
      throw Failure("E0708", "the copy of this \(kind) has other parameters")
    }
    for (parameter, copy) in zip(own, others) { try parameter.variable.give(to: copy.variable) }
    other.trained = trained
  }
}

extension Variable {
  /// Gives a leaf numbers of its own that are these; gradients are not taken along.
  ///
  /// - Throws: E0708 for another shape; E0405.
  fileprivate func give(to other: Variable) throws {
    guard other.shape == shape else {
      throw Failure("E0708", "a parameter has shape \(shape), its copy \(other.shape)")
    }
    other.value = try value.copy()
    other.requiresGrad = requiresGrad
  }
}

extension CLIPModel {
  /// The same model with parameters of its own.
  ///
  /// - Throws: E0405 where there is no room for the numbers a second time.
  public func copy() throws -> CLIPModel {
    let copy = try sharingValues()
    for (own, other) in zip(parameters, copy.parameters) { try own.variable.give(to: other.variable) }
    return copy
  }

  /// What a copied model stands on: this one, or where it trains a copy of it.
  fileprivate func below() throws -> CLIPModel { trainableParameters.isEmpty ? self : try copy() }
}

extension Mixture {
  public func copy() throws -> any PromptModel {
    // The vision LayerNorms that a mixture trains are its own and get their values below.
    let own = options.trainVisionLayerNorms ? clip.visionLayerNorms().count : 0
    let under = clip.trainableParameters.count <= own ? clip : try clip.copy()
    let copy = try Mixture(clip: under, templates: templates, classes: classes, options: options)
    try giveParameters(to: copy)
    copy.memory = memory
    return copy
  }
}

extension CoOp {
  public func copy() throws -> any PromptModel {
    let copy = try CoOp(clip: clip.below(), classes: classes, options: options)
    try giveParameters(to: copy)
    copy.memory = memory
    return copy
  }
}

extension ZeroShot {
  public func copy() throws -> any PromptModel {
    let copy = try ZeroShot(clip: clip.below(), classes: classes, templates: templates)
    copy.trained = trained
    return copy
  }
}

extension LinearProbe {
  public func copy() throws -> any PromptModel {
    let copy = try LinearProbe(clip: clip.below(), classes: classes, width: width, normalizes: normalizes)
    try giveParameters(to: copy)
    copy.takeFit(of: self)
    return copy
  }
}

extension Router {
  /// The same router with parameters of its own.
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
  /// The same prompts with rows of their own.
  public func copy() throws -> SoftPrompts {
    let copy = try SoftPrompts(clip: clip, groups: experts.map(\.group), start: start)
    for (expert, other) in zip(experts, copy.experts) {
      try expert.before.give(to: other.before)
      try expert.after.give(to: other.after)
    }
    return copy
  }
}
