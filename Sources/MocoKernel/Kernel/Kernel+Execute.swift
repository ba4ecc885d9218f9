import MocoBase
import MocoLang
import MocoNotebook
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

extension Kernel {
  /// After an error, requests that were sent before it was known may still arrive: seconds without one
  /// after which no more are expected, and the maximum wait in seconds.
  static let (quiet, mostGrace) = (0.05, 0.5)

  /// `execute_request`
  func execute(_ request: Request) {
    let content = request.message.content
    guard let code = content["code"]?.stringValue else {
      return reply("execute_reply", MimeBundle.badRequest("execute_request has no code"), to: request)
    }
    let isSilent = content["silent"]?.boolValue ?? false
    var options = Session.CellOptions()
    options.isSilent = isSilent
    options.isRemembered = !isSilent && content["store_history"]?.boolValue ?? true
    options.isNumbered = options.isRemembered
    options.numbersCommands = true
    let isEmpty = code.allSatisfy(\.isWhitespace)
    let count = session.number + (options.isNumbered && !isEmpty ? 1 : 0)
    if !isSilent {
      publish(
        "execute_input", ["code": .string(code), "execution_count": .int(count)],
        parent: request.message.header)
    }
    frontEnd.cell = KernelFrontEnd.Cell(
      header: request.message.header, peer: request.peer, count: count,
      allowsInput: content["allow_stdin"]?.boolValue ?? true, isQuestion: Kernel.isQuestion(code))
    let outcome = session.execute(code, options)
    if frontEnd.cell.error == nil, outcome.status == .failed || outcome.status == .interrupted {
      frontEnd.report([outcome.failure ?? Diagnostic("E0406", "interrupted")])
    }
    var members: [(String, Json)] = [
      ("status", frontEnd.cell.error == nil ? "ok" : "error"), ("execution_count", .int(count)),
      ("payload", payload(outcome)),
    ]
    if let error = frontEnd.cell.error {
      members += error + [("user_expressions", [:])]
    } else {
      members.append(("user_expressions", evaluate(content["user_expressions"])))
    }
    if frontEnd.cell.error != nil, !isSilent, content["stop_on_error"]?.boolValue ?? true {
      callOffWaiting(waits: outcome.status != .interrupted)
    }
    if outcome.exitStatus != nil {
      callOffWaiting(waits: true)
      monitor.locked { shared.endsWithQueue = true }
    }
    reply("execute_reply", .object(JsonObject(members)), to: request)
  }

  private static func isQuestion(_ code: String) -> Bool {
    let text = code.drop(while: \.isWhitespace)
    return text.hasPrefix("?") || text.last { !$0.isWhitespace } == "?"
  }

  /// Aborts requests that were sent before the failure of a cell was known.
  ///
  /// - Parameter waits: whether to wait for requests in transit. Not needed after an interrupt, whose sender has
  ///   seen the cell run.
  private func callOffWaiting(waits: Bool) {
    let end = ProcessClock.seconds + Kernel.mostGrace
    wire.settle()
    while waits {
      let before = monitor.locked { shared.queue.count }
      usleep(UInt32(Kernel.quiet * 1e6))
      wire.settle()
      if monitor.locked({ shared.queue.count == before }) || ProcessClock.seconds > end { break }
    }
    monitor.locked { abortQueue() }
  }

  private func payload(_ outcome: Outcome) -> Json {
    var payload = frontEnd.cell.pages
    if let text = outcome.nextInput {
      payload.append(["source": "set_next_input", "text": .string(text), "replace": true])
    }
    if outcome.exitStatus != nil { payload.append(["source": "ask_exit", "keepkernel": false]) }
    return .array(payload)
  }

  /// Expressions by name; an error in one is reported in its entry.
  private func evaluate(_ expressions: Json?) -> Json {
    var result: [(String, Json)] = []
    for (name, expression) in expressions?.objectValue ?? JsonObject() {
      guard let text = expression.stringValue else {
        result.append((name, MimeBundle.badRequest("the expression \(name) is not text")))
        continue
      }
      switch session.value(of: text) {
      case .success(let shown):
        result.append((name, ["status": "ok", "data": MimeBundle.data(shown), "metadata": [:]]))
      case .failure(let failure):
        let members = JupyterOutput.error(failure, [failure], colors: frontEnd.hasColors)
        result.append((name, .object(JsonObject([("status", "error")] + members))))
      }
    }
    return .object(JsonObject(result))
  }
}
