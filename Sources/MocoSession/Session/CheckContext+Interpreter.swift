import MocoLang

extension CheckContext {
  /// The names available to a program that starts in this interpreter.
  public init(_ interpreter: Interpreter, isPrompt: Bool = false) {
    var builtins: [String: Callable?] = [:]
    var names: [String: Bool] = [:]
    var effects: [String: Effect] = [:]
    var newNames: [String: String] = [:]
    var controls: [String: Bool] = [:]
    var swept: Set<String> = []
    var records: Set<String> = []
    for info in interpreter.names {
      if info.isBuiltin {
        builtins[info.name] = .some(interpreter.callable(builtin: info.name))
        controls[info.name] = interpreter.control(builtin: info.name)
        if interpreter.isSwept(builtin: info.name) { swept.insert(info.name) }
      } else {
        names[info.name] = info.isConstant
        if ["Record", "Module"].contains(info.typeName) { records.insert(info.name) }
      }
      if let known = interpreter.effect(builtin: info.name) {
        effects[info.name] = known.effect
        newNames[info.name] = known.newName
      }
    }
    self.init(dialect: interpreter.dialect, builtins: builtins, names: names, isPrompt: isPrompt)
    self.effects = effects
    self.newNames = newNames
    self.controls = controls
    self.swept = swept
    self.records = records
    methodEffects = interpreter.methodEffects
    flow = interpreter.flowFacts
    for owner in builtins.keys {
      let functions = interpreter.memberFunctions(builtin: owner)
      if !functions.isEmpty { members[owner] = functions }
    }
  }
}
