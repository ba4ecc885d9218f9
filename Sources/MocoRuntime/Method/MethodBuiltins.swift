import MocoLang

/// Templates, soft prompts, routers, models, optimizers, training, evaluation, reports, probes and checkpoints for programs.
public func registerMethodBuiltins(_ interpreter: Interpreter, _ context: RuntimeContext) {
  interpreter.define(templateBuiltins())
  interpreter.define(promptBuiltins(context))
  interpreter.define(modelBuiltins(context))
  interpreter.define(optimizerBuiltins())
  interpreter.define(trainBuiltins(context))
  interpreter.define(evaluateBuiltins(context))
  interpreter.define(reportBuiltins(context))
  interpreter.define(probeBuiltins(context))
  interpreter.define(checkpointBuiltins(context))
}
