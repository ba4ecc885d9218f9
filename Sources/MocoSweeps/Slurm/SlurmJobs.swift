import MocoBase

/// The submitted jobs of a sweep: one line each in the sweep's folder, appended on submission.
package struct SlurmJobs {
  /// Its name in the sweep's folder.
  package static let fileName = "slurm.jsonl"
  /// One job.
  package struct Job: Equatable, Sendable {
    /// Its number from Slurm.
    package let id: String
    /// The tasks of its array.
    package let tasks: Int
    /// The digest of their points, from `SlurmHints.digest`.
    package let points: String
    /// The time of submission, in UTC.
    package let sent: String

    /// A job; see the properties.
    package init(id: String, tasks: Int, points: String, sent: String = UTCTime.text()) {
      (self.id, self.tasks, self.points, self.sent) = (id, tasks, points, sent)
    }
  }

  /// In the order of submission.
  package private(set) var jobs: [Job] = []
  private let path: String

  /// Reads the recorded jobs of a sweep's folder; a truncated line or one of a later version is ignored.
  package init(sweep: String) {
    path = "\(sweep)/\(SlurmJobs.fileName)"
    guard FileSystem.kind(path) == .file, let text = try? FileSystem.readText(path) else { return }
    for line in text.split(separator: "\n") {
      guard let json = try? Json.parse(String(line), name: path), let id = json["job"]?.stringValue else {
        continue
      }
      jobs.append(
        Job(
          id: id, tasks: json["tasks"]?.intValue ?? 0, points: json["points"]?.stringValue ?? "",
          sent: json["sent"]?.stringValue ?? ""))
    }
  }

  /// Records a job.
  ///
  /// - Throws: E0504.
  package mutating func append(_ job: Job) throws {
    let line = JsonObject([
      ("job", .string(job.id)), ("tasks", .int(job.tasks)), ("points", .string(job.points)),
      ("sent", .string(job.sent)),
    ])
    try FileSystem.append(Array((Json.object(line).serialized() + "\n").utf8), to: path)
    jobs.append(job)
  }
}
