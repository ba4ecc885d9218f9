/// The additions of an embedder to the language: command forms, declaring forms, units, error codes, and
/// names from other languages and libraries for its subject.
///
/// Parser, checker, compiler, formatter, highlighting, completion, help and the grammars of editors all read
/// these entries: a new verb, unit or code is one more entry.
public final class Dialect: Sendable {
  /// In the order in which they were given.
  public let forms: [CommandForm]
  /// Blocks that declare a name, in the order in which they were given.
  public let declarations: [DeclaringForm]
  /// A quantity's word holds the index of its unit in this list.
  public let units: [Quantity.Unit]
  /// The results of functions of built-in modules, by the module's name: `plot.line(…)` makes a figure.
  public let moduleResults: [String: ModuleResult]
  /// Functions that can be called with only a block: `model { … }` is `model() { … }` if no binding of the
  /// name is in scope.
  public let blockCalls: [String]
  /// A module of the standard library, for messages with an example of `use`.
  public let exampleModule: String

  private let formsByVerb: [String: CommandForm]
  private let declarationsByVerb: [String: DeclaringForm]
  private let unitsByWord: [String: Int]
  private let moreHabits: @Sendable () -> Habits
  private let moreErrors: @Sendable () -> ErrorCatalog

  /// The result of a module's functions.
  public struct ModuleResult: Sendable {
    /// `figure`
    public let noun: String
    /// The verb of the form that shows it: `show`.
    public let verb: String

    /// The name of the result, and the verb that shows it.
    public init(noun: String, verb: String) {
      self.noun = noun
      self.verb = verb
    }
  }

  /// The language without additions.
  public static let plain = Dialect()

  /// - Parameters:
  ///   - habits: evaluated when a message needs them, not at the start.
  ///   - errors: likewise; the language's own codes need not be in it.
  public init(
    forms: [CommandForm] = [], declarations: [DeclaringForm] = [], units: [Quantity.Unit] = [],
    moduleResults: [String: ModuleResult] = [:], exampleModule: String = "name",
    blockCalls: [String] = [],
    habits: @escaping @Sendable () -> Habits = { Habits() },
    errors: @escaping @Sendable () -> ErrorCatalog = { ErrorCatalog() }
  ) {
    self.forms = forms
    self.declarations = declarations
    self.units = units
    self.moduleResults = moduleResults
    self.exampleModule = exampleModule
    self.blockCalls = blockCalls
    formsByVerb = Dictionary(forms.map { ($0.verb, $0) }, uniquingKeysWith: { first, _ in first })
    declarationsByVerb = Dictionary(
      declarations.map { ($0.verb, $0) }, uniquingKeysWith: { first, _ in first })
    let words = units.enumerated().flatMap { [($1.singular, $0), ($1.plural, $0)] }
    unitsByWord = Dictionary(words, uniquingKeysWith: { first, _ in first })
    moreHabits = habits
    moreErrors = errors
  }

  /// The command form that a word begins; nil for other words.
  public func form(_ verb: String) -> CommandForm? { formsByVerb[verb] }

  /// The declaring form that a word begins; nil for other words.
  public func declaration(_ verb: String) -> DeclaringForm? { declarationsByVerb[verb] }

  /// The unit that a word names, singular or plural; nil for other words.
  public func unit(_ word: String) -> Quantity.Unit? { unitsByWord[word].map { units[$0] } }

  /// The index in `units` of the unit that a word names.
  func unitIndex(_ word: String) -> Int? { unitsByWord[word] }

  /// Words that begin a form at the start of a statement; elsewhere they are ordinary names.
  public var verbs: [String] { declarations.map(\.verb) + forms.map(\.verb) }

  /// The codes of the language and those of the embedder, in their order.
  public var errors: ErrorCatalog { ErrorCatalog.language.adding(moreErrors()) }

  /// The habits; those of the embedder take precedence over those of the language.
  var habits: [Habits] { [moreHabits(), Habits.language] }

  /// `50 epochs`, `200 steps`: an example of every unit, in code.
  var unitExamples: String { units.map { "`\($0.example) \($0.plural)`" }.joined(separator: ", ") }
}
