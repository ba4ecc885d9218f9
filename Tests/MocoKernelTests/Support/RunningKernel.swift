import Foundation
import MocoBase
import MocoKernel
import MocoTestSupport

#if canImport(Glibc)
  import Glibc
#endif

/// `moco kernel FILE` in a process of its own, which ends with the last user.
final class RunningKernel {
  let ports: [Channel: Int]
  let key: String
  let folder: TemporaryFolder
  let file: String
  private(set) var process: ChildProcess
  private let errors: String

  /// - Parameters:
  ///   - environment: variables to set.
  ///   - changes: members of the connection file to set.
  init(key: String = "a key", environment: [String: String] = [:], changes: [(String, Json)] = []) throws {
    folder = try TemporaryFolder()
    file = folder.path + "/connection.json"
    errors = folder.path + "/errors"
    self.key = key
    var last: any Error = TestFailure("no kernel starts")
    // Another test may take a port between the choice and the start.
    for _ in 0..<5 {
      let ports = try RunningKernel.freePorts()
      do {
        try RunningKernel.connectionFile(ports, key: key, changes).write(
          toFile: file, atomically: true, encoding: .utf8)
        process = try RunningKernel.start(file, errors, folder.path, environment)
        try RunningKernel.waitUntilItListens(process, ports)
        self.ports = ports
        return
      } catch { last = error }
    }
    throw last
  }

  /// A client of it.
  func client(key: String? = nil) throws -> Client { try Client(ports: ports, key: key ?? self.key) }

  /// What it has written to standard error.
  var log: String { (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "" }

  /// Waits until the log holds a text.
  func waitForLog(_ text: String) throws {
    for _ in 0..<6000 {
      if log.contains(text) { return }
      usleep(10_000)
    }
    throw TestFailure("the log has no \"\(text)\": \(log)")
  }

  /// Its exit status, when it has ended by itself; a signal's number with a minus.
  func ended() throws -> Int32 {
    for _ in 0..<6000 where process.isRunning { usleep(10_000) }
    guard !process.isRunning else { throw TestFailure("the kernel does not end") }
    let end = process.wait()
    return end.bySignal ? -end.status : end.status
  }

  /// Starts it again with the same file, as a restart does.
  func startAgain() throws {
    process = try RunningKernel.start(file, errors, folder.path, [:])
    try RunningKernel.waitUntilItListens(process, ports)
  }

  static func connectionFile(_ ports: [Channel: Int], key: String, _ changes: [(String, Json)] = []) -> String
  {
    var members = JsonObject([
      ("transport", "tcp"), ("ip", "127.0.0.1"), ("key", .string(key)), ("signature_scheme", "hmac-sha256"),
      ("kernel_name", "moco"),
    ])
    for (channel, port) in ports { members["\(channel.rawValue)_port"] = .int(port) }
    for (name, value) in changes { members[name] = value }
    return Json.object(members).serialized()
  }

  static func freePorts() throws -> [Channel: Int] {
    var ports: [Channel: Int] = [:]
    var open: [Int32] = []
    defer { for descriptor in open { close(descriptor) } }
    for channel in Channel.allCases {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      open.append(descriptor)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let status = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
        }
      }
      guard status == 0 else { throw TestFailure("no port is free") }
      ports[channel] = Int(UInt16(bigEndian: address.sin_port))
    }
    return ports
  }

  private static func start(
    _ file: String, _ errors: String, _ folder: String, _ environment: [String: String]
  ) throws -> ChildProcess {
    var variables = ProcessInfo.processInfo.environment
    for name in ["FORCE_COLOR", "NO_COLOR", "JPY_PARENT_PID"] { variables[name] = nil }
    variables["MOCO_STDLIB"] = Built.root + "/stdlib"
    variables["MOCO_HISTORY"] = ""
    variables["MOCO_CACHE"] = "off"
    _ = FileManager.default.createFile(atPath: errors, contents: nil)
    return try ChildProcess(
      try Built.moco(), ["kernel", file], folder: folder, environment: variables.merging(environment) { $1 },
      errors: errors)
  }

  private static func waitUntilItListens(_ process: ChildProcess, _ ports: [Channel: Int]) throws {
    for _ in 0..<3000 {
      guard process.isRunning else { throw TestFailure("the kernel has ended at once") }
      if (try? ClientSocket(port: ports[.heartbeat] ?? 0, type: "REQ")) != nil { return }
      usleep(10_000)
    }
    throw TestFailure("the kernel does not listen")
  }
}
