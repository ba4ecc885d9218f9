import Glibc
import MocoBase

/// The process of a run, to check later whether it is still running.
package struct RunProcess: Equatable, Sendable {
  /// The process's number.
  package let id: Int
  /// The machine's name, because process ids are valid on one machine only.
  package let host: String
  /// The start time in clock ticks since boot: process ids are reused,
  /// but not with the same start time.
  package let ticks: Int
  /// The time when the record was created, in UTC: `2026-05-01T12:00:00Z`.
  package let began: String

  /// This process.
  package static let here = RunProcess(
    id: Int(getpid()), host: hostName, ticks: ticks(of: Int(getpid())) ?? 0, began: UTCTime.text())

  /// A process from a record.
  package init(id: Int, host: String, ticks: Int, began: String) {
    (self.id, self.host, self.ticks, self.began) = (id, host, ticks, began)
  }

  /// A process from `json`; nil if it does not describe one.
  package init?(_ json: Json?) {
    guard let json, let id = json["id"]?.intValue, let host = json["host"]?.stringValue,
      let ticks = json["ticks"]?.intValue
    else { return nil }
    self.init(id: id, host: host, ticks: ticks, began: json["began"]?.stringValue ?? "")
  }

  /// Its JSON in a record.
  package var json: Json {
    ["id": .int(id), "host": .string(host), "ticks": .int(ticks), "began": .string(began)]
  }

  /// Whether it is running; nil if unknown on this machine.
  package var isRunning: Bool? {
    guard host == RunProcess.hostName else { return nil }
    return RunProcess.ticks(of: id) == ticks
  }

  private static let hostName: String = {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "?" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()

  /// Field 22 of /proc/ID/stat; nil for a process that no longer exists.
  private static func ticks(of id: Int) -> Int? {
    guard let text = try? FileSystem.readText("/proc/\(id)/stat", limit: 1 << 16) else { return nil }
    // The second field, a name in brackets, can contain anything.
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[end...].split(separator: " ")
    // A zombie process counts as ended.
    guard fields.count > 20, fields[1] != "Z" else { return nil }
    return Int(fields[20])
  }
}
