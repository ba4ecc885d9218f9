import MocoLang
import MocoRuntime
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

extension Prompt {
  func time(_ argument: String) {
    guard let timed = TimedCode(argument, options: false) else { return usage(.time) }
    let (wall, cpu) = (Terminal.seconds, Prompt.processorSeconds())
    runCell(timed.code)
    let took = (Terminal.seconds - wall, Prompt.processorSeconds() - cpu)
    Console.print("time: \(Prompt.duration(took.0)), processor \(Prompt.duration(took.1))\n")
  }

  /// `timed.runs` measurements, each of `timed.turns` turns or of as many as take about a fifth of a second.
  func timeit(_ argument: String) {
    guard let timed = TimedCode(argument, options: true) else { return usage(.timeit) }
    // The code runs once as it is, so that its errors show their own place.
    let answer = interpreter.value(named: "ans")
    guard runCell(timed.code, shows: false) else { return }
    interpreter.setAnswer(answer)
    let body =
      "func _timeit(_turns) {\n  for _turn in 0..<_turns {\n\(timed.code)\n  }\n  return nil\n}"
    let made = interpreter.run(SourceFile(name: "%timeit", text: body), mode: .cell)
    guard made.failure == nil, let function = interpreter.value(named: "_timeit") else {
      Console.report(made.diagnostics)
      return
    }
    var turns = timed.turns ?? 1
    var times: [Double] = []
    do {
      try Console.interruptible {
        while timed.turns == nil {
          let start = Terminal.seconds
          _ = try interpreter.call(function, [.int(turns)])
          let took = Terminal.seconds - start
          if took >= 0.2 || turns >= 10_000_000 { break }
          let (more, overflow) = turns.multipliedReportingOverflow(
            by: took > 0.02 ? Int(0.25 / took) + 1 : 10)
          turns = overflow ? 10_000_000 : min(more, 10_000_000)
        }
        for _ in 0..<timed.runs {
          let start = Terminal.seconds
          _ = try interpreter.call(function, [.int(turns)])
          times.append((Terminal.seconds - start) / Double(turns))
        }
      }
    } catch {
      Console.report(error)
      return
    }
    let mean = times.reduce(0, +) / Double(times.count)
    let deviation = (times.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(times.count)).squareRoot()
    let sign = traits.glyphs == .unicode ? "±" : "+-"
    Console.print(
      "\(Prompt.duration(mean)) \(sign) \(Prompt.duration(deviation)) a turn (\(timed.runs) run\(timed.runs == 1 ? "" : "s") of \(turns))\n"
    )
  }

  static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Three digits and a unit: `12.3 ms`.
  static func duration(_ seconds: Double) -> String {
    let (value, unit): (Double, String) =
      seconds >= 1
      ? (seconds, "s")
      : seconds >= 1e-3
        ? (seconds * 1e3, "ms")
        : seconds >= 1e-6 ? (seconds * 1e6, "µs") : (seconds * 1e9, "ns")
    let scale = value >= 100 ? 1.0 : value >= 10 ? 10 : 100
    let rounded = (value * scale).rounded() / scale
    return (rounded == rounded.rounded() && scale == 1 ? String(Int(rounded)) : String(rounded)) + " " + unit
  }
}
