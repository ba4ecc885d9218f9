// The prompt: reads a block, runs it, shows its value, and goes on whatever happened.

import CEditline
import MocoBase
import MocoCLIP
import MocoLang
import MocoRuntime
import MocoSession
import MocoTensor

#if canImport(Glibc)
  import Glibc
#endif

public struct PromptOptions {
  public var highlight = true
  public var banner = true
  /// Whether the history suggests how a line goes on.
  public var suggest = true
  /// Whether the start-up file is read.
  public var startUp = true
  /// `nil` keeps the history in memory.
  public var historyPath = HistoryFile.defaultPath()

  public init() {}
}

public final class Prompt: LineEditorDelegate {
  public let session: Runtime
  let options: PromptOptions
  let history: HistoryFile
  var interpreter: Interpreter { session.interpreter }
  var traits = OutputTraits.detect()
  /// Blocks that ran to their end, in order, with what they printed and showed: what %save and %export write.
  var accepted: [(block: String, output: String)] = []
  var inputs: [String] = []
  /// The values of inputs: `Out`.
  let outputs = OutputsValue()
  /// Places in the history, and the numbers of the inputs that stand there.
  var entryNumbers: [Int: Int] = [:]
  var settings = PromptSettings()
  /// The start-up file that this session has read.
  var startUpPath: String?
  /// The last error, as `%where` names it.
  var lastFailure: String?
  /// Text that the next block begins with.
  var preset: String?
  var isLeaving = false
  /// What a block gave to `exit`.
  private var exitStatus: Int32 = 0
  /// Names that were said to cover a built-in.
  var coveredNames: Set<String> = []
  /// Remarks on older names of functions, which are made once.
  var oldNames: Set<String> = []
  /// Where `%cd -` goes.
  var folderBefore: String?
  private(set) var number = 0
  /// What the running block has printed so far.
  private var printed = ""
  private lazy var library = try? session.context.standardLibrary()

  public init(session: Runtime, options: PromptOptions = PromptOptions()) {
    self.session = session
    self.options = options
    history = HistoryFile(path: options.historyPath)
    settings.suggest = options.suggest
    Console.connect(session)
    interpreter.keepsFailedFrames = true
    interpreter.define("Out", .host(outputs), doc: OutputsValue.help)
    interpreter.moduleStarts = { [weak self] source in
      let found = self?.findings(in: source, isCell: false).filter { !$0.isError } ?? []
      if !found.isEmpty { Console.report(found) }
    }
    interpreter.output = { [weak self] text in
      Console.print(text)
      if let self, self.printed.utf8.count < 1 << 20 { self.printed += text }
    }
  }

  /// Reads and runs blocks until ^D. - Returns: the exit status.
  public func run() -> Int32 {
    let terminal = isatty(STDOUT_FILENO) == 1
    let name = environment("TERM") ?? "dumb"
    var editor: LineEditor?
    if terminal, name != "dumb", !name.isEmpty {
      var settings = LineEditor.Options()
      settings.colour = traits.colour != .none
      settings.highlight = options.highlight
      editor = LineEditor(history: history, options: settings, delegate: self)
      editor?.suggests = { [weak self] in self?.settings.suggest ?? false }
    }
    let plain = PlainReader(
      prompt: LineEditor.Options().prompt, promptDescriptor: terminal ? STDOUT_FILENO : STDERR_FILENO,
      delegate: self)
    if options.banner { Console.print(banner()) }
    if options.startUp {
      dress()
      runStartUpFile()
    }
    while !isLeaving {
      Console.flush()
      let text = preset
      preset = nil
      let input: LineEditor.Input
      if let editor {
        Console.endOutput()
        input = editor.read(preset: text)
      } else if let text {
        // Where nothing can be edited, the text is shown and run.
        Console.show(text + "\n")
        input = .block(text)
      } else {
        input = plain.read()
      }
      switch input {
      case .end:
        if editor != nil { Console.print("\n") }
        isLeaving = true
      case .terminated: isLeaving = true
      case .block(let block):
        guard !block.allSatisfy(\.isWhitespace) else { continue }
        if let editor { editor.remember(block) } else { history.append(block) }
        let before = number
        evaluate(block)
        if number > before { entryNumbers[history.entries.count - 1] = number }
      }
      // What ran was stopped by what wants the process to end.
      if Console.ending != nil { isLeaving = true }
    }
    Console.flush()
    return Console.ending.map { 128 + $0.number } ?? exitStatus
  }

  private func banner() -> String {
    let title = "moco \(Moco.version)"
    let rest =
      traits.glyphs == .unicode
      ? "  prompts for CLIP · ? for help · ^D leaves" : "  prompts for CLIP; ? for help; ^D leaves"
    return (traits.colour == .none ? title + rest : "\u{1B}[1m\(title)\u{1B}[0m\u{1B}[2m\(rest)\u{1B}[0m")
      + "\n"
  }

  // MARK: Running

  /// Fits what is shown to the terminal and the settings.
  func dress() {
    traits = OutputTraits.detect()
    session.context.width = traits.width
    session.context.style = traits.displayStyle
    settings.apply(to: &session.context.style)
  }

  func evaluate(_ block: String) {
    dress()
    let trimmed = String(block.drop { $0 == " " || $0 == "\n" })
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
      runCell(block)
    }
  }

  /// Whether this is how one leaves other prompts, and nothing of the session.
  private func isFarewell(_ text: String) -> Bool {
    let word = text.trimmed
    guard ["exit", "quit", "exit()", "quit()", ":q"].contains(word) else { return false }
    let name = String(word.prefix { $0.isLetter })
    return !interpreter.names.contains { $0.name == name && !$0.isBuiltin }
  }

  /// Runs a block and shows its value. - Returns: whether it ran to its end.
  /// - Parameters:
  ///   - input: what was typed, where that is something else.
  ///   - accepts: what `%save` writes in its place.
  @discardableResult
  func runCell(
    _ block: String, name: String? = nil, shows: Bool = true, mode: Interpreter.Mode = .cell,
    input: String? = nil, accepts: String? = nil
  ) -> Bool {
    number += 1
    inputs.append(input ?? block)
    printed = ""
    let source = SourceFile(name: name ?? "prompt[\(number)]", text: block)
    let found = findings(in: source, isCell: name == nil)
    if !found.isEmpty { Console.report(found) }
    if let failure = found.first(where: \.isError) {
      outputs.pass(number: number)
      lastFailure = "\(failure.code): \(failure.message)"
      return false
    }
    let result = Console.interruptible { interpreter.run(source, mode: mode) }
    session.context.onProgressEnd?()
    Console.report(result.diagnostics)
    outputs.pass(number: number)
    remarkOnCovered()
    if let status = result.exitStatus {
      // A program that %run runs ends alone.
      if name == nil {
        exitStatus = status
        isLeaving = true
      } else {
        Console.report("it ended with exit(\(status))\n")
      }
      return false
    }
    if let failure = result.failure {
      lastFailure = "\(failure.code): \(failure.message)"
      // The session goes on with what a failed call has left.
      if result.heldBy != nil {
        accepted.append((Prompt.cutShort(accepts ?? block, failure), plain(printed).trimmed))
      }
      return false
    }
    if !result.value.isNil {
      let bytes = interpreter.heldByteCount(of: result.value, limit: OutputsValue.largest)
      outputs.keep(result.value, number: number, bytes: bytes)
    }
    if shows, !result.isHidden, !result.value.isNil { printed += show(result.value) }
    accepted.append((accepts ?? block, plain(printed).trimmed))
    Console.flush()
    return true
  }

  /// Displays a value; ^C ends that. - Returns: what was shown.
  private func show(_ value: AnyValue) -> String {
    let style = session.context.style
    return Console.interruptible {
      let text = interpreter.display(value, width: traits.width, style: style)
      Console.print(text.hasSuffix("\n") ? text : text + "\n")
      if Cancellation.isRequested {
        Console.report("\ninterrupted while the value was shown; it is in ans\n")
      }
      return text
    }
  }

  /// Runs a block of the start-up file: it is no input, and shows nothing of itself.
  func runQuietly(_ block: String, name: String) {
    let source = SourceFile(name: name, text: block)
    let result = Console.interruptible { interpreter.run(source, mode: .cell) }
    interpreter.setAnswer(nil)
    session.context.onProgressEnd?()
    Console.report(result.diagnostics)
    Console.flush()
  }

  /// A block that failed and has left something, with a comment that says so.
  private static func cutShort(_ block: String, _ failure: Diagnostic) -> String {
    let message = failure.message.split(separator: "\n").joined(separator: " ")
    return
      "// Cut short in the session, which went on with what there was: \(failure.code) \(message)\n\(block)"
  }

  /// A text without the escape sequences that colour it.
  private func plain(_ text: String) -> String {
    guard text.contains("\u{1B}") else { return text }
    var result = String.UnicodeScalarView()
    var inSequence = false
    for scalar in text.unicodeScalars {
      if inSequence {
        inSequence = !("@"..."~" ~= scalar && scalar != "[")
      } else if scalar == "\u{1B}" {
        inSequence = true
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  // MARK: What the editor asks

  public func isComplete(_ block: String) -> Bool {
    let trimmed = block.drop { $0 == " " || $0 == "\n" }
    let bound = Set(interpreter.names.filter { !$0.isBuiltin }.map(\.name))
    for command in ["%timeit ", "%time "] where trimmed.hasPrefix(command) {
      return TimedCode.isComplete(String(trimmed.dropFirst(command.count)), boundNames: bound)
    }
    if ShellAssignment(String(trimmed)) != nil { return true }
    if trimmed.isEmpty || trimmed.hasPrefix("%") || trimmed.hasPrefix("!") || question(String(trimmed)) != nil
    {
      return true
    }
    return !Parser.parse(SourceFile(name: "", text: block), .moco, boundNames: bound).isIncomplete
  }

  public func completion(_ block: String, cursor: Int) -> Completion {
    let names = session.moduleNames
    let here = SourceFile(name: "prompt", text: "")
    return Completer(
      interpreter: interpreter, library: library, moduleNames: { (try? names($0, here)) ?? [] }
    ).completion(block, cursor: cursor)
  }
}
