import MocoBase

/// The jobs that a sweep was sent as: a line each in the sweep's folder, appended when one is sent.
package struct SlurmJobs {
  /// Its name in the sweep's folder.
  package static let fileName = "slurm.jsonl"
  /// One job.
  package struct Job: Equatable, Sendable {
    /// The number that Slurm has given it.
    package let id: String
    /// The tasks of its array.
    package let tasks: Int
    /// The points that were dealt to them, as `SlurmHints.digest` writes them.
    package let points: String
    /// When it was sent, in UTC.
    package let sent: String

    /// A job; see the properties.
    package init(id: String, tasks: Int, points: String, sent: String = ClaimTime.text()) {
      (self.id, self.tasks, self.points, self.sent) = (id, tasks, points, sent)
    }
  }

  /// In the order in which they were sent.
  package private(set) var jobs: [Job] = []
  private let path: String

  /// Reads what a sweep's folder remembers; a line that cannot be read, being cut or of a later version, is left out.
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

  /// Remembers one more.
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
