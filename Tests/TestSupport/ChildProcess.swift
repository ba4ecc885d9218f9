import Foundation

#if canImport(Glibc)
  import Glibc
#endif

// The header hides both behind a macro.
@_silgen_name("posix_spawn_file_actions_addchdir_np")
private func addFolder(
  _ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ path: UnsafePointer<CChar>
) -> Int32
@_silgen_name("posix_spawn_file_actions_addclosefrom_np")
private func addCloseFrom(
  _ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ first: Int32
) -> Int32

/// A program that a test has started. It is waited for by its process ID.
///
/// `Process` of Foundation waits for the end of a socket that the program holds. A program which another thread starts at
/// the same moment may hold it too, and the wait lasts until that one ends.
///
/// - Safety: `ending` changes behind `lock` alone.
package final class ChildProcess: @unchecked Sendable {
  /// How a program has ended.
  package struct Ending: Sendable, Equatable {
    /// The exit status, or the number of the signal.
    package let status: Int32
    /// Whether a signal has ended it.
    package let bySignal: Bool

    package init(status: Int32, bySignal: Bool) {
      (self.status, self.bySignal) = (status, bySignal)
    }
  }

  package let id: pid_t
  private let lock = NSLock()
  private var ending: Ending?

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - environment: all variables; nil for those of the tests.
  ///   - input: the file that is its standard input; nil for none.
  ///   - output, errors: files that exist, which are written from their start; nil where nobody reads.
  package init(
    _ program: String, _ arguments: [String], folder: String? = nil, environment: [String: String]? = nil,
    input: String? = nil, output: String? = nil, errors: String? = nil
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let folder { _ = addFolder(&actions, folder) }
    posix_spawn_file_actions_addopen(&actions, 0, input ?? "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output ?? "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, errors ?? "/dev/null", O_WRONLY, 0)
    _ = addCloseFrom(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let variables = environment ?? ProcessInfo.processInfo.environment
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    var settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + settings { free(text) } }
    var id = pid_t()
    let status = posix_spawn(&id, program, &actions, &attributes, &words, &settings)
    guard status == 0 else {
      throw TestFailure("\(program) does not start: \(String(cString: strerror(status)))")
    }
    self.id = id
  }

  deinit {
    guard look(WNOHANG) == nil else { return }
    kill(id, SIGKILL)
    _ = look(0)
  }

  /// Whether it has not ended yet.
  package var isRunning: Bool { look(WNOHANG) == nil }

  /// Waits for its end.
  @discardableResult package func wait() -> Ending {
    while true {
      // Others may ask while this waits.
      if let ending = look(WNOHANG) { return ending }
      usleep(1000)
    }
  }

  /// Sends a signal, as long as it has not ended.
  package func signal(_ number: Int32) {
    lock.withLock { if ending == nil { kill(id, number) } }
  }

  private func look(_ options: Int32) -> Ending? {
    lock.withLock {
      if let ending { return ending }
      var status: Int32 = 0
      var found: pid_t
      repeat { found = waitpid(id, &status, options) } while found < 0 && errno == EINTR
      guard found == id else { return nil }
      let signal = status & 0x7f
      ending = Ending(status: signal == 0 ? (status >> 8) & 0xff : signal, bySignal: signal != 0)
      return ending
    }
  }
}
