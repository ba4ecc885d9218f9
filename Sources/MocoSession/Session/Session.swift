// A session: the interface of a prompt, a notebook's kernel, a page or `moco run` to moco. It does not depend on a
// terminal; output goes to its delegate.
//
//   let session = Session(delegate: frontEnd)
//   let outcome = session.execute("let a = 20; a + 1")
//   session.complete("a.", at: 2).candidates

import MocoBase
import MocoDocument
import MocoLang
import MocoRuntime
import MocoTraining

/// The options of a session.
public struct SessionOptions {
  /// The options of programs: seed, threads, memory, settings.
  public var runtime = RuntimeOptions()
  /// Whether cells are typed by a user: they are numbered, `Out` has their values, an error keeps the variables
  /// of its functions, and streamed text is kept for `%export`. Otherwise entire programs run.
  public var isInteractive = true
  /// Whether the values of a cell remain after an interrupt; messages say what to do otherwise.
  public var keepsValues = true
  /// The file of the history; nil for memory.
  public var historyPath: String?
  /// Whether the history may suggest the rest of a line, until `%config` changes it.
  public var suggests = true

  /// The commands after `%`; front ends may add or replace some.
  public var commands = SessionCommand.all

  /// An interactive session with its history in memory.
  public init() {}
}

/// One thread at a time may use a session; its `stopFlag` alone may be used on any thread, and in a signal handler. Several
/// sessions may exist in a process, each on its own thread.
public final class Session {
  /// The flag that stops the running cell of this session: its programs, and the threads that compute for them, check
  /// only this flag.
  public let stopFlag = StopFlag()
  /// The commands of the session, also used by completion. Front ends may add commands.
  public var commands: [SessionCommand]
  /// The front end.
  public var delegate: any SessionDelegate
  /// The interpreter with every built-in, and their shared state.
  public let runtime: Runtime
  /// The options that the session started with.
  public let options: SessionOptions
  /// The entries of this and earlier sessions.
  public private(set) lazy var history = HistoryFile(path: options.historyPath)
  /// The settings of `%config`.
  public package(set) var settings = SessionSettings()
  /// Whether the user has asked to leave; nothing more is executed.
  public package(set) var isLeaving = false
  /// The argument of `exit` in a cell.
  public package(set) var exitStatus: Int32 = 0
  /// The controls that its programs have declared, in the order of their first declaration, with their current values.
  public package(set) var controls: [Control] = []
  /// The number of inputs that have run.
  public package(set) var number = 0

  /// The interpreter of the runtime.
  public var interpreter: Interpreter { runtime.interpreter }

  /// The values of inputs: `Out`.
  let outputs = OutputsValue()
  /// Blocks that ran to their end, in order, with their output, for %save and %export.
  package var recording = SessionRecording()
  var inputs: [String] = []
  /// Whether the running cell gets a number.
  var numbersCells = true
  /// Indices in the history, and the numbers of their inputs.
  var entryNumbers: [Int: Int] = [:]
  /// The start-up file that this session has read.
  var startUpPath: String?
  /// The last error, for `%where`.
  var lastFailure: String?
  /// Remarks on deprecated names of functions, which are made once.
  var oldNames: Set<String> = []
  /// The target of `%cd -`.
  var folderBefore: String?
  /// The number of published documents.
  var documents = 0
  /// The long work of the running cell, if its progress is a document.
  var long = LongWork()
  /// The objects that the running cell has shown summaries of.
  var summarized: Set<ObjectIdentifier> = []
  /// The outcome of the running cell so far.
  var outcome = Outcome()
  var library: StandardLibrary? { runtime.context.library }

  /// A session over the standard library of its options.
  ///
  /// - Parameter delegate: the front end, which the session retains.
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
    interpreter.searchHelp = { [unowned self] in searchResults($0) }
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

  /// Requests running code in this session to stop: a cell ends at the next step of the machine, a training at its
  /// next step, and all values are kept. If nothing runs, it has no effect. Other sessions of the process continue.
  /// It does the same as `stopFlag`, which other threads and signal handlers can use.
  public func interrupt() { stopFlag.request() }

  /// Ends the session and writes its files.
  public func shutDown() {
    isLeaving = true
    delegate.flush()
  }

  /// Sets the width and appearance of displays from the front end and `%config`.
  func fitToFrontEnd() {
    runtime.context.limits = delegate.limits
    settings.apply(to: &runtime.context.limits)
  }

  /// The width of the display in columns.
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
  public var keepsValues: Bool { options.keepsValues }
  public var canAsk: Bool { delegate.canAsk }
  public func runtime(asks prompt: String, poll: () throws -> Void) throws -> String? {
    try delegate.ask(prompt, poll)
  }
}
