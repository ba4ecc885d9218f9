// Names that Swift code gives to programs.

extension Interpreter {
  /// Gives every program a name; a later definition replaces an earlier one. Programs may shadow it.
  public func define(_ name: String, _ value: AnyValue, doc: String? = nil) {
    guard let word = try? value.owned(in: heap) else { return }
    globals.defineBuiltin(name, word, doc: doc)
  }

  /// Gives every program a function under its own name, with its doc as help.
  public func define(_ function: NativeFunction) {
    define(function.name, .function(function), doc: function.doc)
  }

  /// Gives every program these functions; of two with one name the later one stays.
  public func define(_ functions: [NativeFunction]) { for function in functions { define(function) } }

  /// Lets an existing (or later defined) function take host objects of a class as its first argument, with a
  /// signature of its own.
  public func registerOverload<T: HostObject>(_ name: String, for type: T.Type, _ function: NativeFunction) {
    machine.overloads[Machine.OverloadKey(name: name, type: ObjectIdentifier(type))] = function
    machine.overloadedNames.insert(name)
  }

  /// What `args` gives from here on.
  public func setArguments(_ arguments: [String]) {
    guard let list = try? AnyValue.list(arguments).owned(in: heap) else { return }
    argumentList = list.pointer
    globals.defineBuiltin("args", list, doc: Interpreter.argumentsHelp)
  }

  /// Literals are replaced no longer.
  public func clearOverrides() { overrides = [:] }

  /// Tells checks about the methods of a host type. Where several types share a name, calls of it are in vain only
  /// where they are for each of them.
  package func noteMethods<T: HostObject>(of table: MethodTable<T>) {
    for (name, effect) in table.allEffects {
      if case .something? = methodEffects[name] { continue }
      methodEffects[name] = effect
    }
    flowFacts.seeded.formUnion(table.seededNames)
  }

  /// Tells the analysis of cells about built-ins that were defined.
  public func noteFlow(_ facts: FlowFacts) { flowFacts.add(facts) }

  /// Replaces the literal of the top-level `let name` in the program that is run next: `--set name=value`.
  /// The text is a literal of the language; a bare word where the program has a String. An unknown name fails
  /// the run (E0307).
  public func setOverride(_ name: String, _ text: String) { overrides[name] = text }
}
