import Foundation
import MocoTestSupport
import Testing

/// The built program while it runs: a test does something to it, or to its files, and then lets it go on.
final class RunningMoco {
  let process: ChildProcess
  let folder: String
  private let output: String
  private let errors: String

  struct Result {
    var status: Int32
    /// Whether a signal has ended it; `status` is its number then.
    var bySignal: Bool
    var output: String
    var errors: String
  }

  /// Starts a program in `folder`.
  ///
  /// - Parameter wrapper: a shell command line that ends in `exec "$@"` or a pipe: `ulimit -f 8; exec "$@"`.
  init(
    _ program: String, _ arguments: [String] = [], in folder: String, wrapper: String? = nil,
    environment: [String: String] = [:]
  ) throws {
    self.folder = folder
    try program.write(toFile: folder + "/program.moco", atomically: true, encoding: .utf8)
    let own = ["run", "program.moco"] + arguments
    var variables = ProcessInfo.processInfo.environment
    variables["MOCO_STDLIB"] = MocoProcess.root + "/stdlib"
    variables["XDG_CACHE_HOME"] = folder + "/.cache"
    variables["XDG_STATE_HOME"] = folder + "/.state"
    variables["NO_COLOR"] = "1"
    variables.merge(environment) { $1 }
    (output, errors) = (folder + "/.out", folder + "/.err")
    for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    process = try ChildProcess(
      wrapper == nil ? MocoProcess.executable : "/bin/sh",
      wrapper.map { ["-c", $0, "sh", MocoProcess.executable] + own } ?? own, folder: folder,
      environment: variables, output: output, errors: errors)
  }

  /// Waits until the program has made a file.
  func wait(for name: String) throws {
    while !FileManager.default.fileExists(atPath: folder + "/" + name) {
      guard process.isRunning else {
        Issue.record("it ended before \(name) was there: \(result())")
        throw CancellationError()
      }
      usleep(5000)
    }
  }

  func signal(_ number: Int32) { process.signal(number) }

  /// Waits for the end.
  @discardableResult
  func result() -> Result {
    let end = process.wait()
    func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
    return Result(
      status: end.status, bySignal: end.bySignal, output: text(output),
      errors: text(errors))
  }

  /// A folder of its own for `body`.
  static func inFolder(_ body: (String) throws -> Void) throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }
}
