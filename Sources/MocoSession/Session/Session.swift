// A session: what a prompt, a notebook's kernel, a page or `moco run` asks of moco. It knows no terminal; what is to be
// seen goes to its delegate.
//
//   let session = Session(delegate: frontEnd)
//   let outcome = session.execute("let a = 20; a + 1")
//   session.complete("a.", at: 2).candidates

import MocoBase
import MocoDocument
import MocoLang
import MocoRuntime
import MocoTraining

/// What a session starts with.
public struct SessionOptions {
  /// What programs run with: seed, threads, memory, settings.
  public var runtime = RuntimeOptions()
  /// Whether cells are typed in by somebody: they are numbered, `Out` has their values, an error keeps the variables
  /// of its functions, and what was streamed is kept for `%export`. Otherwise whole programs run.
  public var isInteractive = true
  /// Where the history is kept; nil for memory.
  public var historyPath: String?
  /// Whether the history may suggest how a line goes on, until `%config` says otherwise.
  public var suggests = true

  /// The commands behind `%`; front ends may add some, or put others in their place.
  public var commands = SessionCommand.all

  /// A session that somebody types into, its history in memory.
  public init() {}
}

/// One thread at a time may use a session; its `stopFlag` alone may be used on any thread, and in a signal handler. Several
/// sessions may live in a process, each on a thread of its own.
public final class Session {
  /// What stops the cell that runs, in this session alone: its programs, and the threads that compute for them, look at
  /// this flag and at no other.
  public let stopFlag = StopFlag()
  /// Where the session's commands, names of cells and completion look things up. Front ends may add commands.
  public var commands: [SessionCommand]
  /// The front end.
  public var delegate: any SessionDelegate
  /// The interpreter with every built-in, and what these share.
  public let runtime: Runtime
  /// What the session started with.
  public let options: SessionOptions
  /// What was entered, here and in sessions before.
  public private(set) lazy var history = HistoryFile(path: options.historyPath)
  /// What `%config` has set.
  public package(set) var settings = SessionSettings()
  /// Whether somebody has asked to leave; nothing is to be executed any more.
  public package(set) var isLeaving = false
  /// What a cell gave to `exit`.
  public package(set) var exitStatus: Int32 = 0
  /// The controls that its programs have declared, in the order of their first declaration, as they are set now.
  public package(set) var controls: [Control] = []
  /// How many inputs have run.
  public package(set) var number = 0

  /// The interpreter of the runtime.
  public var interpreter: Interpreter { runtime.interpreter }

  /// The values of inputs: `Out`.
  let outputs = OutputsValue()
  /// Blocks that ran to their end, in order, with what they printed and showed: what %save and %export write.
  package var recording = SessionRecording()
  var inputs: [String] = []
  /// Whether the running cell gets a number.
  var numbersCells = true
  /// Places in the history, and the numbers of the inputs that stand there.
  var entryNumbers: [Int: Int] = [:]
  /// The start-up file that this session has read.
  var startUpPath: String?
  /// The last error, as `%where` names it.
  var lastFailure: String?
  /// Names that were said to cover a built-in.
  var coveredNames: Set<String> = []
  /// Remarks on older names of functions, which are made once.
  var oldNames: Set<String> = []
  /// Where `%cd -` goes.
  var folderBefore: String?
  /// How many documents were published.
  var documents = 0
  /// The long work of the running cell, where its progress is a document.
  var long = LongWork()
  /// The objects that the running cell has shown summaries of.
  var summarized: Set<ObjectIdentifier> = []
  /// What the running cell has come to so far.
  var outcome = Outcome()
  var library: StandardLibrary? { runtime.context.library }

  /// A session over the standard library of its options.
  ///
  /// - Parameter delegate: the front end, which the session keeps.
  public init(options: SessionOptions = SessionOptions(), delegate: any SessionDelegate) {
    self.options = options
    commands = options.commands
    self.delegate = delegate
    var runtimeOptions = options.runtime
    runtimeOptions.stopFlag = stopFlag
    runtime = Runtime(options: runtimeOptions)
    settings.suggest = options.suggests
    runtime.context.delegate = self
    interpreter.output = { [unowned self] in stream($0, .output) }
    interpreter.note = { [unowned self] in note($0) }
    interpreter.showDocument = { [unowned self] in show($0) }
    interpreter.showHelp = { [unowned self] in delegateShows(page: $0) }
    runtime.context.codeHash = { [unowned self] in try codeHash(of: $0) }
    fitToFrontEnd()
    guard options.isInteractive else { return }
    interpreter.keepsFailedFrames = true
    interpreter.define("Out", .host(outputs), doc: OutputsValue.help)
    interpreter.moduleStarts = { [unowned self] module in
      let found = findings(CheckedProgram(module, CheckContext(interpreter))).filter { !$0.isError }
      if !found.isEmpty { report(found) }
    }
  }

  private func delegateShows(page: String) { delegate.show(page: page) }

  /// Asks what runs in this session to stop: a cell ends at the next step of the machine, a training at its next step,
  /// with everything as it stands then. Where nothing runs it does nothing. Other sessions of the process go on. It is
  /// what `stopFlag` does, which other threads and signal handlers hold.
  public func interrupt() { stopFlag.request() }

  /// Nothing is executed any more; what is kept on disk is written.
  public func shutDown() {
    isLeaving = true
    delegate.flush()
  }

  /// Takes the width and looks of displays from the front end, and from what `%config` says.
  func fitToFrontEnd() {
    runtime.context.limits = delegate.limits
    settings.apply(to: &runtime.context.limits)
  }

  /// Columns of the place where things are shown.
  var width: Int { runtime.context.limits.width }

  /// Does work that may be interrupted.
  func working<Result>(_ work: () throws -> Result) rethrows -> Result {
    try Cancellation.polling(stopFlag.pointer) {
      stopFlag.clear()
      delegate.workBegins(stoppedBy: stopFlag)
      defer {
        delegate.workEnds()
        stopFlag.clear()
      }
      return try work()
    }
  }
}

extension Session: RuntimeDelegate {
  public func runtime(progress: Progress) { show(progress) }
  public func runtime(epoch text: String) { show(epoch: text) }
  public func runtime(summary: @autoclosure () -> Document, of object: any HostObject) {
    show(summary: summary(), of: ObjectIdentifier(object))
  }
  public func runtimeEndsProgress() { endProgress() }
  public func runtimeClears(waits: Bool) { clear(waits: waits) }
  public func runtime(declares control: Control) { declare(control) }
  public func runtimeFlushes() { delegate.flush() }
  public var interruption: String? { delegate.interruption }
  public var canAsk: Bool { delegate.canAsk }
  public func runtime(asks prompt: String, poll: () throws -> Void) throws -> String? {
    try delegate.ask(prompt, poll)
  }
}
