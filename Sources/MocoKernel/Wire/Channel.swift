/// The five sockets of a kernel.
package enum Channel: String, CaseIterable, Sendable {
  case shell, control, stdin, iopub
  case heartbeat = "hb"

  /// The type of this side's socket in the protocol.
  package var socketType: String {
    switch self {
    case .shell, .control, .stdin: "ROUTER"
    case .iopub: "PUB"
    case .heartbeat: "REP"
    }
  }

  /// The types of sockets that may connect to it.
  var partners: Set<String> {
    switch self {
    case .shell, .control, .stdin: ["DEALER", "REQ", "ROUTER"]
    case .iopub: ["SUB", "XSUB"]
    case .heartbeat: ["REQ", "DEALER"]
    }
  }
}
