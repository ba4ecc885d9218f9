import MocoBase
import MocoData
import MocoDocument
import MocoLang
import MocoTensor
import MocoTraining

#if canImport(Glibc)
  import Glibc
#endif

/// The options of a session.
public struct RuntimeOptions {
  public var seed: UInt64 = 0
  /// Threads for numeric work; nil leaves the default (all cores, or `MOCO_THREADS`).
  public var threads: Int?
  /// Whether results must have the same bits on every processor, at some cost in speed: `Products.makePortable`.
  public var isPortable = false
  /// The memory limit for values, and for tensors, in bytes; nil derives it from the free memory.
  public var memory: Int?
  /// `--set name=value`: replaces the literals of top-level `let`s of the program that is run.
  public var overrides: [(name: String, text: String)] = []
  /// The value of `args()`.
  public var arguments: [String] = []
  /// The destination of TensorBoard's event files; nil for none.
  public var events: EventFile?
  /// The recorder of the run; nil to record nothing.
  public var recorder: RunRecorder?
  /// The state shared with other runs of the process; nil for none.
  public var sharing: RunSharing?
  /// Whether features of frozen encoders are cached on disk for other sessions: `FeatureFiles.standard()`.
  public var keepsFeatures = false
  /// The files that come with moco; nil if they were not found.
  public var library: StandardLibrary? = StandardLibrary.locate()
  /// The place where values are shown.
  public var limits = DocumentLimits()
  /// The flag that stops running programs; nil for the flag of the thread that makes the runtime, which is the
  /// process's outside a session.
  public var stopFlag: StopFlag?

  /// The defaults.
  public init() {}
}

/// An interpreter with every built-in of moco.
///
/// A session of MocoSession has one; published events go to the context's delegate.
public final class Runtime {
  /// The dialect of its interpreter, for uses without an interpreter, such as formatting a program.
  public static let dialect = Dialect.moco
  /// The language.
  public let interpreter: Interpreter
  /// The state that its built-ins share.
  public let context: RuntimeContext
  private let options: RuntimeOptions

  /// An interpreter with every built-in. Threads, memory and cached features are shared by the process.
  public init(options: RuntimeOptions = RuntimeOptions()) {
    self.options = options
    // An invalid variable is reported at the start, not in the middle of a program's output.
    // If products are moco's own, the variable has no effect.
    if getenv("OPENBLAS_CORETYPE") != nil, !Products.isPortable { Blas.load() }
    KernelFamily.check()
    if options.isPortable { Products.makePortable() }
    if let threads = options.threads { Parallel.threadCount = threads }
    if let memory = options.memory { MemoryAccountant.limit = memory }
    var machine = Interpreter.Options()
    machine.memoryLimit = options.memory ?? MemorySize.forValues
    machine.interruptFlag = options.stopFlag?.pointer ?? Cancellation.flag
    machine.seed = Int(truncatingIfNeeded: options.seed)
    machine.arguments = options.arguments
    interpreter = Interpreter(dialect: Runtime.dialect, options: machine)
    context = RuntimeContext(
      library: options.library, seed: options.seed, recorder: options.recorder, sharing: options.sharing)
    if options.keepsFeatures, FeatureCache.shared.files == nil {
      FeatureCache.shared.files = FeatureFiles.standard()
    }
    context.limits = options.limits
    context.log.events = options.events
    let interpreter = self.interpreter
    interpreter.seedChanged = { [context] seed in
      context.reseed(UInt64(bitPattern: Int64(seed)))
      context.recorder?.note("seed", .int(seed))
    }
    context.output = { [unowned interpreter] in interpreter.output($0) }
    interpreter.logs = { [unowned interpreter, context] step, values in
      try context.keep(values, step: step, interpreter)
    }
    interpreter.moduleLoader = { [library = options.library] source, importer in
      try ModuleFiles(library: library).load(source, from: importer)
    }
    interpreter.helpPages = { [library = options.library] in library?.pages ?? [] }
    interpreter.helpPage = { [library = options.library] name in library?.page(name) }
    registerBuiltins(interpreter, context)
    for (name, text) in options.overrides { interpreter.setOverride(name, text) }
  }

  /// Finds the public names of a module that a file uses, for a check that runs nothing. If there is no such
  /// module, it throws E0801, and E0502 if its file cannot be read.
  public var moduleNames: @Sendable (Use.Source, SourceFile) throws -> [String] {
    { [library = context.library] in try ModuleFiles(library: library).names($0, from: $1) }
  }

  deinit { FeatureCache.shared.files?.flush() }

  /// Runs an entire program, and records which program the run belongs to, if runs are recorded.
  ///
  /// - Parameter settings: all settings of the program for this run; nil for those of `--set` alone.
  public func run(_ program: ParseResult, settings: JsonObject? = nil) -> RunResult {
    let source = program.program.file
    if let recorder = options.recorder {
      let settings = settings ?? JsonObject(options.overrides.map { ($0.name, .string($0.text)) })
      recorder.begin(settings: settings)
      recorder.script = source.text
      recorder.facts = [
        ("script", .string(source.name)),
        ("seed", .int(Int(truncatingIfNeeded: options.seed))),
        ("settings", .object(settings)),
        ("set", .array(options.overrides.map { .string($0.name) })),
        (
          "versions",
          .object(
            JsonObject([
              ("moco", .string(Moco.version)), ("standard library", .string(Moco.version)),
            ]))
        ),
        ("threads", .int(Parallel.threadCount)),
      ]
      // OpenBLAS must be loaded before its version is known.
      recorder.lateFacts = [
        (
          "kernels",
          {
            .object(
              JsonObject([
                ("vectors", .string(KernelFamily.vectors)), ("products", .string(Products.text)),
                ("same bits on every processor", .bool(Products.isPortable)),
                ("processor", .string(KernelFamily.processor)),
              ]))
          }
        )
      ]
    }
    return interpreter.run(program, mode: .program)
  }
}

/// The version of moco and of its standard library: one number, they ship together.
public enum Moco {
  /// Such as `0.2.0`.
  public static let version = MocoVersion.text
}

/// Adds to an interpreter every built-in that needs more than the language: files, tensors, CLIP, data, the
/// method, figures.
func registerBuiltins(_ interpreter: Interpreter, _ context: RuntimeContext) {
  registerFileBuiltins(interpreter, context)
  registerWaitingBuiltins(interpreter, context)
  registerJsonBuiltins(interpreter)
  registerTableBuiltins(interpreter)
  registerTensorBuiltins(interpreter, context)
  registerClipBuiltins(interpreter, context)
  registerDataBuiltins(interpreter, context)
  registerMethodBuiltins(interpreter, context)
  registerShowBuiltins(interpreter, context)
  registerControlBuiltins(interpreter, context)
  interpreter.define(runsBuiltins(context).onlyGiving())
  interpreter.noteMethods(of: RunsValue.methods)
  interpreter.noteMethods(of: ResultTableValue.methods)
  interpreter.noteFlow(.runtime)
  describeTypes(interpreter)
}
