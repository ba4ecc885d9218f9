// An interpreter: a heap, the global names, and a machine that runs programs on them.
//
//   let interpreter = Interpreter(dialect: .plain)
//   interpreter.output = { print($0, terminator: "") }
//   interpreter.define(
//     NativeFunction("twice(x)", doc: "…") { arguments in .float(try arguments.float("x") * 2) })
//   interpreter.define("answer", 42, doc: "What was asked for.")
//
//   let result = interpreter.run(SourceFile(name: "<prompt>", text: "twice(answer)"))
//   if let failure = result.failure { … failure.render(color: false) … } else { … result.value … }
//
// One thread at a time. `run` and `call` use a separate thread with a large stack, so that recursion ends
// with E0401 and not with a crash. The caller waits.

import MocoDocument

/// A heap, the global names and a machine. Programs run in it one after another and share their names.
///
/// One thread at a time: see above.
public final class Interpreter {
  /// Limits and initial values; fixed when the interpreter is created.
  public struct Options {
    /// Bytes of heap, storage and host objects before E0405.
    public var memoryLimit = 4 << 30
    /// Nested calls before E0401.
    public var recursionLimit = 20_000
    /// Bytes of stack for the thread that runs programs.
    public var stackSize = 256 << 20
    /// Polled at every back-edge and call: any value except 0 ends the program with E0406, which `catch` does
    /// not handle.
    public var interruptFlag: UnsafeMutablePointer<Int32>?
    /// The seed of the random numbers until `seed(n)`.
    public var seed = 0
    /// Values after `--` on the command line.
    public var arguments: [String] = []

    /// The usual limits: 4 GiB of memory, 20 000 nested calls, 256 MiB of stack.
    public init() {}
  }

  /// The options of the interpreter.
  public let options: Options
  /// The embedder's additions to the language.
  public let dialect: Dialect

  /// Where `print` writes, with line breaks included.
  public var output: (String) -> Void = { _ in }

  /// Receives the notes of built-ins, one line without its line break: for example, unread parts of a file.
  public var note: (String) -> Void = { _ in }

  /// Shows a document that a program requests, as `show x` does; nil writes it to `output` as text.
  public var showDocument: ((Document) -> Void)?

  /// The loader of modules: `use templates` requests `.library("templates")`, `use "./a.moco"` requests
  /// `.path("./a.moco")`.
  public var moduleLoader: ((Use.Source, _ from: SourceFile) throws -> LoadedModule)?

  /// Called with each module before it runs, so that the results of a check can be reported.
  public var moduleStarts: ((ParseResult) -> Void)?

  /// Receives the Markdown of `help(x)`; nil means `output`.
  public var showHelp: ((String) -> Void)?

  /// The pages of the reference that `help("strings")` shows, by name; "index" lists them.
  public var helpPage: ((String) -> String?)?
  /// The names of those pages.
  public var helpPages: () -> [String] = { [] }
  /// The results of a search for words, in Markdown; nil if nothing has them.
  public var searchHelp: ((String) -> String?)?

  /// The types of host objects, by name.
  public private(set) lazy var hostTypes = Dictionary(
    hostTypeSource().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  var hostTypeSource: () -> [HostType] = { [] }
  /// Related names of functions and members (`Split.batches`), by name.
  public internal(set) var relatedNames: [String: [String]] = [:]
  /// The result types of built-in functions with a fixed result type, by the functions' names.
  public internal(set) var resultTypes: [String: String] = [:]

  /// Whether the variables of calls that an error ends are kept for `failedFrames`.
  public var keepsFailedFrames = false
  /// The calls that the last error of `run` ended, innermost first.
  public internal(set) var failedFrames: [FailedFrame] = []

  /// The side effects of methods of host objects, by name: see `noteMethods`.
  public internal(set) var methodEffects: [String: Effect] = [:]

  /// The facts about built-ins for the analysis of cells.
  public internal(set) var flowFacts = FlowFacts.language

  /// Called at the end of each cell of a complete program: with the index of the cell, the value of its last
  /// expression (nil if it ends with another statement), and whether the value is hidden. nil for no
  /// observer, which costs nothing.
  public var cellEnds: ((_ cell: Int, _ value: AnyValue, _ isHidden: Bool) -> Void)?

  /// Receives the step and the record of `log(step, {…})`; the default ignores them.
  public var logs: (_ step: AnyValue, _ values: AnyValue) throws -> Void = { _, _ in }

  /// Called when a program calls `seed(n)`, so that other random numbers are also seeded.
  public var seedChanged: ((Int) -> Void)?

  /// The objects of programs; released with the interpreter.
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

  /// An interpreter with the language's own functions. Everything else is added by `define`.
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
    define("inf", .float(Double.infinity), doc: "Infinity: the Float that is larger than every other.")
    define("nan", .float(Double.nan), doc: "The Float that is not a number, and not equal to itself.")
    do {
      let list = try AnyValue.list(options.arguments).owned(in: heap)
      argumentList = list.pointer
      globals.defineBuiltin("args", list, doc: Interpreter.argumentsHelp)
    } catch {}
  }
}

/// The source of a module, and its identity for the loader: a module runs once for each identity.
public struct LoadedModule {
  /// The text to run.
  public var source: SourceFile
  /// The same for the same module, however it is reached: for example, the real path of its file.
  public var identity: String

  /// A module that was found.
  public init(source: SourceFile, identity: String) {
    self.source = source
    self.identity = identity
  }
}

/// The result of a run.
public struct RunResult {
  /// The value of the last statement, if it is an expression.
  public var value: AnyValue
  /// Whether the last statement is not an expression or ends in `;`: then nothing is shown.
  public var isHidden: Bool
  /// Errors, and warnings of the parser. Without errors the program ran to the end.
  public var diagnostics: [Diagnostic]
  /// The status passed to `exit`, which is not an error; nil if the program did not end that way.
  public var exitStatus: Int32?

  /// The name that received the partial result of a failed call; nil for none.
  public var heldBy: String?

  /// The first error; nil if the program ran to the end or called `exit`.
  public var failure: Diagnostic? { diagnostics.first { $0.severity == .error } }
}
