import MocoBase

/// The options of `--slurm`: `time=1:00:00,cpus=2,partition=x,mem=8G`, as lines of a batch script. Options that moco does not
/// know are passed on unchanged; Slurm checks them.
package struct SlurmOptions: Equatable, Sendable {
  /// Names and values in order; nil for an option without a value.
  private(set) var entries: [(name: String, value: String?)] = []

  package static func == (left: SlurmOptions, right: SlurmOptions) -> Bool { left.lines == right.lines }

  /// Alternative names for options of `sbatch`.
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
  /// Options that the sweep sets itself, with the remedies.
  private static let own = [
    "array":
      "set the number of tasks with --tasks 8, or --tasks 8%4 for four at a time",
    "a":
      "set the number of tasks with --tasks 8, or --tasks 8%4 for four at a time",
    "wrap": "leave it out: the script runs the sweep",
    "chdir": "leave it out, and start moco sweep in that folder",
    "D": "leave it out, and start moco sweep in that folder",
    "parsable": "leave it out: --submit prints the job number",
    "wait": "leave it out: --submit returns immediately",
    "W": "leave it out: --submit returns immediately",
    "test-only": "leave it out, and run sbatch --test-only with the script",
    "ntasks": "leave it out: a task of the array is one process; set its number of processors with cpus=4",
    "n": "leave it out: a task of the array is one process; set its number of processors with cpus=4",
  ]

  /// - Throws: E1127 if it is not a list of options.
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
        throw Failure("E1127", "--slurm does not accept '\(name)': the sweep sets it", help: help)
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
        throw Failure("E1127", "--slurm contains '\(name)' more than once", help: "remove one of them")
      }
      entries.append((name, value))
    }
  }

  /// Whether an option is given, by its name for `sbatch`.
  func has(_ name: String) -> Bool { entries.contains { $0.name == name } }

  /// One line of a batch script per option.
  package var lines: [String] { entries.map { SlurmOptions.line($0.name, $0.value) } }

  static func line(_ name: String, _ value: String?) -> String {
    guard let value else { return "#SBATCH --\(name)" }
    let text = value.contains(" ") ? "\"\(value)\"" : value
    return name.count == 1 ? "#SBATCH -\(name) \(text)" : "#SBATCH --\(name)=\(text)"
  }

  /// Rejects characters that a `#SBATCH` line does not support.
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
      "E1127", "'\(name)' in --slurm contains \(shown), which is not supported in a line of a batch script",
      help: bad == "$"
        ? "write the value itself: Slurm does not expand variables in these lines"
        : "leave it out, or edit the script")
  }

  /// Splits at commas outside quotes and brackets.
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
