// Running programs and calling functions.

extension Interpreter {
  public enum Mode {
    /// A whole file: names may be declared once.
    case program
    /// One input of the prompt or a notebook cell: declares names again, sets `ans`.
    case cell
  }

  /// Runs a source text in the interpreter's main module.
  public func run(_ source: SourceFile, mode: Mode = .program) -> RunResult {
    RunResult(value: .nil, isHidden: true, diagnostics: [])
  }

  /// Calls a function; on the machine's thread directly, from outside through it.
  /// - Throws: `Diagnostic`.
  public func call(_ function: AnyValue, _ arguments: [AnyValue], named: [(String, AnyValue)] = []) throws -> AnyValue {
    .nil
  }

  /// - Throws: E0406 when an interrupt was asked for.
  public func checkInterrupt() throws {}
}

extension FunctionValue {
  /// The name, or nil for a function without one.
  public var name: String? { nil }

  /// Calls the function. What it throws is to be passed on.
  public func call(_ arguments: [AnyValue] = [], named: [(String, AnyValue)] = []) throws -> AnyValue { .nil }
}
