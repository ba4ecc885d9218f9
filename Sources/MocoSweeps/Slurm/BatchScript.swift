import MocoBase

/// The batch script of a sweep. It can be edited, and submitted again for missing points.
package struct BatchScript {
  /// Its name in the sweep's folder.
  package static let fileName = "sweep.sbatch"
  private static let mark = "# moco knows by this line whether the script was edited: "

  /// The complete script.
  package let text: String
  /// The number of tasks of its array.
  package let tasks: Int

  /// - Parameters:
  ///   - sweep: the full path of the sweep's folder.
  ///   - name: the sweep's name, for the job.
  ///   - points: the number of points, done or not.
  ///   - limit: MaxArraySize of the cluster; nil if unknown.
  ///   - command: the program and its arguments, without a shard.
  ///   - folder: the working directory of the command.
  ///   - version: the version of moco.
  /// - Throws: E1127 for an invalid folder or number of tasks.
  package init(
    sweep: String, name: String, points: Int, options: SlurmOptions, asked: ArrayTasks?, limit: Int?,
    command: [String], folder: String, version: String
  ) throws {
    let tasks = try ArrayTasks.fitting(points: points, asked: asked, limit: limit)
    self.tasks = tasks.count
    if let bad = sweep.unicodeScalars.first(where: { $0.value < 0x20 || "\"\\%".unicodeScalars.contains($0) })
    {
      throw Failure(
        "E1127",
        "the sweep's folder \(sweep) has \(bad.value < 0x20 ? "a control character" : "\"\(Character(bad))\"") in its name, which is not supported for the output of a batch job",
        help: "use another folder with --out")
    }
    var lines = [
      "#!/bin/bash",
      "# A sweep as an array of jobs, written by moco \(version). You can edit it. Submit it with",
      "#   sbatch \(BatchScript.word("\(sweep)/\(BatchScript.fileName)"))",
      "# Submitted again, it runs the missing points. Points that are finished or in progress elsewhere are skipped.",
      "",
      "# \(NumberText.counted(points, "point")) in \(NumberText.counted(tasks.count, "task")): "
        + BatchScript.share(points, tasks.count) + ". To submit only some tasks, use sbatch --array=3,7.",
    ]
    if limit == nil {
      lines.append(
        "# MaxArraySize is unknown (see scontrol show config); \(ArrayTasks.usualLimit) was assumed."
      )
    }
    lines.append(SlurmOptions.line("array", tasks.array))
    let own: [(String, String?, [String], String)] = [
      ("job-name", BatchScript.jobName(name), ["job-name", "J"], ""),
      ("output", "\(sweep)/slurm-%A_%a.out", ["output", "o"], "The output of the tasks, one file each."),
      (
        "open-mode", "append", ["open-mode"],
        "Without this, a requeued task would empty its file."
      ),
      (
        "requeue", nil, ["requeue", "no-requeue"],
        "A preempted task is requeued and continues where it stopped."
      ),
      (
        "signal", "B:USR1@120", ["signal"],
        "Two minutes before the time limit: trainings are saved, and the next run resumes them."
      ),
    ]
    for (option, value, names, remark) in own where !names.contains(where: options.has) {
      if option == "signal", options.isTooShortForSignal {
        lines.append(
          "# No signal before a time limit of five minutes or less: it could arrive before moco runs.")
        continue
      }
      if !remark.isEmpty { lines.append("# \(remark)") }
      lines.append(SlurmOptions.line(option, value))
    }
    if !options.lines.isEmpty { lines.append("# From --slurm; a time limit applies to one task.") }
    lines += options.lines
    lines += [
      "", "cd \(BatchScript.word(folder)) || exit 1",
      "# The index of a task selects its part of the points. With exec, moco itself receives the signals above.",
    ]
    // Arguments after -- belong to the program.
    let options = command.prefix { $0 != "--" }
    var words = options.map(BatchScript.word)
    if !options.contains(where: { $0 == "--threads" || $0.hasPrefix("--threads=") }) {
      words.append("--threads \"${SLURM_CPUS_PER_TASK:-1}\"")
    }
    words.append("--shard auto/\(tasks.count)")
    words += command.dropFirst(options.count).map(BatchScript.word)
    lines.append("exec " + words.joined(separator: " "))
    let body = lines.joined(separator: "\n") + "\n"
    text = body + BatchScript.mark + BatchScript.digest(body) + "\n"
  }

  /// Writes it to the sweep's folder; an edited script is not overwritten.
  ///
  /// - Returns: its path.
  /// - Throws: E1127 if it was edited, E0504.
  package func write(into sweep: String) throws -> String {
    let path = "\(sweep)/\(BatchScript.fileName)"
    if FileSystem.kind(path) != .missing {
      let old = try FileSystem.readText(path)
      guard old != text else { return path }
      guard BatchScript.isUnedited(old) else {
        throw Failure(
          "E1127", "\(path) was edited, and a new script would replace it",
          help: "submit it unchanged: sbatch \(BatchScript.word(path)); or move it and write a new one")
      }
    }
    try AtomicFile.write(text, to: path)
    return path
  }

  /// Whether a script is unchanged since moco wrote it.
  package static func isUnedited(_ text: String) -> Bool {
    guard let place = text.firstRange(of: mark) else { return false }
    let body = String(text[..<place.lowerBound])
    return text[place.upperBound...] == digest(body) + "\n"
  }

  /// The number of parts in a script, which may have been edited; nil if it does not contain one.
  package static func tasks(in text: String) -> Int? {
    guard let place = text.firstRange(of: " --shard auto/") else { return nil }
    return Int(text[place.upperBound...].prefix { $0.isASCII && $0.isNumber })
  }

  private static func digest(_ body: String) -> String {
    let hash = SHA256()
    hash.update(body)
    return String(hash.finish().prefix(16))
  }

  private static func share(_ points: Int, _ tasks: Int) -> String {
    let (least, rest) = (points / tasks, points % tasks)
    if rest == 0 { return "\(least) each" }
    return "\(least) or \(least + 1) each"
  }

  /// A name without characters that are special in `#SBATCH` lines.
  static func jobName(_ name: String) -> String {
    let text = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }
    return text.isEmpty ? "sweep" : String(text.prefix(60))
  }

  /// A word for the shell, quoted if necessary.
  package static func word(_ text: String) -> String {
    let plain =
      !text.isEmpty
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./=,:+@%".contains($0)) }
    return plain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }

  /// The words of a command line for a script: without the options of the batch job.
  ///
  /// - Parameter arguments: the arguments of the command, without the program and the command's name.
  package static func passedOn(_ arguments: [String]) -> [String] {
    var words: [String] = []
    var skips = false
    for (place, word) in arguments.enumerated() {
      if skips {
        skips = false
        continue
      }
      // The rest belongs to the program.
      if word == "--" { return words + arguments[place...] }
      if word == "--submit" { continue }
      let name = word.prefix { $0 != "=" }
      if ["--slurm", "--tasks", "--shard"].contains(String(name)) {
        skips = name.count == word.count
        continue
      }
      words.append(word)
    }
    return words
  }
}
