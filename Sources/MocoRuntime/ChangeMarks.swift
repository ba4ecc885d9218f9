import MocoAutograd
import MocoLang
import MocoMethods
import MocoTensor

// What shows that an object was changed in place: the memory of its numbers, which counts how often they were written
// to, and nothing of the numbers themselves. Data sets, splits, images, figures and results never change.

extension ChangeMark {
  /// Adds where numbers are and how often they were written to. Views of them share both.
  fileprivate mutating func add(_ tensor: Tensor) {
    add(tensor.storage)
    add(tensor.storage.writes)
  }

  /// Adds a value that may train, and its gradient.
  fileprivate mutating func add(_ variable: Variable) {
    add(variable.value)
    add(variable.requiresGrad ? 1 : 0)
    if let gradient = variable.grad { add(gradient) }
  }

  fileprivate mutating func add(_ parameters: [MocoMethods.Parameter]) {
    add(parameters.count)
    for parameter in parameters { add(parameter.variable) }
  }
}

extension TensorValue {
  func mark(_ mark: inout ChangeMark) { mark.add(variable) }
}

extension ModelValue {
  /// What trains of it, and the classes that it was trained on.
  func mark(_ mark: inout ChangeMark) {
    mark.add(model.trainableParameters)
    for place in model.trained.places { mark.add(place) }
  }
}

extension ClipValue {
  /// What trains of it: all else is frozen.
  func mark(_ mark: inout ChangeMark) {
    mark.add(model.trainableParameters.map { MocoMethods.Parameter($0.name, $0.variable) })
  }
}

extension OptimizerValue {
  func mark(_ mark: inout ChangeMark) {
    mark.add(optimizer?.stepCount ?? 0)
    mark.add(Int(truncatingIfNeeded: (optimizer?.rate ?? settings.rate).bitPattern))
  }
}

extension ParameterListValue {
  func mark(_ mark: inout ChangeMark) { mark.add(parameters) }
}

extension SoftPromptsValue {
  func mark(_ mark: inout ChangeMark) { mark.add(prompts.parameters) }
}

extension RouterValue {
  func mark(_ mark: inout ChangeMark) { mark.add(router.parameters) }
}
