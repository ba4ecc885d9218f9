import CProcess
import MocoBase
import MocoLang

#if canImport(Glibc)
  import Glibc
#endif

/// A copy of the process that waits for the controls to run.
final class StateKeeper {
  private let child: pid_t
  private let command: Int32
  private let results: Int32
  private var isRunning = true

  /// Creates the copy.
  ///
  /// - Parameter work: its work, once the controls are known.
  /// - Throws: E0405 if the system cannot create it.
  init(_ work: ([Int: Control]) -> StateWork) throws {
    var ends: [Int32] = [-1, -1]
    let results = cp_memory_file()
    guard results >= 0, pipe(&ends) == 0 else {
      if results >= 0 { close(results) }
      throw StateKeeper.noRoom
    }
    let child = cp_fork()
    if child == 0 {
      close(ends[1])
      var known: [Int: Control] = [:]
      guard let line = StateKeeper.read(ends[0]), let json = try? Json.parse(line, name: "controls"),
        let fields = json.arrayValue
      else { _exit(0) }
      for field in fields {
        if let place = field["place"]?.intValue, let control = StateKeeper.control(field) {
          known[place] = control
        }
      }
      _exit(work(known).run(to: results).rawValue)
    }
    close(ends[0])
    guard child > 0 else {
      close(ends[1])
      close(results)
      throw StateKeeper.noRoom
    }
    (self.child, command, self.results) = (child, ends[1], results)
  }

  private static var noRoom: Failure {
    Failure(
      "E0405", "the system cannot create copies of the process for the states of the controls",
      help: "close other programs, or use --controls default")
  }

  /// Runs the states of the controls, and waits for the results.
  ///
  /// - Throws: E0406 when interrupted, E0405 if a copy could not be created or has ended.
  func results(of known: [Int: Control]) throws -> [StateResult] {
    let fields = known.map { place, control in StateKeeper.field(place, control) }
    var line = Json.array(fields).serialized() + "\n"
    line.withUTF8 { bytes in
      var done = 0
      while let base = bytes.baseAddress, done < bytes.count {
        let count = write(command, base + done, bytes.count - done)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        done += count
      }
    }
    var status: Int32 = 0
    while true {
      let ended = waitpid(child, &status, WNOHANG)
      if ended == child { break }
      if Cancellation.isRequested {
        end()
        throw Failure("E0406", "interrupted while the states of the controls ran")
      }
      usleep(5_000)
    }
    isRunning = false
    let code = (status & 0x7f) == 0 ? (status >> 8) & 0xff : StateWork.End.failed.rawValue
    switch StateWork.End(rawValue: code) ?? .failed {
    case .fine: break
    case .interrupted: throw Failure("E0406", "interrupted while the states of the controls ran")
    case .failed:
      throw Failure(
        "E0405", "a copy of the process, which ran states of the controls, has ended unexpectedly",
        help: "close other programs, or use --controls default")
    }
    lseek(results, 0, SEEK_SET)
    let bytes = StateKeeper.readAll(results)
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      (try? Json.parse(Array(line), name: "states")).flatMap { StateResult($0) }
    }
  }

  /// Ends the copy, if it is still running.
  func end() {
    guard isRunning else { return }
    isRunning = false
    kill(child, SIGKILL)
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 { if errno != EINTR { break } }
  }

  deinit {
    end()
    close(command)
    close(results)
  }

  // MARK: - Lines

  /// Only the values matter there.
  private static func field(_ place: Int, _ control: Control) -> Json {
    let states = (0..<(control.stateCount ?? 0)).map { Json.string(control.state(at: $0)) }
    return .object(
      JsonObject([
        ("place", .int(place)), ("name", .string(control.name)), ("states", .array(states)),
        ("other", .bool(control.hasOtherValue)),
      ]))
  }

  private static func control(_ json: Json) -> Control? {
    guard let name = json["name"]?.stringValue, let states = json["states"]?.arrayValue else { return nil }
    var control = Control(name: name, kind: .choice(states.compactMap(\.stringValue)), value: "")
    control.hasOtherValue = json["other"]?.boolValue ?? false
    return control
  }

  /// The bytes up to a line feed; nil if the other end closes earlier.
  private static func read(_ descriptor: Int32) -> [UInt8]? {
    var line: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      line += buffer[..<count]
      if line.last == UInt8(ascii: "\n") { return line }
    }
  }

  private static func readAll(_ descriptor: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }
}
