import MocoAutograd
import MocoMethods
import MocoTensor

/// What a training may change of a model, to be put back where the call fails before its first step.
public struct ModelState {
  private let model: any Classifier
  private let trained: TrainingScope
  private let memory: Int?
  private let values: [(variable: Variable, value: Tensor, gradient: Tensor?)]

  /// Keeps the values themselves, no copies: optimizers and restores put new ones in their place.
  public init(_ model: any Classifier) {
    self.model = model
    trained = model.trained
    memory = (model as? any Planned)?.memory
    values = model.trainableParameters.map { ($0.variable, $0.variable.value, $0.variable.grad) }
  }

  /// Gives the model the values, gradients, training scope and memory that were kept.
  public func putBack() {
    model.recordTraining(on: trained)
    if let chunked = model as? any Planned, let memory, chunked.memory != memory {
      chunked.memory = memory
    }
    for (variable, value, gradient) in values {
      variable.value = value
      variable.grad = gradient
    }
  }
}
