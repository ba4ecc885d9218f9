/// The names that exist when a program starts: built-ins, and at the prompt the names declared before.
public struct CheckContext: Sendable {
  /// The parameters of a function, as far as a call can be checked before it runs.
  public struct Callable: Sendable {
    /// A parameter of a function that is known before the program runs.
    public struct Parameter: Sendable {
      /// The name by which an argument can be passed.
      public var name: String
      /// Whether a call must pass it.
      public var isRequired: Bool
      /// Whether it can be passed only by name.
      public var isNameOnly: Bool

      /// A parameter. It can be passed by position unless `isNameOnly` is set.
      public init(name: String, isRequired: Bool, isNameOnly: Bool = false) {
        self.name = name
        self.isRequired = isRequired
        self.isNameOnly = isNameOnly
      }
    }

    /// In the order of the positions; parameters that are passed only by name may be anywhere.
    public var parameters: [Parameter]
    /// Whether it accepts any number of further positional arguments.
    public var takesRest: Bool
    /// Whether it accepts any further named arguments.
    public var takesOptions: Bool
    /// The options of arguments that are records, by the argument's name.
    public var blocks: [String: OptionBlock]

    /// A function with these parameters, and no others unless the flags allow them.
    public init(
      parameters: [Parameter], takesRest: Bool = false, takesOptions: Bool = false,
      blocks: [String: OptionBlock] = [:]
    ) {
      self.parameters = parameters
      self.takesRest = takesRest
      self.takesOptions = takesOptions
      self.blocks = blocks
    }

    init(_ function: FunctionExpr) {
      self.init(
        parameters: function.parameters.map { Parameter(name: $0.name, isRequired: $0.defaultValue == nil) })
    }
  }

  /// The forms, units, codes and habits used to read the program.
  public var dialect: Dialect
  /// Built-in names. nil for values, and for functions whose arguments depend on the first one's type.
  public var builtins: [String: Callable?]
  /// Names that already exist, with true for constants. A program may declare them again.
  public var names: [String: Bool]
  /// Functions of built-in modules: `plot`, `line`.
  public var members: [String: [String: Callable]] = [:]
  /// The side effects of calls of built-in functions.
  public var effects: [String: Effect] = [:]
  /// The side effects of methods of built-in types, if all methods with the name agree.
  public var methodEffects: [String: Effect] = [:]
  /// Other facts about built-ins, for the analysis of cells.
  public var flow = FlowFacts()
  /// Functions that are controls, and whether their values can be enumerated.
  public var controls: [String: Bool] = [:]
  /// The controls whose values a sweep uses.
  public var swept: Set<String> = []
  /// Deprecated function names, with their new names.
  public var newNames: [String: String] = [:]
  /// Names in `names` that hold a record or module. Their fields may be functions.
  public var records: Set<String> = []
  /// In the prompt a name may be declared again in the same input, and the value of the last statement is shown.
  public var isPrompt: Bool

  /// The public names of a module that a file uses; nil if modules are not checked. It throws what `use`
  /// would throw.
  public var moduleNames: (@Sendable (Use.Source, SourceFile) throws -> [String])?

  /// Names of built-in functions.
  var functions: Set<String> { Set(effects.keys) }
  /// Names of methods of built-in types.
  var methods: Set<String> { Set(methodEffects.keys) }

  /// A context with only these names; the other properties are empty at first.
  public init(
    dialect: Dialect, builtins: [String: Callable?] = [:], names: [String: Bool] = [:],
    isPrompt: Bool = false
  ) {
    self.dialect = dialect
    self.builtins = builtins
    self.names = names
    self.isPrompt = isPrompt
  }
}
