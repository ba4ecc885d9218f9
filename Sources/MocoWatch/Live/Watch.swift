// `moco watch FILE`: three threads. One runs the cells (the one that calls `run`), one serves the page, one polls
// the files. The first receives messages from the others through a queue, and processes all of them before each
// cell: of two edits, or of two positions of a slider, only the later one is run.

import MocoBase
import MocoLang
import MocoNotebook
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

/// Serves the page of a program and runs changed cells, until it is stopped.
///
/// - Safety: state shared with other threads is guarded by the monitor; the rest belongs to the running thread.
package final class Watch: @unchecked Sendable {
  private enum Message {
    case file(FileWatcher.Event)
    case page(WatchRequest)
    case end
  }

  private let monitor = Monitor()
  private var box: [Message] = []
  private var isRunning = false
  private var endsBy: Int32?

  private let path: String
  private let frontEnd: LiveFrontEnd
  private let live: LiveNotebook
  private let hub = PageHub()
  private var server: PageServer?
  private var watcher: FileWatcher?
  /// The paths of files by their names in the program.
  private var watched: [String: Set<String>] = [:]
  /// The running cell and its start time, for the page.
  private var running: (id: Int, since: Double)?
  private var shown: [Int: Int] = [:]
  private var lastLook = 0.0
  /// Why a control could not be set; empty if the last one could.
  private var notice: [Diagnostic] = []

  /// The address of the page.
  package var address: String { server?.site.address ?? "" }

  /// - Parameters:
  ///   - path: the program.
  ///   - port: nil chooses a free one.
  ///   - options: the options of the session; its settings apply to the cells.
  /// - Throws: E0501 or E0502 if the program cannot be read, E0502 if the port is not available.
  package init(path: String, port: Int?, options: SessionOptions) throws {
    self.path = path
    _ = try FileSystem.read(path, limit: 1 << 28)
    var options = options
    options.keepsValues = true
    let settings = options.runtime.overrides
    options.runtime.overrides = []
    frontEnd = LiveFrontEnd()
    let session = Session(options: options, delegate: frontEnd)
    live = LiveNotebook(session: session, recorder: frontEnd.recorder, settings: settings)
    let name = FileSystem.name(of: path)
    let site = try WatchSite(
      page: { WatchPage.html(name: name, nonce: $0) }, asked: { [weak self] in self?.take($0) })
    server = try PageServer(port: port, site: site, hub: hub)
    watcher = FileWatcher(path: path) { [weak self] in self?.put(.file($0)) }
  }

  // MARK: - Other threads

  private func put(_ message: Message) {
    monitor.locked {
      box.append(message)
      monitor.signal()
    }
  }

  private func take(_ request: WatchRequest) {
    if request == .interrupt { interrupt() } else { put(.page(request)) }
  }

  /// Stops the running cell. - Returns: whether one ran.
  @discardableResult
  private func interrupt() -> Bool {
    monitor.locked {
      if isRunning { frontEnd.interrupt(live.session.stopFlag) }
      return isRunning
    }
  }

  /// Ends `run`, on any thread.
  package func end() { end(by: 0) }

  private func end(by signal: Int32) {
    monitor.locked { endsBy = endsBy ?? signal }
    interrupt()
    put(.end)
  }

  /// The number of interrupts of the running cell.
  private var interrupts = 0

  /// SIGINT stops the running cell; if none runs, or if it does not stop, it ends the program. Other signals end
  /// the program.
  private func signalled(_ number: Int32) {
    guard number == SIGINT else { return end(by: number) }
    guard interrupt() else { return end(by: 0) }
    let count = monitor.locked {
      interrupts += 1
      return interrupts
    }
    if count > 2 { _exit(128 + number) }
    if count > 1 { end(by: number) }
  }

  /// On the server's thread: publishes the output of the running cell, at most ten times per second.
  private func lookAtRunning() -> Double {
    let now = ProcessClock.seconds
    guard now - lastLook >= 0.1 else { return 0.1 - (now - lastLook) }
    let id = monitor.locked { isRunning ? running?.id : nil }
    guard let id, let record = frontEnd.look() else { return 1 }
    lastLook = now
    let html = NotebookPage.outputs(record)
    monitor.locked {
      // It may have ended meanwhile.
      if isRunning, running?.id == id { hub.set(.outputs, of: id, to: html) }
    }
    return 0.1
  }

  // MARK: - Running

  /// Serves and runs until it is stopped.
  ///
  /// - Parameters:
  ///   - takesSignals: whether it handles SIGINT, SIGTERM and SIGHUP of the process.
  ///   - ready: called with the address once the page is available.
  /// - Returns: the signal that ended it, 0 for none.
  /// - Throws: E0502 if threads cannot be created.
  package func run(takesSignals: Bool, ready: (String) -> Void = { _ in }) throws -> Int32 {
    guard let server, let watcher else { return 0 }
    frontEnd.told = { [weak server] in server?.wake() }
    let turn: @Sendable () -> Double = { [weak self] in self?.lookAtRunning() ?? 1 }
    if takesSignals {
      try server.start(signalled: { [weak self] in self?.signalled($0) }, turn: turn)
    } else {
      try server.start(turn: turn)
    }
    defer { server.stop() }
    try watcher.start()
    defer { watcher.stop() }
    ready(server.site.address)
    while true {
      let messages = monitor.locked {
        defer { box = [] }
        return box
      }
      for message in messages {
        switch message {
        case .end: return monitor.locked { endsBy } ?? 0
        case .file(let event): take(event)
        case .page(.run(let id)): live.ask(id)
        case .page(.runAll): live.askAll()
        case .page(.set(let name, let value)): set(name, value)
        case .page(.interrupt): break
        }
      }
      if !messages.isEmpty { publish() }
      if step() {
        publish()
        continue
      }
      monitor.locked { if box.isEmpty { monitor.wait(atMost: 3600) } }
    }
  }

  private func set(_ name: String, _ value: String) {
    do {
      try live.set(name, value)
      notice = []
    } catch {
      let failure = (error as? Failure) ?? Failure("E0307", "\(name) cannot be set: \(error)")
      notice = [Diagnostic(failure.code, failure.message, help: failure.help.map { [$0] } ?? [])]
    }
  }

  private func step() -> Bool {
    let hasRun = live.step { id in
      frontEnd.begin()
      shown[id] = nil
      monitor.locked {
        running = (id, ProcessClock.seconds)
        isRunning = true
        interrupts = 0
      }
      publish()
    }
    monitor.locked {
      isRunning = false
      running = nil
    }
    frontEnd.begin()
    return hasRun
  }

  private func take(_ event: FileWatcher.Event) {
    switch event {
    case .text(let bytes):
      live.load(SourceFile(name: path, path: FileSystem.realPath(path) ?? path, bytes: bytes))
    case .unreadable(let failure): live.fail(failure)
    case .changed(let path):
      for (name, paths) in watched where paths.contains(path) {
        if name.isEmpty { live.changedModule() } else { live.changed(file: name) }
      }
    }
  }

  /// Watches the files that the program names, and the modules in use.
  private func watchFiles() {
    let folder = FileSystem.parent(of: path)
    var found: [String: Set<String>] = ["": Set(live.session.interpreter.modulePaths)]
    for name in live.files {
      // Paths of data are relative to the current folder, those of modules to the program.
      found[name] = name.hasPrefix("/") ? [name] : [name, "\(folder)/\(name)"]
      if name.hasSuffix(".moco") { found["", default: []].formUnion(found[name] ?? []) }
    }
    watched = found
    watcher?.watch(found.values.reduce(into: []) { $0.formUnion($1) })
  }

  // MARK: - The page

  private func publish() {
    watchFiles()
    let states = live.settled
    let cells = live.cells
    var page = NotebookPage(
      live.notebook, live.session.interpreter.dialect,
      name: FileSystem.withoutEnding(FileSystem.name(of: path)), folder: FileSystem.parent(of: path))
    page.showsCode = true
    if live.notebook != published {
      published = live.notebook
      parts = page.parts()
    }
    // First, so that a page that connects in between misses no piece of a new cell.
    hub.set(order: cells.map(\.id))
    for (index, cell) in cells.enumerated() where parts.cells.indices.contains(index) {
      hub.set(.head, of: cell.id, to: parts.cells[index].head)
      hub.set(.code, of: cell.id, to: parts.cells[index].code)
      if states[index] != .running { showOutputs(cell) }
      hub.set(
        state: describe(index, states[index], cells),
        since: states[index] == .running ? monitor.locked { running?.since } : nil, of: cell.id)
    }
    let stale = states.count { [.stale, .failed, .interrupted].contains($0) }
    hub.set(
      page: [
        "title": .string(parts.title), "stale": .int(stale),
        "running": .bool(states.contains(.running)),
        "unfinished": .int(states.count { $0 != .fresh && $0 != .prose }),
        "problem": .string(NotebookPage.diagnostics(live.problems)),
        "notice": .string(notice.isEmpty ? "" : NotebookPage.diagnostics(notice)),
        "hasTitle": .bool(parts.cells.contains { $0.head.contains("<h1") }),
      ])
  }

  private var published = Notebook()
  private var parts: (title: String, cells: [NotebookPage.Part]) = ("", [])

  private func showOutputs(_ cell: LiveCell) {
    let (id, record) =
      cell.failure.map { ($0.id, $0.record) } ?? (cell.run?.id ?? 0, cell.run?.record ?? CellRecord())
    guard shown[cell.id] != id || cell.hasMoved else { return }
    shown[cell.id] = id
    cell.hasMoved = false
    hub.set(.controls, of: cell.id, to: PageControls.html(cell.shownControls, cell: cell.id))
    hub.set(.outputs, of: cell.id, to: NotebookPage.outputs(record))
  }

  private func describe(_ index: Int, _ state: CellState, _ cells: [LiveCell]) -> Json {
    let cell = cells[index]
    let word: String
    var words = ""
    switch state {
    case .prose: word = "prose"
    case .fresh:
      word = "fresh"
      words = cell.seconds.map { "took \(DurationText.precise($0))" } ?? ""
    case .queued: (word, words) = ("queued", "queued")
    case .stale:
      word = "stale"
      words =
        cell.run == nil
        ? "has not run; press Run" : "stale: the cell or a cell above has changed"
    case .waiting(let others):
      word = "waiting"
      let names = others.map { Self.name($0, cells) }
      words = "waits for \(names.joined(separator: ", "))"
    case .running: (word, words) = ("running", "runs")
    case .failed, .interrupted:
      word = state == .failed ? "failed" : "interrupted"
      words = cell.run == nil ? word : "\(word); the earlier results are kept"
    }
    return ["is": .string(word), "words": .string(words), "name": .string(Self.name(index, cells))]
  }

  private static func name(_ index: Int, _ cells: [LiveCell]) -> String {
    let title = cells[index].cell.title
    return title.isEmpty ? "cell \(index + 1)" : "\"\(title)\""
  }
}
