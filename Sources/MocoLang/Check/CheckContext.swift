/// What a program finds when it starts: built-ins, and in the prompt the names declared before.
public struct CheckContext: Sendable {
  /// What a function takes, as far as a call can be checked before it runs.
  public struct Callable: Sendable {
    /// A parameter of a function that is known before the program runs.
    public struct Parameter: Sendable {
      /// The name by which an argument can be given.
      public var name: String
      /// Whether a call must give it.
      public var isRequired: Bool
      /// Whether it can be given by name alone.
      public var isNameOnly: Bool

      /// A parameter; it can be given by position unless `isNameOnly` says otherwise.
      public init(name: String, isRequired: Bool, isNameOnly: Bool = false) {
        self.name = name
        self.isRequired = isRequired
        self.isNameOnly = isNameOnly
      }
    }

    /// In the order of the positions; those that are given by name alone may stand anywhere.
    public var parameters: [Parameter]
    /// Any number of further positions.
    public var takesRest: Bool
    /// Any further names.
    public var takesOptions: Bool
    /// The options of arguments that are records, by the argument's name.
    public var blocks: [String: OptionBlock]

    /// A function that takes these parameters, and no others unless the flags say so.
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

  /// The forms, units, codes and habits that the program is read by.
  public var dialect: Dialect
  /// Built-in names. nil for values, and for functions whose arguments depend on the first one's type.
  public var builtins: [String: Callable?]
  /// Names that exist already, with true for constants. A program may declare them again.
  public var names: [String: Bool]
  /// Functions of built-in modules: `plot`, `line`.
  public var members: [String: [String: Callable]] = [:]
  /// What calls of built-in functions do besides giving a value.
  public var effects: [String: Effect] = [:]
  /// The same of methods of built-in types, where all that share the name agree.
  public var methodEffects: [String: Effect] = [:]
  /// What else is known of built-ins, for the analysis of cells.
  public var flow = FlowFacts()
  /// Functions that are controls, and whether their values can be gone through.
  public var controls: [String: Bool] = [:]
  /// Those of them whose values a sweep goes through.
  public var swept: Set<String> = []
  /// Functions with a newer name.
  public var newNames: [String: String] = [:]
  /// Names in `names` that hold a record or module, whose fields may be functions.
  public var records: Set<String> = []
  /// In the prompt a name may be declared again in the same input, and the value of the last statement is shown.
  public var isPrompt: Bool

  /// The public names of a module that a file uses; nil where modules are not looked at. It throws what `use` would.
  public var moduleNames: (@Sendable (Use.Source, SourceFile) throws -> [String])?

  /// Names of built-in functions.
  var functions: Set<String> { Set(effects.keys) }
  /// Names of methods of built-in types.
  var methods: Set<String> { Set(methodEffects.keys) }

  /// A context in which only these names are there; the other properties begin empty.
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
