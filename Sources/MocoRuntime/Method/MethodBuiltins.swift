import MocoLang

/// Templates, soft prompts, routers, models, optimizers, training, evaluation, reports, probes and checkpoints for programs.
public func registerMethodBuiltins(_ interpreter: Interpreter, _ context: RuntimeContext) {
  interpreter.define(templateBuiltins().onlyGiving())
  interpreter.define(promptBuiltins(context).onlyGiving())
  interpreter.define(modelBuiltins(context))
  interpreter.define(ownModelBuiltins(context).onlyGiving())
  interpreter.define(optimizerBuiltins().onlyGiving())
  interpreter.define(trainBuiltins(context))
  interpreter.define("stop", .host(StopValue()), doc: StopValue.text)
  interpreter.define(evaluateBuiltins(context))
  interpreter.define(reportBuiltins(context))
  interpreter.define(comparisonBuiltins(context))
  interpreter.define(permutationBuiltins(context).onlyGiving())
  interpreter.define(checkpointBuiltins(context))
  interpreter.noteMethods(of: ModelValue.methods)
  interpreter.noteMethods(of: OptimizerValue.methods)
  interpreter.noteMethods(of: ScheduleValue.methods)
  interpreter.noteMethods(of: SoftPromptsValue.methods)
  interpreter.noteMethods(of: RouterValue.methods)
  interpreter.noteMethods(of: ReportValue.methods)
}
