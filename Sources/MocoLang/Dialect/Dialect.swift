/// What an embedder adds to the language: command forms, declaring forms, units, error codes, and what people
/// bring along from elsewhere about its subject.
///
/// Parser, checker, compiler, formatter, highlighting, completion, help and the grammars of editors all read these
/// entries: a new verb, a new unit or a new code is one of them.
public final class Dialect: Sendable {
  /// In the order in which they were given.
  public let forms: [CommandForm]
  /// Blocks that declare a name, in the order in which they were given.
  public let declarations: [DeclaringForm]
  /// A quantity's word holds the place of its unit in this list.
  public let units: [Quantity.Unit]
  /// What calls of functions of built-in modules make, by the module's name: `plot.line(…)` makes a figure.
  public let moduleResults: [String: ModuleResult]
  /// Functions that are called with a block alone: `model { … }` is `model() { … }` where no binding of the name is in
  /// scope.
  public let blockCalls: [String]
  /// A module of the standard library, for messages that show how `use` is written.
  public let exampleModule: String

  private let formsByVerb: [String: CommandForm]
  private let declarationsByVerb: [String: DeclaringForm]
  private let unitsByWord: [String: Int]
  private let moreHabits: @Sendable () -> Habits
  private let moreErrors: @Sendable () -> ErrorCatalog

  /// What the functions of a module make.
  public struct ModuleResult: Sendable {
    /// `figure`
    public let noun: String
    /// The verb of the form that shows it: `show`.
    public let verb: String

    /// What is made, and the verb that shows it.
    public init(noun: String, verb: String) {
      self.noun = noun
      self.verb = verb
    }
  }

  /// The language alone.
  public static let plain = Dialect()

  /// - Parameters:
  ///   - habits: asked for where a message needs them, not at the start.
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

  /// The place in `units` of the unit that a word names.
  func unitIndex(_ word: String) -> Int? { unitsByWord[word] }

  /// Words that begin a form where they stand first in a statement: ordinary names elsewhere.
  public var verbs: [String] { declarations.map(\.verb) + forms.map(\.verb) }

  /// The codes of the language and those of the embedder, in their order.
  public var errors: ErrorCatalog { ErrorCatalog.language.adding(moreErrors()) }

  /// What is known of habits, the embedder's before the language's: it may know more of the same word.
  var habits: [Habits] { [moreHabits(), Habits.language] }

  /// `50 epochs`, `200 steps`: an example of every unit, in code.
  var unitExamples: String { units.map { "`\($0.example) \($0.plural)`" }.joined(separator: ", ") }
}
