import MocoAutograd
import MocoLang
import MocoMethods
import MocoTensor

// Detects that an object was changed in place: by the memory of its numbers, which counts how often they were written
// to, and nothing of the numbers themselves. Data sets, splits, images, figures and results never change.

extension ChangeMark {
  /// Adds the address of a storage and its number of writes. Views of it share both.
  fileprivate mutating func add(_ tensor: Tensor) {
    add(tensor.storage)
    add(tensor.storage.writes)
  }

  /// Adds a value that may be trainable, and its gradient.
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
  /// Its trainable parameters, and the classes that it was trained on.
  func mark(_ mark: inout ChangeMark) {
    mark.add(model.trainableParameters)
    for place in model.trained.places { mark.add(place) }
  }
}

extension ClipValue {
  /// Its trainable parameters; everything else is frozen.
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
