import MocoAutograd
import MocoLang
import MocoTensor

/// Everything of the language that makes or takes tensors.
func registerTensorBuiltins(_ interpreter: Interpreter, _ context: RuntimeContext) {
  interpreter.define(creatingBuiltins(context))
  interpreter.define(shapingBuiltins())
  interpreter.define(neuralBuiltins())
  interpreter.define(gradientBuiltins())
  interpreter.define(tensorFileBuiltins(context))
  registerReductions(interpreter)
  registerStatistics(interpreter)
  registerElementwise(interpreter)
}

/// A function of one tensor.
func tensorFunction(
  _ signature: String, _ doc: String, _ body: @escaping (Variable) throws -> Variable
) -> NativeFunction {
  NativeFunction(signature, doc: doc) { arguments in
    .host(TensorValue(try body(arguments.floatVariable("x"))))
  }
}
