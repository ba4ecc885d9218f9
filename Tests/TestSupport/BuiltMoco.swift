import Foundation
import MocoTensor

package struct TestFailure: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}

/// A folder that goes with its last user.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() throws {
    let name = "moco-prompt-tests-\(UUID().uuidString)"
    let url = FileManager.default.temporaryDirectory.appending(path: name)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.resolvingSymlinksInPath().path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  package func write(_ text: String, to name: String) throws {
    try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
  }

  package func read(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }
}

/// The program under test: the one that was built together with the tests.
package enum Built {
  package static var root: String {
    var url = URL(fileURLWithPath: #filePath)
    while url.path != "/", !FileManager.default.fileExists(atPath: url.appending(path: "Package.swift").path)
    {
      url.deleteLastPathComponent()
    }
    return url.path
  }

  package static func moco() throws -> String { try program("moco") }

  /// - Parameter name: of a program of this package.
  package static func program(_ name: String) throws -> String {
    // The test bundle lies in the build folder, beside the program.
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
    let candidates = [
      bundle, CommandLine.arguments.first,
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
    ]
    for candidate in candidates.compactMap({ $0 }) {
      var folder = URL(fileURLWithPath: candidate).deletingLastPathComponent()
      for _ in 0..<3 {
        let program = folder.appending(path: name).path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: program, isDirectory: &isFolder), !isFolder.boolValue {
          return program
        }
        folder.deleteLastPathComponent()
      }
    }
    throw TestFailure("the program \(name) was not found beside the tests; build it with them")
  }
}

package struct Ran {
  package let status: Int32
  package let output: String
  package let errors: String
}

/// Runs a program to its end.
package func run(
  _ program: String, _ arguments: [String], input: Data = Data(), environment: [String: String]? = nil,
  folder: String? = nil
) throws -> Ran {
  let place = FileManager.default.temporaryDirectory
  let name = UUID().uuidString
  let files = ["in", "out", "err"].map { place.appending(path: "\(name).\($0)") }
  defer { for file in files { try? FileManager.default.removeItem(at: file) } }
  try input.write(to: files[0])
  for file in files.dropFirst() { try Data().write(to: file) }
  // Files, not pipes: nothing can block, whatever is written.
  let process = try ChildProcess(
    program, arguments, folder: folder, environment: environment, input: files[0].path, output: files[1].path,
    errors: files[2].path)
  let end = process.wait()
  return Ran(
    status: end.bySignal ? 128 + end.status : end.status,
    output: try String(contentsOf: files[1], encoding: .utf8),
    errors: try String(contentsOf: files[2], encoding: .utf8))
}

/// Runs moco without a terminal.
package func moco(
  _ arguments: [String], input: String = "", environment: [String: String] = [:], folder: String? = nil
) throws -> Ran {
  var variables = ProcessInfo.processInfo.environment
  for name in ["FORCE_COLOR", "NO_COLOR", "MOCO_HISTORY"] { variables[name] = nil }
  variables["MOCO_STDLIB"] = Built.root + "/stdlib"
  variables.merge(environment) { $1 }
  let ran = try run(
    try Built.moco(), arguments, input: Data(input.utf8), environment: variables, folder: folder)
  guard environment["OPENBLAS_CORETYPE"] == nil else { return ran }
  // The suite may run with another core of OpenBLAS, about which every program says a word.
  Blas.load()
  let errors = Blas.remarks.reduce(ran.errors) { $0.replacingOccurrences(of: "note: \($1)\n", with: "") }
  return Ran(status: ran.status, output: ran.output, errors: errors)
}
