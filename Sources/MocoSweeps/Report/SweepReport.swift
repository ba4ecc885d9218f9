import MocoBase

/// The state of a sweep, in words.
public struct SweepReport {
  private let path: String
  private let jobs: Int
  private let earlier: Int
  private let runs: [(place: Int, run: SweepRun, values: [(name: String, label: String)])]
  private var estimate = CostEstimate()

  /// Reads the folders of a plan's points.
  ///
  /// - Parameters:
  ///   - places: the indices of the points; nil for all.
  ///   - earlier: runs in the folder that are not points of the plan.
  public init(_ folder: SweepFolder, _ plan: SweepPlan, places: [Int]?, jobs: Int, earlier: Int) {
    path = folder.path
    self.jobs = max(jobs, 1)
    self.earlier = earlier
    let clock = ClaimClock(folder: folder.path)
    var inputs = InputCheck()
    let known = Dictionary(
      folder.record.points.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
    var runs: [(place: Int, run: SweepRun, values: [(name: String, label: String)])] = []
    for place in places ?? Array(plan.points.indices) where plan.points.indices.contains(place) {
      let point = plan.points[place]
      let record =
        known[point.identity]
        ?? SweepRecord.Point(name: point.name, identity: point.identity, settings: point.settings)
      runs.append((place, folder.run(record, clock, &inputs), point.values))
    }
    self.runs = runs
    for (_, run, _) in runs { estimate.add(run) }
  }

  /// The points, the finished ones, and the estimate for the rest.
  public func dryRun(_ file: String) -> String {
    var text = "\(file): \(SweepReport.count(runs.count, "point")) in \(path)\n"
    let widest = runs.map(\.run.name.count).max() ?? 0
    for (_, run, values) in runs {
      let settings = values.map { "\($0.name) \($0.label)" }.joined(separator: ", ")
      text +=
        "  \(SweepReport.padded(run.state.rawValue, 11))  \(SweepReport.padded(run.name, widest))  \(settings)\n"
    }
    return text + counts + cost
  }

  /// Finished, running, failed, dead, stopped, stale and missing points, and the remaining work.
  ///
  /// - Parameter hints: information of the scheduler about the jobs of the sweep, in addition to the folders.
  public func status(_ file: String, _ hints: SlurmHints? = nil) -> String {
    var text = "\(file): \(SweepReport.count(runs.count, "point")) in \(path)\n"
    let shown = runs.compactMap { place, run, _ -> (run: SweepRun, words: String)? in
      let hint = run.isOpen ? hints?.words(place) : nil
      guard run.state != .finished, run.state != .missing || hint != nil else { return nil }
      return (run, [SweepReport.words(run), hint ?? ""].filter { !$0.isEmpty }.joined(separator: "; "))
    }
    let widest = shown.map(\.run.name.count).max() ?? 0
    for (run, words) in shown {
      text += "  \(SweepReport.padded(run.state.rawValue, 11))  \(SweepReport.padded(run.name, widest))"
      text += words.isEmpty ? "\n" : "  \(words)\n"
    }
    return text + counts + (hints?.text ?? "") + cost
  }

  /// The place and start time, or the reason.
  static func words(_ run: SweepRun) -> String {
    var words: [String] = []
    if run.state == .running || run.state == .dead, let holder = run.holder, !holder.host.isEmpty {
      var place = "on \(holder.host)"
      if !holder.job.isEmpty { place += ", \(holder.job)" } else { place += ", process \(holder.process)" }
      if !holder.began.isEmpty { place += ", since \(holder.began)" }
      words.append(place)
    }
    if !run.reason.isEmpty { words.append(run.reason) }
    if run.state == .failed { words.append("see \(run.folder)/stderr.txt") }
    return words.joined(separator: "; ")
  }

  private var counts: String {
    var parts: [String] = []
    for state in SweepRun.State.allCases {
      let count = runs.count { $0.run.state == state }
      if count > 0 { parts.append("\(count) \(state.rawValue)") }
    }
    var text = parts.isEmpty ? "no points\n" : parts.joined(separator: ", ") + "\n"
    if earlier > 0 {
      text +=
        "\(SweepReport.count(earlier, "other run")) in \(path), of other code or points: ignored\n"
    }
    return text
  }

  private var cost: String {
    let open = runs.map(\.run).filter { $0.isOpen }
    guard !open.isEmpty else { return "nothing left to run\n" }
    var estimate = estimate
    let finished = runs.count { $0.run.state == .finished }
    guard let seconds = estimate.seconds(open) else {
      return
        "\(SweepReport.count(open.count, "run")) left; there is no time estimate until one has finished\n"
    }
    let wall = seconds / Double(min(jobs, open.count))
    return "\(SweepReport.count(open.count, "run")) left, about \(DurationText.estimate(wall))"
      + (jobs > 1 ? " with --jobs \(jobs)" : "")
      + ", estimated from \(finished) finished\n"
  }

  /// The summary at the end of a sweep.
  public static func text(_ summary: SweepRunner.Summary, in path: String, isRetrying: Bool) -> String {
    var parts: [String] = ["\(summary.finishedHere + summary.finishedBefore) finished"]
    if summary.finishedBefore > 0 { parts[0] += " (\(summary.finishedBefore) before)" }
    if !summary.failures.isEmpty {
      parts.append(
        "\(summary.failures.count) failed"
          + (summary.failedBefore > 0 ? " (\(summary.failedBefore) before)" : ""))
    }
    if summary.elsewhere > 0 { parts.append("\(summary.elsewhere) run by other processes") }
    if summary.open > 0 { parts.append("\(summary.open) left") }
    var text = "\(path): \(parts.joined(separator: ", "))\n"
    let most = 20
    for failure in summary.failures.prefix(most) {
      text += "  failed  \(failure.name)  \(failure.reason)\n"
    }
    if summary.failures.count > most {
      text += "  … and \(summary.failures.count - most) more: --status lists them\n"
    }
    if !summary.failures.isEmpty {
      text +=
        "their output is in stdout.txt and stderr.txt of their folders; --retry failed runs them again\n"
    }
    return text
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 0))
  }
}
