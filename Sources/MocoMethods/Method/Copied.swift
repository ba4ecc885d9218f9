import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

/// A model that can be had a second time, with parameters of its own: what is trained on one does not move the other.
/// The frozen CLIP model below is shared; one that trains is copied too.
public protocol Copied: Classifier {
  /// The same model as it stands; gradients are not taken along.
  ///
  /// - Throws: E0405 where there is no room for the parameters.
  func copy() throws -> any Classifier
}

extension Trainable {
  /// Gives the parameters of another model of the same make the values that this one's have now.
  ///
  /// - Throws: E0708 where the parameters are not the same; E0405.
  func giveParameters(to other: some Trainable) throws {
    let (own, others) = (parameters, other.parameters)
    guard own.map(\.name) == others.map(\.name) else {
      throw Failure("E0708", "the copy of this \(kind) has other parameters")
    }
    for (parameter, copy) in zip(own, others) { try parameter.variable.give(to: copy.variable) }
    other.recordTraining(on: trained)
  }
}

extension Variable {
  /// Gives a leaf numbers of its own that are these; gradients are not taken along.
  ///
  /// - Throws: E0708 for another shape; E0405.
  func give(to other: Variable) throws {
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
  func below() throws -> CLIPModel { trainableParameters.isEmpty ? self : try copy() }
}
