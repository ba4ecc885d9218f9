// Running programs and calling functions.

import MocoBase

extension Interpreter {
  /// What is run. It decides whether names may be declared again, and whether `ans` is set.
  public enum Mode {
    /// A whole file: names may be declared once in each cell.
    case program
    /// One input of the prompt: sets `ans`.
    case cell
    /// A cell of a program that was checked in full: its names stay for the next cell, and `--set` applies.
    case part
  }

  /// Reads a source text and runs it in the interpreter's main module.
  public func run(_ source: SourceFile, mode: Mode = .program) -> RunResult {
    onMachine { self.runHere(self.parse(source), mode) }
  }

  /// Runs a program that was already read, in the interpreter's main module: the checked text is what runs.
  public func run(_ parsed: ParseResult, mode: Mode = .program) -> RunResult {
    onMachine { self.runHere(parsed, mode) }
  }

  /// Reads a source text as `run` does, with the names of the main module.
  public func parse(_ source: SourceFile) -> ParseResult {
    let declared = main.order.filter { globals.flags[main.slots[$0] ?? 0] & GlobalFlag.declared != 0 }
    return Parser.parse(source, dialect, boundNames: Set(declared))
  }

  private func onMachine(_ work: () -> RunResult) -> RunResult {
    onMachineThread(work)
      ?? RunResult(
        value: .nil, isHidden: true, diagnostics: [Diagnostic("E0405", "could not start a thread")])
  }

  private func runHere(_ parsed: ParseResult, _ mode: Mode) -> RunResult {
    var result = RunResult(value: .nil, isHidden: true, diagnostics: parsed.diagnostics)
    if parsed.hasErrors {
      failedFrames = []
      return result
    }
    let isShown: Bool
    if let last = parsed.program.statements.last, case .expr = last.kind {
      isShown = true
      result.isHidden = last.hidesValue
    } else {
      isShown = false
    }
    machine.exitStatus = nil
    do {
      let compiler = Compiler(
        module: main, file: parsed.program.file, dialect: dialect, globals: globals, heap: heap)
      if mode != .cell { compiler.overrides = overrides }
      let ending = mode == .program ? cellEnds.map { heap.native(Interpreter.cellEnd($0)) } : nil
      compiler.cellEnd = ending
      defer { if let ending { heap.release(ending) } }
      main.pending = machine.declaredNames(parsed.program)
      defer { main.pending = [] }
      guard let prototype = try compiler.compile(parsed.program) else {
        result.diagnostics += compiler.diagnostics
        failedFrames = []
        return result
      }
      let closure = machine.newClosure(prototype, base: nil, outer: nil)
      defer { heap.release(closure) }
      let word = try machine.call(closure)
      defer { heap.release(word) }
      if isShown {
        result.value = AnyValue(word, in: heap)
        if mode == .cell, word.tag != .null { remember(word) }
      }
    } catch {
      result.isHidden = true
      failedFrames = (error as? RaisedError)?.frames ?? []
      var diagnostic = Interpreter.diagnostic(error)
      if let status = machine.exitStatus, diagnostic.code == "E0406" {
        result.exitStatus = status
        return result
      }
      if let raised = error as? RaisedError, let partial = raised.partial {
        result.heldBy = raised.heldBy
        if mode == .cell {
          if raised.heldBy == nil { setAnswer(partial.value) }
          diagnostic.notes.append(partial.remark(raised.heldBy ?? "ans"))
        }
      }
      result.diagnostics.append(diagnostic)
    }
    return result
  }

  /// The function that a program calls at the end of each cell, if there is an observer.
  private static func cellEnd(_ told: @escaping (Int, AnyValue, Bool) -> Void) -> NativeFunction {
    NativeFunction("cell_end(cell, value, hidden)") { arguments in
      told(try arguments.int("cell"), try arguments.value("value"), try arguments.bool("hidden"))
      return .nil
    }
  }

  /// `ans = word`
  private func remember(_ word: Word) {
    guard let slot = try? globals.slot(for: "ans", in: main) else { return }
    heap.retain(word)
    machine.store(globals.words + slot, word)
    globals.flags[slot] = GlobalFlag.declared
  }

  /// Sets `ans`, the last value that the prompt has shown; nil removes it.
  public func setAnswer(_ value: AnyValue?) {
    guard let slot = try? globals.slot(for: "ans", in: main) else { return }
    let word = value.flatMap { try? $0.owned(in: heap) }
    machine.store(globals.words + slot, word ?? .undefined)
    globals.flags[slot] = word == nil ? 0 : GlobalFlag.declared
  }

  static func diagnostic(_ error: Error) -> Diagnostic {
    if let raised = error as? RaisedError {
      var diagnostic = raised.diagnostic
      if raised.omitted > 0 { diagnostic.notes.append("\(raised.omitted) more calls are not shown") }
      return diagnostic
    }
    if let partial = error as? PartialResult { return diagnostic(partial.error) }
    if let diagnostic = error as? Diagnostic { return diagnostic }
    if let known = error as? Failure {
      return Diagnostic(known.code, known.message, help: known.help.map { [$0] } ?? [])
    }
    return Diagnostic("E0900", String(describing: error))
  }

  /// Calls a function: directly on the machine's thread, and from other threads by switching to it.
  /// - Throws: on the machine's thread any error of the function, to be rethrown; otherwise a `Diagnostic`.
  public func call(
    _ function: AnyValue, _ arguments: [AnyValue], named: [(String, AnyValue)] = []
  ) throws -> AnyValue {
    let isInside = machine.state.pointee.nativeLimit != 0
    let outcome = onMachineThread { Result { try self.callHere(function, arguments, named) } }
    switch outcome {
    case .success(let value): return value
    case .failure(let error): throw isInside ? error : Interpreter.diagnostic(error)
    case nil: throw Diagnostic("E0405", "could not start a thread")
    }
  }

  private func callHere(
    _ function: AnyValue, _ arguments: [AnyValue], _ named: [(String, AnyValue)]
  ) throws -> AnyValue {
    let callee = try function.owned(in: heap)
    var words: [Word] = []
    defer {
      heap.release(callee)
      for word in words { heap.release(word) }
    }
    for value in arguments { words.append(try value.owned(in: heap)) }
    var names: [ObjectPointer] = []
    for (name, value) in named {
      words.append(try value.owned(in: heap))
      names.append(try heap.intern(name))
    }
    let result = try words.withUnsafeBufferPointer { try machine.call(callee, $0, names: names) }
    defer { heap.release(result) }
    return AnyValue(result, in: heap)
  }

  /// Reserves memory before Swift code creates this many values.
  /// - Throws: E0405 if they exceed the memory limit of a program.
  public func checkRoom(for count: Int, each bytes: Int) throws {
    let (total, overflow) = count.multipliedReportingOverflow(by: bytes)
    try heap.reserve(overflow ? Int.max : total)
  }

  /// Checks whether an interrupt was requested, and collects garbage if that is due; for long work in Swift
  /// code.
  ///
  /// - Throws: E0406 if an interrupt was requested, E0405 if the heap exceeds its limit.
  public func checkInterrupt() throws { try machine.pollIfNeeded() }
}

extension FunctionValue {
  /// The name, or nil for a function without one.
  public var name: String? {
    switch value.storage {
    case .native(let function): return function.name
    case .object(let reference): return reference.heap.interpreter?.machine.functionName(reference.value)
    default: return nil
    }
  }

  /// The options of those arguments that are records; empty for a function of the program.
  public var blocks: [String: OptionBlock] {
    switch value.storage {
    case .native(let function): return function.blocks
    case .object(let reference):
      return reference.heap.interpreter?.machine.native(reference.value)?.blocks ?? [:]
    default: return [:]
    }
  }

  /// Calls the function. Its errors must be rethrown.
  public func call(_ arguments: [AnyValue] = [], named: [(String, AnyValue)] = []) throws -> AnyValue {
    guard case .object(let reference) = value.storage, let interpreter = reference.heap.interpreter else {
      throw Failure("E0310", "this function has no interpreter to run it")
    }
    return try interpreter.call(value, arguments, named: named)
  }
}
