import MocoBase
import MocoDocument
import MocoLang
import MocoNotebook
import MocoRuntime
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

/// Publishes the output of a session as Jupyter's messages.
final class KernelFrontEnd: SessionDelegate {
  /// The request that is answered.
  struct Cell {
    var header: [UInt8] = []
    var peer = 0
    /// The number of the input.
    var count = 0
    var allowsInput = false
    /// Whether the cell is `?name`: clients show its output below the cell, and do not store it in the file.
    var isQuestion = false
    /// The pages of a `?name` cell.
    var pages: [Json] = []
    /// The published error of the cell; nil if there was none.
    var error: [(String, Json)]?
  }

  weak var kernel: Kernel?
  var cell = Cell()

  func stream(_ text: String, to kind: StreamKind) {
    // Clients show standard error as an error, which a note is not.
    kernel?.stream(text, name: kind == .error ? "stderr" : "stdout", parent: cell.header)
  }

  /// The first error is that of the cell; warnings and later errors are text.
  func report(_ diagnostics: [Diagnostic]) {
    guard cell.error == nil, let failure = diagnostics.first(where: \.isError) else {
      for diagnostic in diagnostics { stream(diagnostic.render(color: hasColors) + "\n", to: .error) }
      return
    }
    let content = JupyterOutput.error(failure, diagnostics, colors: hasColors)
    cell.error = content
    kernel?.publish("error", .object(JsonObject(content)), parent: cell.header)
  }

  func document(_ shown: Shown, id: Int) {
    let data = MimeBundle.data(shown)
    let metadata = JupyterOutput.metadata(shown.document)
    sayOnceThatPicturesAreMissing()
    let display = Json.object(JsonObject([("display_id", .string(displayID(id)))]))
    guard shown.value != nil else {
      return publish("display_data", ["data": data, "metadata": metadata, "transient": display])
    }
    kernel?.shownTexts.add(
      shown.text.hasSuffix("\n") ? String(shown.text.dropLast()) : shown.text, number: cell.count)
    publish(
      "execute_result",
      ["execution_count": .int(cell.count), "data": data, "metadata": metadata, "transient": display])
  }

  private var saidMissing = false

  private func sayOnceThatPicturesAreMissing() {
    guard !saidMissing, let reason = JupyterOutput.missing else { return }
    saidMissing = true
    KernelLog.write("figures are sent as SVG only: \(reason)")
  }

  func update(_ shown: Shown, id: Int) {
    publish(
      "update_display_data",
      [
        "data": MimeBundle.data(shown), "metadata": JupyterOutput.metadata(shown.document),
        "transient": .object(JsonObject([("display_id", .string(displayID(id)))])),
      ])
  }

  func show(page markdown: String) {
    let data = MimeBundle.page(markdown)
    if cell.isQuestion { return cell.pages.append(["source": "page", "data": data, "start": 0]) }
    publish("display_data", ["data": data, "metadata": [:], "transient": [:]])
  }

  func clear(waits: Bool) { publish("clear_output", ["wait": .bool(waits)]) }

  private func publish(_ type: String, _ content: Json) {
    kernel?.publish(type, content, parent: cell.header)
    kernel?.waitForRoom()
  }

  /// Unique among all kernels, since a notebook keeps outputs of earlier kernels.
  private func displayID(_ id: Int) -> String { "moco-\(kernel?.writer.session ?? "")-\(id)" }

  var updatesDocuments: Bool { true }
  func flush() { kernel.map { kernel in kernel.monitor.locked { kernel.flushStream() } } }

  let limits = DocumentLimits(width: 100)
  /// Whether errors contain escape sequences; not if `NO_COLOR` is set.
  let hasColors = ProcessEnvironment.value("NO_COLOR").map(\.isEmpty) ?? true

  func workBegins(stoppedBy flag: StopFlag) {
    // A request to stop that arrived before the work began applies to it too.
    guard let kernel else { return }
    if kernel.monitor.locked({ kernel.shared.isInterrupted }) { flag.request() }
  }

  // MARK: Input

  var canAsk: Bool {
    guard cell.allowsInput, let kernel else { return false }
    // The connection to stdin may arrive after the first request.
    for _ in 0..<50 {
      if kernel.wire.stdin(of: cell.peer) != nil { return true }
      usleep(10_000)
    }
    return false
  }

  func ask(_ prompt: String, _ poll: () throws -> Void) throws -> String? {
    guard let kernel, let peer = kernel.wire.stdin(of: cell.peer) else { return nil }
    kernel.ask(prompt, peer: peer, parent: cell.header)
    defer { kernel.monitor.locked { kernel.shared.question = nil } }
    while true {
      try poll()
      let answer = kernel.monitor.locked { () -> String? in
        if kernel.shared.question?.answer == nil { kernel.monitor.wait(atMost: 0.02) }
        return kernel.shared.question?.answer
      }
      if let answer { return answer }
      if !kernel.wire.isConnected(peer) { return nil }
    }
  }
}

extension Kernel {
  /// Adds text that is published soon, no faster than clients read it.
  func stream(_ text: String, name: String, parent: [UInt8]) {
    guard !text.isEmpty else { return }
    monitor.locked {
      if !shared.stream.takes(name, parent) { flushStream() }
      let isFirst = shared.stream.since == nil
      shared.stream.add(text, name: name, parent: parent)
      if shared.stream.isFull { flushStream() } else if isFirst { wire.wake() }
    }
    waitForRoom()
  }

  /// Waits for slow readers, unless the work is to stop.
  func waitForRoom() { wire.waitForRoom { stopFlag.isRequested } }

  /// Asks a client for a line.
  func ask(_ prompt: String, peer: Int, parent: [UInt8]) {
    monitor.locked {
      flushStream()
      let made = writer.frames(
        "input_request", parent: parent, content: ["prompt": .string(prompt), "password": false])
      shared.question = Question(peer: peer, id: made.id)
      wire.send(made.frames, to: peer)
    }
  }
}
