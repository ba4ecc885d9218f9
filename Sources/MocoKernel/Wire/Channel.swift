/// The five sockets of a kernel.
package enum Channel: String, CaseIterable, Sendable {
  case shell, control, stdin, iopub
  case heartbeat = "hb"

  /// What this side of the socket is called in the protocol.
  package var socketType: String {
    switch self {
    case .shell, .control, .stdin: "ROUTER"
    case .iopub: "PUB"
    case .heartbeat: "REP"
    }
  }

  /// The sockets that may talk to it.
  var partners: Set<String> {
    switch self {
    case .shell, .control, .stdin: ["DEALER", "REQ", "ROUTER"]
    case .iopub: ["SUB", "XSUB"]
    case .heartbeat: ["REQ", "DEALER"]
    }
  }
}
