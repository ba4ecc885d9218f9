// An interpreter: a heap, the global names, and a machine that runs programs on them.
//
//   let interpreter = Interpreter(dialect: .plain)
//   interpreter.output = { print($0, terminator: "") }
//   interpreter.define(
//     NativeFunction("twice(x)", doc: "…") { arguments in .float(try arguments.float("x") * 2) })
//   interpreter.define("answer", 42, doc: "What was asked for.")
//
//   let result = interpreter.run(SourceFile(name: "<prompt>", text: "twice(answer)"))
//   if let failure = result.failure { … failure.render(colour: false) … } else { … result.value … }
//
// One thread at a time. `run` and `call` go to a thread of their own whose stack is large, so that recursion
// ends in E0401 and not in a crash; the caller waits.

import MocoDocument

/// A heap, the global names and a machine: programs run in it one after another and see each other's names.
///
/// One thread at a time: see above.
public final class Interpreter {
  /// Limits and what a program finds; fixed when the interpreter is made.
  public struct Options {
    /// Bytes of heap, storage and host objects before E0405.
    public var memoryLimit = 4 << 30
    /// Nested calls before E0401.
    public var recursionLimit = 20_000
    /// Bytes of stack for the thread that runs programs.
    public var stackSize = 256 << 20
    /// Polled at every back-edge and call: anything but 0 ends the program with E0406, which `catch` does not
    /// see.
    public var interruptFlag: UnsafeMutablePointer<Int32>?
    /// What random numbers begin with, until `seed(n)`.
    public var seed = 0
    /// Values after `--` on the command line.
    public var arguments: [String] = []

    /// The usual limits: 4 GiB of memory, 20 000 nested calls, 256 MiB of stack.
    public init() {}
  }

  /// What the interpreter was made with.
  public let options: Options
  /// What the embedder added to the language.
  public let dialect: Dialect

  /// Where `print` writes, with line breaks included.
  public var output: (String) -> Void = { _ in }

  /// What built-ins say beside what is printed, a line without its break: what a file holds that is not read.
  public var note: (String) -> Void = { _ in }

  /// Shows what a program asks to be shown, as `show x` does; nil writes it to `output` as text.
  public var showDocument: ((Document) -> Void)?

  /// Where modules come from: `use templates` asks for `.library("templates")`, `use "./a.moco"` for
  /// `.path("./a.moco")`.
  public var moduleLoader: ((Use.Source, _ from: SourceFile) throws -> LoadedModule)?

  /// Told of a module that is about to run, as it was read, so that what a check finds in it can be said.
  public var moduleStarts: ((ParseResult) -> Void)?

  /// Where `help(x)` writes its Markdown; nil means `output`.
  public var showHelp: ((String) -> Void)?

  /// The pages of the reference that `help("strings")` shows, by name; "index" lists them.
  public var helpPage: ((String) -> String?)?
  /// The names of those pages.
  public var helpPages: () -> [String] = { [] }

  /// What is known of types of host objects, by their names.
  public private(set) lazy var hostTypes = Dictionary(
    hostTypeSource().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  var hostTypeSource: () -> [HostType] = { [] }
  /// What goes with functions and members (`Split.batches`), by name.
  public internal(set) var relatedNames: [String: [String]] = [:]
  /// The types that built-in functions give, where that depends on nothing, by the functions' names.
  public internal(set) var resultTypes: [String: String] = [:]

  /// Whether the variables of calls that an error ends are kept for `failedFrames`.
  public var keepsFailedFrames = false
  /// The calls that the last error of `run` ended, from the innermost on.
  public internal(set) var failedFrames: [FailedFrame] = []

  /// What calls of methods of host objects do besides giving a value, by name: see `noteMethods`.
  public internal(set) var methodEffects: [String: Effect] = [:]

  /// What the analysis of cells knows of built-ins.
  public internal(set) var flowFacts = FlowFacts.language

  /// Told by a whole program that runs of each cell that has ended: its place, the value of its last expression, nil
  /// where it ends with something else, and whether that is hidden. nil for nobody, which costs nothing.
  public var cellEnds: ((_ cell: Int, _ value: AnyValue, _ isHidden: Bool) -> Void)?

  /// What `log(step, {…})` does with its step and its record; nothing where nobody keeps them.
  public var logs: (_ step: AnyValue, _ values: AnyValue) throws -> Void = { _, _ in }

  /// Told when a program calls `seed(n)`, so that other random numbers begin there too.
  public var seedChanged: ((Int) -> Void)?

  /// The objects of programs; goes with the interpreter.
  package let heap: Heap
  /// The names of all modules and of the built-ins.
  package let globals: Globals
  /// The module of the main program and of the prompt.
  package let main: Module
  var overrides: [String: String] = [:]
  /// The list `args`, which can also be called.
  var argumentList: ObjectPointer?
  /// Runs the code, one call at a time; it lives as long as the interpreter.
  package private(set) lazy var machine = Machine(interpreter: self, heap: heap, globals: globals)

  /// An interpreter with the language's own functions. Everything else is given by `define`.
  public init(dialect: Dialect, options: Options = Options()) {
    self.dialect = dialect
    self.options = options
    heap = Heap(limit: options.memoryLimit, units: dialect.units)
    globals = Globals(heap: heap)
    main = Module(name: "main", identity: "")
    globals.add(main)
    heap.interpreter = self
    machine.random.seed = UInt64(bitPattern: Int64(options.seed))
    installCore()
  }

  deinit {
    globals.clear()
    heap.collectCycles()
  }

  static let argumentsHelp = "The arguments after `--` on the command line, as a List of Strings."

  private func installCore() {
    define(CoreBuiltins.all)
    if let slot = globals.builtins.slots["append"] {
      machine.appendFunction = globals.words[slot]
      heap.retain(machine.appendFunction)
    }
    define(CoreBuiltins.units(dialect.units))
    define("pi", .float(Double.pi), doc: "The ratio of a circle's circumference to its diameter.")
    define("inf", .float(Double.infinity), doc: "The Float that is larger than every other.")
    define("nan", .float(Double.nan), doc: "The Float that is not a number, and not equal to itself.")
    do {
      let list = try AnyValue.list(options.arguments).owned(in: heap)
      argumentList = list.pointer
      globals.defineBuiltin("args", list, doc: Interpreter.argumentsHelp)
    } catch {}
  }
}

/// The source of a module, and a name by which the loader knows it again: a module runs once for each
/// identity.
public struct LoadedModule {
  /// The text to run.
  public var source: SourceFile
  /// The same for the same module, however it is reached: the real path of its file, say.
  public var identity: String

  /// A module that was found.
  public init(source: SourceFile, identity: String) {
    self.source = source
    self.identity = identity
  }
}

/// What came of a run.
public struct RunResult {
  /// The value of the last statement, where it is an expression.
  public var value: AnyValue
  /// The last statement is not an expression, or ends in `;`: show nothing.
  public var isHidden: Bool
  /// Errors, and warnings of the parser. Empty errors: it ran to the end.
  public var diagnostics: [Diagnostic]
  /// What the program gave to `exit`, which is not an error; nil where it did not end that way.
  public var exitStatus: Int32?

  /// The name that got what a failed call had done; nil for none.
  public var heldBy: String?

  /// The first error; nil where the program ran to the end or left by `exit`.
  public var failure: Diagnostic? { diagnostics.first { $0.severity == .error } }
}
