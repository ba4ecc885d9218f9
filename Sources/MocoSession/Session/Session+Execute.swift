import MocoBase
import MocoDocument
import MocoLang
import MocoRuntime

extension Session {
  /// How a cell is executed.
  public struct CellOptions: Sendable {
    /// Whether it is added to the history.
    public var isRemembered = true
    /// Runs silently: no number, no value, no entry in `Out`, `ans`, the history and the recording.
    public var isSilent = false
    /// Whether it gets a number, which identifies it in `Out`, `%history` and the output of `%save`. One without a
    /// number publishes as others do, including its value, and does not change `ans`.
    public var isNumbered = true
    /// Whether commands and questions get numbers too.
    public var numbersCommands = false

    /// A cell that was typed.
    public init() {}
  }

  /// Executes a cell, a `%` command, a command of the shell or a question for help. Its output is published
  /// while it runs, and is in the outcome; an error in it does not end the session.
  @discardableResult
  public func execute(_ cell: String, _ options: CellOptions = CellOptions()) -> Outcome {
    observed(cell) {
      if options.isSilent { return runQuietly(cell, name: "silent") }
      guard !cell.allSatisfy(\.isWhitespace) else { return }
      if options.isRemembered { history.append(cell) }
      let before = number
      let answer = options.isNumbered ? nil : interpreter.value(named: "ans")
      numbersCells = options.isNumbered
      evaluate(cell)
      numbersCells = true
      if !options.isNumbered { interpreter.setAnswer(answer) }
      if options.isNumbered, options.numbersCommands, number == before { pass(cell) }
      if options.isRemembered, number > before { entryNumbers[history.entries.count - 1] = number }
    }
  }

  /// An input that is a command or a question gets a number, and has no value.
  private func pass(_ cell: String) {
    number += 1
    inputs.append(cell)
    outputs.pass(number: number)
  }

  /// Evaluates an expression without recording it: no number, no `ans`, and nothing is published.
  public func value(of expression: String) -> Result<Shown, Diagnostic> {
    fitToFrontEnd()
    let answer = interpreter.value(named: "ans")
    let result = working { interpreter.run(SourceFile(name: "expression", text: expression), mode: .cell) }
    interpreter.setAnswer(answer)
    endProgress()
    delegate.flush()
    if let failure = result.failure { return .failure(failure) }
    let document = interpreter.document(of: result.value, limits: runtime.context.limits)
    var shown = shown(document, value: result.value)
    shown.number = nil
    return .success(shown)
  }

  /// Runs an entire program that was checked, without reporting its errors: they are in the outcome.
  public func run(_ program: CheckedProgram) -> Outcome {
    observed {
      let settings = options.runtime.recorder == nil ? nil : settings(of: program)
      let result = working { runtime.run(program.parsed, settings: settings) }
      endProgress()
      outcome.diagnostics += result.diagnostics
      end(result)
    }
  }

  /// Runs a program and keeps its names, also after an error: used for the program that a session begins with.
  @discardableResult
  public func begin(with program: CheckedProgram) -> Outcome {
    observed {
      runCell(program, shows: false, mode: .program)
      interpreter.clearOverrides()
    }
  }

  /// The context for checking a program that starts in this session.
  public func checkContext(isCell: Bool = false) -> CheckContext {
    CheckContext(interpreter, isPrompt: isCell)
  }

  /// Diagnostics of a program before it runs here.
  public func check(_ source: SourceFile, isCell: Bool = false) -> CheckedProgram {
    CheckedProgram(interpreter.parse(source), checkContext(isCell: isCell))
  }

  /// The outcome of some work, which counts as the running cell meanwhile.
  ///
  /// - Parameter cell: its text; nil for an entire program, whose changes in place are not tracked.
  func observed(_ cell: String? = nil, _ work: () -> Void) -> Outcome {
    let start = ProcessClock.seconds
    let before = interpreter.bindings(marked: cell != nil)
    outcome = Outcome()
    summarized = []
    fitToFrontEnd()
    work()
    let changed = Set(outcome.bindings)
    // `ans` belongs to the session.
    let bound = Set(interpreter.names(changedSince: before, mentioned: mentions(cell ?? ""))).union(changed)
      .subtracting(["ans"])
    outcome.bindings = interpreter.names(changedSince: Interpreter.Bindings()).filter(bound.contains)
    outcome.seconds = ProcessClock.seconds - start
    if isLeaving, outcome.status == .fine || outcome.status == .interrupted {
      outcome.status = .left(exitStatus)
    }
    delegate.flush()
    return outcome
  }

  /// Whether a cell may change the value of a name, judged by its words: it contains the name, or runs code that is
  /// written elsewhere.
  private func mentions(_ cell: String) -> (String) -> Bool {
    if cell.hasPrefix("%") { return { _ in true } }
    let scalars = Array(cell.unicodeScalars)
    let words = SourceScanner(scalars, interpreter.dialect).tokens.map {
      String(String.UnicodeScalarView(scalars[$0.range]))
    }
    return interpreter.mentions(Set(words))
  }

  private func evaluate(_ cell: String) {
    let trimmed = String(cell.drop { $0 == " " || $0 == "\n" })
    if !trimmed.hasPrefix("!"), !trimmed.hasPrefix("%reload") { renewModules() }
    if trimmed.hasPrefix("%") {
      command(trimmed)
    } else if trimmed.hasPrefix("!") {
      shell(String(trimmed.dropFirst()).trimmed)
    } else if let assignment = ShellAssignment(trimmed) {
      assign(assignment)
    } else if isFarewell(trimmed) {
      isLeaving = true
    } else if let question = question(trimmed) {
      help(question)
    } else {
      runCell(cell: cell)
    }
  }

  /// Whether the text is a word for leaving a prompt, and not a name of the session.
  private func isFarewell(_ text: String) -> Bool {
    let word = text.trimmed
    guard ["exit", "quit", "exit()", "quit()", ":q"].contains(word) else { return false }
    let name = String(word.prefix { $0.isLetter })
    return !interpreter.names.contains { $0.name == name && !$0.isBuiltin }
  }

  /// Runs typed text, and shows its value. - Returns: whether it ran to its end.
  /// - Parameters:
  ///   - input: the typed text, if it differs.
  ///   - accepts: the text that `%save` writes instead.
  @discardableResult
  func runCell(cell text: String, shows: Bool = true, input: String? = nil, accepts: String? = nil) -> Bool {
    let source = SourceFile(name: "prompt[\(number + 1)]", text: text)
    return runCell(check(source, isCell: true), shows: shows, mode: .cell, input: input, accepts: accepts)
  }

  /// Runs an input that was read. - Returns: whether it ran to its end.
  /// - Parameter mode: in an entire program, `exit` ends only the program.
  @discardableResult
  func runCell(
    _ program: CheckedProgram, shows: Bool, mode: Interpreter.Mode, input: String? = nil,
    accepts: String? = nil
  ) -> Bool {
    let source = program.source
    let isNumbered = numbersCells
    if isNumbered {
      number += 1
      outcome.number = number
      inputs.append(input ?? source.text)
    }
    recording.begin()
    let start = ProcessClock.seconds
    let found = findings(program)
    if !found.isEmpty { report(found) }
    if let failure = found.first(where: \.isError) {
      outputs.pass(number: number)
      fail(failure)
      return false
    }
    let result = working { interpreter.run(program.parsed, mode: mode) }
    endProgress()
    if !result.diagnostics.isEmpty { report(result.diagnostics) }
    outputs.pass(number: number)
    outcome.bindings += program.parsed.program.assignedNames
    end(result)
    if let status = result.exitStatus {
      // `exit` in a program of %run ends only that program.
      if mode != .program {
        exitStatus = status
        isLeaving = true
      } else {
        outcome.status = .fine
        complain("the program ended with exit(\(status))\n")
      }
      return false
    }
    if let failure = result.failure {
      // The session continues with the partial result of a failed call.
      if isNumbered, result.heldBy != nil {
        recording.accept(
          Session.cutShort(accepts ?? source.text, failure), number: number,
          seconds: ProcessClock.seconds - start)
      }
      return false
    }
    if isNumbered, !result.value.isNil {
      let bytes = interpreter.heldByteCount(of: result.value, limit: OutputsValue.largest)
      outputs.keep(result.value, number: number, bytes: bytes)
    }
    if shows, !result.isHidden, !result.value.isNil { show(value: result.value) }
    if shows, options.isInteractive { showControls(of: program) }
    if isNumbered {
      recording.accept(accepts ?? source.text, number: number, seconds: ProcessClock.seconds - start)
    }
    delegate.flush()
    return true
  }

  private func fail(_ failure: Diagnostic) {
    lastFailure = "\(failure.code): \(failure.message)"
    outcome.status = failure.code == "E0406" ? .interrupted : .failed
  }

  private func end(_ result: RunResult) {
    if let status = result.exitStatus {
      outcome.status = .left(status)
    } else if let failure = result.failure {
      fail(failure)
    } else if !result.isHidden, !result.value.isNil {
      outcome.value = result.value
    }
  }

  /// Shows a value; an interrupt ends this. A summary that replaced the progress of work is not shown again.
  private func show(value: AnyValue) {
    let object: (any HostObject)? = value.asHost()
    if let object, summarized.contains(ObjectIdentifier(object)) {
      outcome.document = interpreter.document(of: value, limits: runtime.context.limits)
      return
    }
    working {
      show(interpreter.document(of: value, limits: runtime.context.limits), value: value)
      if stopFlag.isRequested {
        complain("\ninterrupted while showing the value; it is in ans\n")
      }
    }
  }

  /// Runs a block that is not an input, silently.
  func runQuietly(_ block: String, name: String) {
    let answer = interpreter.value(named: "ans")
    let result = working { interpreter.run(SourceFile(name: name, text: block), mode: .cell) }
    interpreter.setAnswer(answer)
    endProgress()
    if !result.diagnostics.isEmpty { report(result.diagnostics) }
    if let failure = result.failure { outcome.status = failure.code == "E0406" ? .interrupted : .failed }
    delegate.flush()
  }

  /// A failed block with a partial result, with a comment that says so.
  private static func cutShort(_ block: String, _ failure: Diagnostic) -> String {
    let message = failure.message.split(separator: "\n").joined(separator: " ")
    return
      "// Interrupted in the session, which continued with the partial result: \(failure.code) \(message)\n\(block)"
  }
}
