// The prompt: reads a block, runs it, shows its value, and goes on whatever happened.

import CEditline
import MocoCLIP
import MocoLang
import MocoRuntime

#if canImport(Glibc)
  import Glibc
#endif

public struct PromptOptions {
  public var highlight = true
  public var banner = true
  /// `nil` keeps the history in memory.
  public var historyPath = HistoryFile.defaultPath()

  public init() {}
}

public final class Prompt: LineEditorDelegate {
  public let session: Session
  let options: PromptOptions
  let history: HistoryFile
  var interpreter: Interpreter { session.interpreter }
  var traits = OutputTraits.detect()
  /// Blocks that ran to their end, in order, with what they printed and showed: what %save and %export write.
  var accepted: [(block: String, output: String)] = []
  var inputs: [String] = []
  /// Text that the next block begins with.
  var preset: String?
  var isLeaving = false
  /// What a block gave to `exit`.
  private var exitStatus: Int32 = 0
  /// Files that this session has written.
  var saved: Set<String> = []
  /// Where `%cd -` goes.
  var folderBefore: String?
  private var number = 0
  /// What the running block has printed so far.
  private var printed = ""
  private lazy var library = try? session.context.standardLibrary()

  public init(session: Session, options: PromptOptions = PromptOptions()) {
    self.session = session
    self.options = options
    history = HistoryFile(path: options.historyPath)
    Console.connect(session)
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
    }
    let plain = PlainReader(
      prompt: LineEditor.Options().prompt, promptDescriptor: terminal ? STDOUT_FILENO : STDERR_FILENO,
      delegate: self)
    if options.banner { Console.print(banner()) }
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
        evaluate(block)
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

  func evaluate(_ block: String) {
    traits = OutputTraits.detect()
    session.context.width = traits.width
    session.context.style = traits.displayStyle
    let trimmed = String(block.drop { $0 == " " || $0 == "\n" })
    if !trimmed.hasPrefix("!"), !trimmed.hasPrefix("%reload") { renewModules() }
    if trimmed.hasPrefix("%") {
      command(trimmed)
    } else if trimmed.hasPrefix("!") {
      shell(String(trimmed.dropFirst()).trimmed)
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
  @discardableResult
  func runCell(_ block: String, name: String? = nil, shows: Bool = true) -> Bool {
    number += 1
    inputs.append(block)
    printed = ""
    let source = SourceFile(name: name ?? "prompt[\(number)]", text: block)
    let result = Console.interruptible { interpreter.run(source, mode: .cell) }
    session.context.onProgressEnd?()
    Console.report(result.diagnostics)
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
    guard result.failure == nil else { return false }
    if shows, !result.isHidden, !result.value.isNil {
      let text = Console.interruptible {
        interpreter.display(result.value, width: traits.width, style: traits.displayStyle)
      }
      Console.print(text.hasSuffix("\n") ? text : text + "\n")
      printed += text
    }
    accepted.append((block, plain(printed).trimmed))
    Console.flush()
    return true
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
    if trimmed.isEmpty || trimmed.hasPrefix("%") || trimmed.hasPrefix("!") || question(String(trimmed)) != nil
    {
      return true
    }
    let bound = Set(interpreter.names.filter { !$0.isBuiltin }.map(\.name))
    return !Parser.parse(SourceFile(name: "", text: block), boundNames: bound).isIncomplete
  }

  public func completion(_ block: String, cursor: Int) -> Completion {
    Completer(interpreter: interpreter, library: library).completion(block, cursor: cursor)
  }
}
