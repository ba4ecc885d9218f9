// Names that Swift code defines for programs.

extension Interpreter {
  /// Defines a name for every program; a later definition replaces an earlier one. Programs may shadow it.
  public func define(_ name: String, _ value: AnyValue, doc: String? = nil) {
    guard let word = try? value.owned(in: heap) else { return }
    globals.defineBuiltin(name, word, doc: doc)
  }

  /// Defines a function for every program under its own name, with its doc as help.
  public func define(_ function: NativeFunction) {
    define(function.name, .function(function), doc: function.doc)
  }

  /// Defines these functions for every program; of two with the same name the later one is used.
  public func define(_ functions: [NativeFunction]) { for function in functions { define(function) } }

  /// Adds an overload to an existing (or later defined) function for host objects of a class as the first
  /// argument, with its own signature.
  public func registerOverload<T: HostObject>(_ name: String, for type: T.Type, _ function: NativeFunction) {
    machine.overloads[Machine.OverloadKey(name: name, type: ObjectIdentifier(type))] = function
    machine.overloadedNames.insert(name)
  }

  /// Sets the value of `args`.
  public func setArguments(_ arguments: [String]) {
    guard let list = try? AnyValue.list(arguments).owned(in: heap) else { return }
    argumentList = list.pointer
    globals.defineBuiltin("args", list, doc: Interpreter.argumentsHelp)
  }

  /// Removes all replacements of literals.
  public func clearOverrides() { overrides = [:] }

  /// Registers the methods of a host type for checks. If several types share a method name, a call counts as
  /// having no effect only if that is true for all of them.
  package func noteMethods<T: HostObject>(of table: MethodTable<T>) {
    for (name, effect) in table.allEffects {
      if case .something? = methodEffects[name] { continue }
      methodEffects[name] = effect
    }
    flowFacts.seeded.formUnion(table.seededNames)
  }

  /// Registers defined built-ins for the analysis of cells.
  public func noteFlow(_ facts: FlowFacts) { flowFacts.add(facts) }

  /// Replaces the literal of the top-level `let name` in the next program: `--set name=value`. The text is a
  /// literal of the language, or a bare word if the program's value is a String. An unknown name is an error
  /// of the run (E0307).
  public func setOverride(_ name: String, _ text: String) { overrides[name] = text }
}
