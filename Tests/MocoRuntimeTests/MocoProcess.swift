import Foundation
import MocoTensor
import MocoTestSupport

/// Runs the built program as a person would: a process of its own, in a folder of its own.
struct MocoProcess {
  struct Result {
    var status: Int32
    var output: String
    var errors: String
  }

  /// The checkout.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// The program beside the test bundle, in the same build folder.
  static var executable: String {
    let runner = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: runner).deletingLastPathComponent().appendingPathComponent("moco").path
  }

  /// A new empty folder.
  static func temporaryFolder() throws -> String {
    let path = NSTemporaryDirectory() + "moco-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  static func run(
    _ arguments: [String], in folder: String, input: String? = nil, environment: [String: String] = [:],
    program: String = executable
  ) throws -> Result {
    var variables = ProcessInfo.processInfo.environment
    variables["MOCO_STDLIB"] = root + "/stdlib"
    variables["XDG_CACHE_HOME"] = folder + "/.cache"
    variables["XDG_STATE_HOME"] = folder + "/.state"
    variables["NO_COLOR"] = "1"
    variables.merge(environment) { $1 }

    // Files, not pipes: a full pipe would stop the program while nobody reads.
    let outputPath = folder + "/.stdout-\(UUID().uuidString)"
    let errorPath = folder + "/.stderr-\(UUID().uuidString)"
    let inputPath = folder + "/.stdin-\(UUID().uuidString)"
    _ = FileManager.default.createFile(atPath: outputPath, contents: nil)
    _ = FileManager.default.createFile(atPath: errorPath, contents: nil)
    _ = FileManager.default.createFile(atPath: inputPath, contents: Data((input ?? "").utf8))
    let process = try ChildProcess(
      program, arguments, folder: folder, environment: variables, input: inputPath, output: outputPath,
      errors: errorPath)
    let end = process.wait()
    defer {
      for path in [outputPath, errorPath, inputPath] { try? FileManager.default.removeItem(atPath: path) }
    }
    return Result(
      status: end.bySignal ? -end.status : end.status,
      output: (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "",
      errors: withoutRemarks((try? String(contentsOfFile: errorPath, encoding: .utf8)) ?? "", environment))
  }

  /// The whole suite may run with another core of OpenBLAS; what a program then says about it is not part of a
  /// test that did not ask for the core.
  static func withoutRemarks(_ errors: String, _ environment: [String: String] = [:]) -> String {
    guard environment["OPENBLAS_CORETYPE"] == nil else { return errors }
    Blas.load()
    return Blas.remarks.reduce(errors) { $0.replacingOccurrences(of: "note: \($1)\n", with: "") }
  }

  /// Writes a program into a new folder and runs it there.
  static func run(program: String, _ arguments: [String] = [], files: [String: Data] = [:]) throws -> Result {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, contents) in files {
      let path = folder + "/" + name
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try contents.write(to: URL(fileURLWithPath: path))
    }
    try program.write(toFile: folder + "/program.moco", atomically: true, encoding: .utf8)
    return try run(["run", "program.moco"] + arguments, in: folder)
  }
}
