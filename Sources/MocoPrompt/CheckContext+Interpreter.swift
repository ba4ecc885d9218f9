import MocoLang

extension CheckContext {
  /// What a program finds that starts in this interpreter.
  public init(_ interpreter: Interpreter, isPrompt: Bool = false) {
    var builtins: [String: Callable?] = [:]
    var names: [String: Bool] = [:]
    for info in interpreter.names {
      if info.isBuiltin {
        builtins[info.name] = .some(interpreter.callable(builtin: info.name))
      } else {
        names[info.name] = info.isConstant
      }
    }
    self.init(builtins: builtins, names: names, isPrompt: isPrompt)
  }
}
