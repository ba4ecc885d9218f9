extension SlurmOptions {
  /// The time limit in seconds; nil without one, or for a text that is not one of Slurm's forms: minutes,
  /// minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes, days-hours:minutes:seconds.
  var timeLimit: Int? {
    entries.first { $0.name == "time" || $0.name == "t" }?.value.flatMap(SlurmOptions.seconds)
  }

  private static func seconds(_ text: String) -> Int? {
    let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let hasDays = parts.count == 2
    let numbers =
      (hasDays ? [parts[0]] : []) + (parts.last ?? "").split(separator: ":", omittingEmptySubsequences: false)
    let values = numbers.compactMap { Int($0) }
    guard values.count == numbers.count, values.allSatisfy({ (0...1_000_000).contains($0) }) else {
      return nil
    }
    let units: [Int]
    switch (hasDays, values.count) {
    case (true, 2...4): units = [86_400, 3_600, 60, 1]
    case (false, 3): units = [3_600, 60, 1]
    case (false, 1...2): units = [60, 1]
    default: return nil
    }
    return zip(values, units).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Whether a signal two minutes before the limit may come at the start of a task: Slurm checks limits only once in a while,
  /// and may send the signal up to a minute early. moco would not be running yet, and the signal would end the task.
  var isTooShortForSignal: Bool { (timeLimit ?? .max) <= 300 }
}
