import MocoAutograd
import MocoMethods
import MocoTensor

/// The state of a model that a training may change, to restore it if the call fails before its first step.
public struct ModelState {
  private let model: any Classifier
  private let trained: TrainingScope
  private let memory: Int?
  private let values: [(variable: Variable, value: Tensor, gradient: Tensor?)]

  /// Keeps the values without copying: optimizers and restores replace them with new ones.
  public init(_ model: any Classifier) {
    self.model = model
    trained = model.trained
    memory = (model as? any Planned)?.memory
    values = model.trainableParameters.map { ($0.variable, $0.variable.value, $0.variable.grad) }
  }

  /// Restores the saved values, gradients, training scope and memory of the model.
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
