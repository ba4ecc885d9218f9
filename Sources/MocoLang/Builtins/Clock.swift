// The time of day, and the end of a program.

import Glibc
import MocoBase

extension CoreBuiltins {
  static var clock: [NativeFunction] {
    [
      NativeFunction(
        core: "now()",
        doc: """
          The local date and time as an ISO 8601 String, with the UTC offset. To measure durations, use
          `time()`.

          ```
          print("started \\(now())")     // started 2026-03-01T09:30:00+01:00
          ```
          """
      ) { machine, _ in try machine.heap.string(localTime("%Y-%m-%dT%H:%M:%S", hasOffset: true)) },
      NativeFunction(
        core: "date()",
        doc: """
          The local date as an ISO 8601 String. Such Strings sort by date and are safe in file names.

          ```
          write_text("notes-\\(date()).txt", "…")     // notes-2026-03-01.txt
          ```
          """
      ) { machine, _ in try machine.heap.string(localTime("%Y-%m-%d", hasOffset: false)) },
      NativeFunction(
        core: "exit(status = 0)",
        doc: """
          Ends the program, also inside a function, a module, a callback or `try`, which does not catch it.
          Output and records are kept. The shell receives the status, from 0 to 255. At the prompt it leaves
          moco.

          ```
          if len(args) > 1 { print("give one folder"); exit(2) }
          ```
          """
      ) { machine, arguments in
        let status = try machine.intArgument(arguments[0], "status", "exit")
        guard 0...255 ~= status else {
          throw Failure(
            "E0305", "exit does not accept \(status) for 'status'", help: "use a status from 0 to 255",
            argument: "status")
        }
        machine.exitStatus = Int32(status)
        // An interrupt raised by the program: no `catch` handles it, and training stops between two steps.
        throw Failure("E0406", "exit(\(status))")
      },
    ]
  }

  private static func localTime(_ pattern: String, hasOffset: Bool) -> String {
    var seconds = time(nil)
    var parts = tm()
    tzset()
    guard localtime_r(&seconds, &parts) != nil else { return "" }
    var buffer = [CChar](repeating: 0, count: 64)
    let count = strftime(&buffer, buffer.count, pattern, &parts)
    let text = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard hasOffset else { return text }
    let minutes = abs(parts.tm_gmtoff) / 60
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return text + (parts.tm_gmtoff < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60)
  }
}
