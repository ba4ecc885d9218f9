import MocoCLIP
import MocoLang
import MocoMethods
import MocoTensor

// Values of the language from and for Swift, for code that runs programs and reads their results.

extension Runtime {
  /// Defines a model under a name for programs.
  package func define(_ name: String, _ clip: CLIPModel) {
    interpreter.define(name, .host(ClipValue(clip, context)))
  }

  /// Defines a tensor under a name for programs.
  package func define(_ name: String, _ tensor: Tensor) {
    interpreter.define(name, .host(TensorValue(tensor)))
  }

  /// The model of a method that a program has under a name; nil for anything else.
  package func classifier(_ name: String) -> (any Classifier)? {
    let value: ModelValue? = interpreter.value(named: name)?.asHost()
    return value?.model
  }

  /// The tensor that a program has under a name; nil for anything else.
  package func tensor(_ name: String) -> Tensor? {
    let value: TensorValue? = interpreter.value(named: name)?.asHost()
    return value?.tensor
  }
}
