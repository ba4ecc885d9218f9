import MocoAutograd
import MocoBase
import MocoCLIP
import MocoTensor

/// A model that can be copied, with its own parameters: training one does not change the other.
/// A frozen CLIP model is shared; a trainable one is copied too.
public protocol Copied: Classifier {
  /// A copy of the model; gradients are not copied.
  ///
  /// - Throws: E0405 if memory runs out.
  func copy() throws -> any Classifier
}

extension Trainable {
  /// Copies the values of the parameters to another model of the same structure.
  ///
  /// - Throws: E0708 if the parameters differ; E0405.
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
  /// Copies these numbers to a leaf; gradients are not copied.
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
  /// The same model with its own parameters.
  ///
  /// - Throws: E0405 if memory runs out.
  public func copy() throws -> CLIPModel {
    let copy = try sharingValues()
    for (own, other) in zip(parameters, copy.parameters) { try own.variable.give(to: other.variable) }
    return copy
  }

  /// The CLIP model of a copied model: this one, or a copy of it if it trains.
  func below() throws -> CLIPModel { trainableParameters.isEmpty ? self : try copy() }
}
