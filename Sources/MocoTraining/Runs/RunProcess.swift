import Glibc
import MocoBase

/// The process that a run belongs to, so that anybody can tell later whether it still goes on.
package struct RunProcess: Equatable, Sendable {
  /// The process's number.
  package let id: Int
  /// The machine's name, since numbers of processes hold on one machine only.
  package let host: String
  /// When it was started, in ticks of the system's clock since it was switched on: a number is given to another process
  /// one day, but not with the same beginning.
  package let ticks: Int
  /// When the record was begun, in UTC: `2026-05-01T12:00:00Z`.
  package let began: String

  /// This process.
  package static let here = RunProcess(
    id: Int(getpid()), host: hostName, ticks: ticks(of: Int(getpid())) ?? 0, began: timeText())

  /// A process as a record describes it.
  package init(id: Int, host: String, ticks: Int, began: String) {
    (self.id, self.host, self.ticks, self.began) = (id, host, ticks, began)
  }

  /// A process as `json` has described it; nil where it says nothing of the kind.
  package init?(_ json: Json?) {
    guard let json, let id = json["id"]?.intValue, let host = json["host"]?.stringValue,
      let ticks = json["ticks"]?.intValue
    else { return nil }
    self.init(id: id, host: host, ticks: ticks, began: json["began"]?.stringValue ?? "")
  }

  /// What a record says of it.
  package var json: Json {
    ["id": .int(id), "host": .string(host), "ticks": .int(ticks), "began": .string(began)]
  }

  /// Whether it runs; nil where that cannot be known here.
  package var isRunning: Bool? {
    guard host == RunProcess.hostName else { return nil }
    return RunProcess.ticks(of: id) == ticks
  }

  private static let hostName: String = {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "?" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()

  /// Field 22 of /proc/ID/stat; nil for a process that is gone.
  private static func ticks(of id: Int) -> Int? {
    guard let text = try? FileSystem.readText("/proc/\(id)/stat", limit: 1 << 16) else { return nil }
    // The second field, a name in brackets, may hold anything.
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[end...].split(separator: " ")
    // A process that has ended and was not asked after yet is gone too.
    guard fields.count > 20, fields[1] != "Z" else { return nil }
    return Int(fields[20])
  }

  private static func timeText() -> String {
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    var buffer = [CChar](repeating: 0, count: 32)
    let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
