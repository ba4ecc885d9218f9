import MocoBase
import MocoDocument
import MocoLang
import MocoNotebook
import MocoRuntime
import MocoSession
import MocoSweeps
import MocoTerminal
import MocoTraining

/// The run of one point: its own session, on the calling thread.
struct PointRun {
  private let job: SweepJob
  private let program: CheckedProgram
  private let running: RunningOptions
  private let arguments: [String]
  private let name: String
  private let sharing: RunSharing

  init(
    _ job: SweepJob, _ program: CheckedProgram, _ running: RunningOptions, arguments: [String], name: String,
    _ sharing: RunSharing
  ) {
    self.sharing = sharing
    self.job = job
    self.program = program
    self.running = running
    self.arguments = arguments
    self.name = name
  }

  /// The folder with a sub-folder of TensorBoard event files for each run; nil for none.
  var tensorboard: String?

  /// Runs the program with the point's settings, and writes its record.
  func run() -> SweepEnd {
    let start = ProcessClock.seconds
    let recorder = RunRecorder(
      name: name, point: RunPoint(path: job.folder, identity: job.point.identity))
    let kept = "\(job.folder)/\(SweepRunner.keptName)"
    recorder.keeps = kept
    do {
      let front = try PointFrontEnd(folder: job.folder)
      var options = try running.sessionOptions(arguments: arguments, recorder: recorder)
      options.runtime.overrides = job.point.set
      options.runtime.seed = job.point.seed
      options.runtime.sharing = sharing
      options.runtime.events = try tensorboard.map {
        try EventFile(folder: "\($0)/\(FileSystem.name(of: job.folder))")
      }
      // Threads and memory are set for the entire process.
      options.runtime.threads = nil
      options.runtime.memory = running.memory.flatMap(MemorySize.bytes)
      let outputs = RunOutputs(before: front, recorder)
      let session = Session(options: options, delegate: outputs)
      job.stopped { [flag = session.stopFlag] in flag.request() }
      outputs.begin(program, in: session)
      let result = session.run(program)
      outputs.end(result)
      front.report(result.diagnostics.filter(\.isError))
      try front.close()
      return try end(result, recorder, seconds: ProcessClock.seconds - start, kept)
    } catch {
      // A write error also affects the sweep: the next run has the same error.
      let failure = error as? Failure ?? Failure("E0900", "\(error)")
      recorder.finish(status: "failed", seconds: ProcessClock.seconds - start)
      return SweepEnd(.failed, reason: "\(failure.code): \(failure.message)")
    }
  }

  private func end(
    _ result: Outcome, _ recorder: RunRecorder, seconds: Double, _ kept: String
  ) throws -> SweepEnd {
    _ = try recorder.folder()
    var status = WholeProgram.status(result)
    // A run that ended before it noticed the stop has finished.
    if status == .fine, job.wasStopped, result.exitStatus == nil, result.failure?.code == "E0406" {
      status = .interrupted
    }
    switch status {
    case .fine:
      try? FolderRemoval.remove(kept)
      recorder.finish(status: "finished", exitStatus: result.exitStatus, seconds: seconds)
      return SweepEnd(.finished)
    case .interrupted where result.exitStatus == nil:
      recorder.finish(status: "interrupted", seconds: seconds, by: Console.ending?.name ?? "SIGINT")
      return SweepEnd(.interrupted)
    default:
      let failure = result.failure
      if let failure {
        var error: JsonObject = JsonObject([
          ("code", .string(failure.code)), ("message", .string(failure.message)),
        ])
        if let place = failure.primary { error["place"] = .string("\(place.file.name):\(place.line)") }
        recorder.note("error", .object(error))
      }
      recorder.finish(status: "failed", exitStatus: result.exitStatus, seconds: seconds)
      let reason = failure.map { "\($0.code): \($0.message)" } ?? "exit status \(result.exitStatus ?? 0)"
      return SweepEnd(.failed, reason: reason.split(separator: "\n").first.map(String.init) ?? reason)
    }
  }
}

/// Writes the output of a point's run to `stdout.txt` in its folder, and its messages to `stderr.txt`.
final class PointFrontEnd: SessionDelegate {
  private let folder: String
  private var (output, errors) = ([UInt8](), [UInt8]())
  private var fault: (any Error)?
  private static let pieceSize = 1 << 16

  /// - Throws: E0504 if the folder cannot be written.
  init(folder: String) throws {
    self.folder = folder
    try FileSystem.append([], to: folder + "/stdout.txt")
  }

  func stream(_ text: String, to kind: StreamKind) {
    if kind.isBesideOutput {
      errors += text.utf8
      if errors.count > Self.pieceSize { flush() }
    } else {
      output += text.utf8
      if output.count > Self.pieceSize { flush() }
    }
  }

  func flush() {
    do {
      if !output.isEmpty { try FileSystem.append(output, to: folder + "/stdout.txt") }
      if !errors.isEmpty { try FileSystem.append(errors, to: folder + "/stderr.txt") }
    } catch {
      fault = fault ?? error
    }
    output = []
    errors = []
  }

  /// - Throws: E0504 if the output could not be written.
  func close() throws {
    flush()
    if let fault { throw fault }
  }

  var limits: DocumentLimits {
    var traits = OutputTraits.detect()
    traits.isTerminal = false
    traits.color = .none
    return traits.limits
  }

  var interruption: String? { Console.ending?.name ?? "SIGINT" }
}
