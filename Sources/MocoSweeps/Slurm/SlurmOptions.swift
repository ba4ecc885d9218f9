import MocoBase

/// What `--slurm` takes: `time=1:00:00,cpus=2,partition=x,mem=8G`, as lines of a batch script. Options that moco does not
/// know go through as they are; Slurm says what it thinks of them.
package struct SlurmOptions: Equatable, Sendable {
  /// Name and value in their order; nil for an option without a value.
  private(set) var entries: [(name: String, value: String?)] = []

  package static func == (left: SlurmOptions, right: SlurmOptions) -> Bool { left.lines == right.lines }

  /// Shorter or other names for those of `sbatch`.
  private static let others = [
    "cpus": "cpus-per-task", "cores": "cpus-per-task", "name": "job-name", "memory": "mem",
    "queue": "partition",
    "walltime": "time", "node": "nodes", "nice-value": "nice",
  ]
  /// Options of `sbatch` that need no value.
  private static let flags: Set = [
    "contiguous", "exclusive", "hold", "no-kill", "no-requeue", "overcommit", "oversubscribe", "reboot",
    "requeue",
    "spread-job", "use-min-nodes",
  ]
  /// What a sweep decides itself, and how it is told.
  private static let own = [
    "array":
      "say how many tasks there are with --tasks 8, or --tasks 8%4 for four at a time",
    "a":
      "say how many tasks there are with --tasks 8, or --tasks 8%4 for four at a time",
    "wrap": "leave it out: the script runs the sweep",
    "chdir": "leave it out, and start moco sweep in the folder that is meant",
    "D": "leave it out, and start moco sweep in the folder that is meant",
    "parsable": "leave it out: --submit prints the number of the job",
    "wait": "leave it out: --submit leaves at once",
    "W": "leave it out: --submit leaves at once",
    "test-only": "leave it out, and run sbatch --test-only with the script",
    "ntasks": "leave it out: a task of the array is one process; give it processors with cpus=4",
    "n": "leave it out: a task of the array is one process; give it processors with cpus=4",
  ]

  /// - Throws: E1127 for what is not a list of options.
  package init(_ text: String) throws {
    for word in try SlurmOptions.words(text) {
      let equals = word.firstIndex(of: "=")
      var name = String(equals.map { word[..<$0] } ?? word[...])
      while name.hasPrefix("-") { name.removeFirst() }
      let value = equals.map { String(word[word.index(after: $0)...]) }
      let isName =
        !name.isEmpty && name.first != "-"
        && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
      guard isName else {
        throw Failure(
          "E1127", "\"\(word)\" in --slurm is not an option",
          help: "write name=value,name=value, such as time=1:00:00,cpus=2")
      }
      name = SlurmOptions.others[name] ?? name
      if let help = SlurmOptions.own[name] {
        throw Failure("E1127", "--slurm takes no '\(name)': a sweep decides it", help: help)
      }
      guard let value else {
        guard SlurmOptions.flags.contains(name) else {
          throw Failure(
            "E1127", "'\(name)' in --slurm has no value",
            help: "write \(name)=VALUE; a comma within a value needs quotes: mail-type='END,FAIL'")
        }
        entries.append((name, nil))
        continue
      }
      try SlurmOptions.check(value, of: name)
      guard !has(name) else {
        throw Failure("E1127", "--slurm says '\(name)' twice", help: "leave one of them out")
      }
      entries.append((name, value))
    }
  }

  /// Whether an option is given, by its name for `sbatch`.
  func has(_ name: String) -> Bool { entries.contains { $0.name == name } }

  /// A line of a batch script for each.
  package var lines: [String] { entries.map { SlurmOptions.line($0.name, $0.value) } }

  static func line(_ name: String, _ value: String?) -> String {
    guard let value else { return "#SBATCH --\(name)" }
    let text = value.contains(" ") ? "\"\(value)\"" : value
    return name.count == 1 ? "#SBATCH -\(name) \(text)" : "#SBATCH --\(name)=\(text)"
  }

  /// What a `#SBATCH` line cannot hold, or would hold as something else.
  static func check(_ value: String, of name: String) throws {
    guard !value.isEmpty else {
      throw Failure("E1127", "'\(name)' in --slurm is empty", help: "write \(name)=VALUE, or leave it out")
    }
    let bad = value.unicodeScalars.first { scalar in
      scalar.value < 0x20 || scalar.value > 0x7E || "\"'\\`#$;".unicodeScalars.contains(scalar)
    }
    guard let bad else { return }
    let shown = bad.value < 0x20 || bad.value == 0x7F ? "a control character" : "\"\(Character(bad))\""
    throw Failure(
      "E1127", "'\(name)' in --slurm holds \(shown), which a line of a batch script cannot hold",
      help: bad == "$"
        ? "write the value itself: Slurm replaces no variables there"
        : "leave it out, or write the line into the script")
  }

  /// Parted at commas that stand in no quotes and no brackets.
  private static func words(_ text: String) throws -> [String] {
    var words: [String] = []
    var word = ""
    var depth = 0
    var quote: Character?
    for character in text {
      if let open = quote {
        if character == open { quote = nil } else { word.append(character) }
      } else if character == "'" || character == "\"" {
        quote = character
      } else if character == ",", depth == 0 {
        words.append(word)
        word = ""
      } else {
        if "[(".contains(character) { depth += 1 }
        if "])".contains(character) { depth -= 1 }
        word.append(character)
      }
    }
    guard quote == nil, depth == 0 else {
      throw Failure(
        "E1127", quote.map { "a \($0) in --slurm is not closed" } ?? "a bracket in --slurm is not closed",
        help: "close it, as in mail-type='END,FAIL' and nodelist=n[1-4]")
    }
    words.append(word)
    return words.map { $0.trimmed }.filter { !$0.isEmpty }
  }
}

extension String {
  /// Without spaces at its ends.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
