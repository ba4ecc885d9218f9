import MocoBase

/// The batch script of a sweep: to be read and edited, and sent again for what is missing.
package struct BatchScript {
  /// Its name in the sweep's folder.
  package static let fileName = "sweep.sbatch"
  private static let mark = "# moco knows by this line whether the script was edited: "

  /// The whole script.
  package let text: String
  /// How many tasks its array has.
  package let tasks: Int

  /// - Parameters:
  ///   - sweep: the sweep's folder, a whole path.
  ///   - name: the sweep's name, for the job.
  ///   - points: how many points there are, done or not.
  ///   - limit: MaxArraySize of the cluster; nil where it is not known here.
  ///   - command: the program and what it is given, without a shard.
  ///   - folder: where the command was given.
  ///   - version: of moco.
  /// - Throws: E1127 for a folder or tasks that cannot be.
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
        "the sweep's folder \(sweep) has \(bad.value < 0x20 ? "a control character" : "\"\(Character(bad))\"") in its name, which the output of a batch job cannot have",
        help: "give another folder with --out")
    }
    var lines = [
      "#!/bin/bash",
      "# A sweep as an array of jobs, written by moco \(version). Edit it as you like and send it with",
      "#   sbatch \(BatchScript.word("\(sweep)/\(BatchScript.fileName)"))",
      "# Sent again it does what is missing: points that are finished, or that another task works on, are left alone.",
      "",
      "# \(NumberText.counted(points, "point")) in \(NumberText.counted(tasks.count, "task")): "
        + BatchScript.share(points, tasks.count) + ". A part of the tasks is sent with sbatch --array=3,7.",
    ]
    if limit == nil {
      lines.append(
        "# How large an index may be here is not known (scontrol show config says MaxArraySize); \(ArrayTasks.usualLimit) was assumed."
      )
    }
    lines.append(SlurmOptions.line("array", tasks.array))
    let own: [(String, String?, [String], String)] = [
      ("job-name", BatchScript.jobName(name), ["job-name", "J"], ""),
      ("output", "\(sweep)/slurm-%A_%a.out", ["output", "o"], "What the tasks say, a file each."),
      (
        "open-mode", "append", ["open-mode"],
        "A task that goes back to the queue would empty its file otherwise."
      ),
      (
        "requeue", nil, ["requeue", "no-requeue"],
        "A task that loses its place goes back to the queue, and goes on where it was."
      ),
      (
        "signal", "B:USR1@120", ["signal"],
        "Two minutes before the time is over: trainings are kept, and the next time goes on from there."
      ),
    ]
    for (option, value, names, remark) in own where !names.contains(where: options.has) {
      if !remark.isEmpty { lines.append("# \(remark)") }
      lines.append(SlurmOptions.line(option, value))
    }
    if !options.lines.isEmpty { lines.append("# As --slurm has said; a time is that of one task.") }
    lines += options.lines
    lines += [
      "", "cd \(BatchScript.word(folder)) || exit 1",
      "# Each task has its part of the points by its index. With exec the signals above reach moco itself.",
    ]
    // What follows -- is the program's own.
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

  /// Writes it into the sweep's folder; a script there that was edited stays.
  ///
  /// - Returns: its path.
  /// - Throws: E1127 where it was edited, E0504.
  package func write(into sweep: String) throws -> String {
    let path = "\(sweep)/\(BatchScript.fileName)"
    if FileSystem.kind(path) != .missing {
      let old = try FileSystem.readText(path)
      guard old != text else { return path }
      guard BatchScript.isUnedited(old) else {
        throw Failure(
          "E1127", "\(path) was edited, and a new script would take its place",
          help: "send it as it is: sbatch \(BatchScript.word(path)); or move it away and write a new one")
      }
    }
    try AtomicFile.write(text, to: path)
    return path
  }

  /// Whether a script is as moco has written it.
  package static func isUnedited(_ text: String) -> Bool {
    guard let place = text.firstRange(of: mark) else { return false }
    let body = String(text[..<place.lowerBound])
    return text[place.upperBound...] == digest(body) + "\n"
  }

  /// How many parts the points are dealt to by a script, which may have been edited; nil where it does not say.
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

  /// A name without what `#SBATCH` takes for something else.
  static func jobName(_ name: String) -> String {
    let text = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }
    return text.isEmpty ? "sweep" : String(text.prefix(60))
  }

  /// A word for the shell, in quotes where it needs them.
  package static func word(_ text: String) -> String {
    let plain =
      !text.isEmpty
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./=,:+@%".contains($0)) }
    return plain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }

  /// The words of a command line that are to go into a script: without what is about the batch job itself.
  ///
  /// - Parameter arguments: those of the command, without the program and the command's name.
  package static func passedOn(_ arguments: [String]) -> [String] {
    var words: [String] = []
    var skips = false
    for (place, word) in arguments.enumerated() {
      if skips {
        skips = false
        continue
      }
      // What follows belongs to the program.
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
