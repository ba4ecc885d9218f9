import MocoLang

extension CheckContext {
  /// What a program finds that starts in this interpreter.
  public init(_ interpreter: Interpreter, isPrompt: Bool = false) {
    var builtins: [String: Callable?] = [:]
    var names: [String: Bool] = [:]
    for info in interpreter.names {
      if info.isBuiltin {
        // Arguments of built-ins may depend on the type of the first one: the machine checks them.
        builtins[info.name] = .some(nil)
      } else {
        names[info.name] = info.isConstant
      }
    }
    self.init(builtins: builtins, names: names, isPrompt: isPrompt)
  }
}
