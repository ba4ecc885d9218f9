import MocoAutograd
import MocoLang
import MocoTensor

/// The built-ins that create or process tensors.
func registerTensorBuiltins(_ interpreter: Interpreter, _ context: RuntimeContext) {
  interpreter.define(creatingBuiltins(context).onlyGiving(except: ["rand", "randn"]))
  interpreter.define(shapingBuiltins().onlyGiving())
  interpreter.define(neuralBuiltins().onlyGiving())
  interpreter.define(gradientBuiltins().onlyGiving(only: ["parameter"]))
  interpreter.define(tensorFileBuiltins(context))
  registerReductions(interpreter)
  registerStatistics(interpreter)
  registerElementwise(interpreter)
  interpreter.noteMethods(of: TensorValue.methods)
}

/// A function of one tensor.
func tensorFunction(
  _ signature: String, _ doc: String, _ body: @escaping (Variable) throws -> Variable
) -> NativeFunction {
  NativeFunction(signature, doc: doc) { arguments in
    .host(TensorValue(try body(arguments.floatVariable("x"))))
  }
}
