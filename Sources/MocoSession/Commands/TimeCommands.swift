import MocoBase
import MocoLang
import MocoRuntime

#if canImport(Glibc)
  import Glibc
#endif

extension SessionCommand {
  static let time = SessionCommand(
    "time", "CODE", "runs code once and shows its time; { … } may span several lines",
    completion: .code
  ) { session, argument in
    session.time(argument)
  }

  static let timeit = SessionCommand(
    "timeit", "[-n TURNS] [-r RUNS] CODE",
    "runs code many times: mean and standard deviation of one run; { … } may span several lines",
    completion: .code
  ) { session, argument in
    session.timeit(argument)
  }
}

extension Session {
  fileprivate func time(_ argument: String) {
    guard let timed = TimedCode(argument, options: false, interpreter.dialect) else { return usage("time") }
    let (wall, cpu) = (ProcessClock.seconds, ProcessClock.processorSeconds)
    runCell(cell: timed.code)
    let took = (ProcessClock.seconds - wall, ProcessClock.processorSeconds - cpu)
    say("time: \(DurationText.precise(took.0)), processor \(DurationText.precise(took.1))\n")
  }

  /// `timed.runs` measurements, each of `timed.turns` turns or of as many as take about a fifth of a second.
  fileprivate func timeit(_ argument: String) {
    guard let timed = TimedCode(argument, options: true, interpreter.dialect) else { return usage("timeit") }
    // The code runs once unchanged, so that its errors show their own place.
    let answer = interpreter.value(named: "ans")
    guard runCell(cell: timed.code, shows: false) else { return }
    interpreter.setAnswer(answer)
    let body =
      "func _timeit(_turns) {\n  for _turn in 0..<_turns {\n\(timed.code)\n  }\n  return nil\n}"
    let made = interpreter.run(SourceFile(name: "%timeit", text: body), mode: .cell)
    guard made.failure == nil, let function = interpreter.value(named: "_timeit") else {
      report(made.diagnostics)
      return
    }
    var turns = timed.turns ?? 1
    var times: [Double] = []
    do {
      try working {
        while timed.turns == nil {
          let start = ProcessClock.seconds
          _ = try interpreter.call(function, [.int(turns)])
          let took = ProcessClock.seconds - start
          if took >= 0.2 || turns >= 10_000_000 { break }
          let (more, overflow) = turns.multipliedReportingOverflow(
            by: took > 0.02 ? Int(0.25 / took) + 1 : 10)
          turns = overflow ? 10_000_000 : min(more, 10_000_000)
        }
        for _ in 0..<timed.runs {
          let start = ProcessClock.seconds
          _ = try interpreter.call(function, [.int(turns)])
          times.append((ProcessClock.seconds - start) / Double(turns))
        }
      }
    } catch {
      report(error)
      return
    }
    let mean = times.reduce(0, +) / Double(times.count)
    let deviation = (times.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(times.count)).squareRoot()
    let sign = runtime.context.limits.glyphs == .unicode ? "±" : "+-"
    say(
      "\(DurationText.precise(mean)) \(sign) \(DurationText.precise(deviation)) per turn (\(timed.runs) run\(timed.runs == 1 ? "" : "s") of \(turns))\n"
    )
  }
}
