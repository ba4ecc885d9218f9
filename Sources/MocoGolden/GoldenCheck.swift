import Glibc
import MocoBase

/// Recognises and checks one kind of golden file.
protocol GoldenSuite {
  /// Checks for the files of a folder that this suite recognises by their content.
  static func find(in folder: GoldenFolder) -> [GoldenCheck]
}

/// One comparison of moco with files; it reports any number of lines.
package struct GoldenCheck {
  /// The beginning of its lines: a path below the checked folder.
  package let name: String
  /// The files that it uses, as paths below the checked folder.
  let files: [String]
  let body: (inout GoldenLines) throws -> Void

  init(name: String, files: [String], body: @escaping (inout GoldenLines) throws -> Void) {
    self.name = name
    self.files = files
    self.body = body
  }

  /// The comparisons of this check, in order; if something could not be compared, it is a failed comparison.
  package func run() -> [GoldenLine] {
    var lines = GoldenLines(name: name)
    do {
      try body(&lines)
      if lines.all.isEmpty { lines.fault("nothing was compared") }
    } catch {
      lines.fault("\(error)")
    }
    return lines.all
  }
}

/// One comparison: `name  max error  tolerance  ok|FAIL`; or an unknown file.
package struct GoldenLine: CustomStringConvertible {
  /// The check's path and what was compared: `mixture/all losses`.
  package let name: String
  /// The largest error; nil if it could not be compared.
  package let error: Double?
  /// The largest allowed absolute error.
  package let tolerance: Double?
  /// Whether the file was recognised; a file of another method is not a failure.
  package var isKnown = true

  /// Whether the comparison failed, or could not be made.
  package var hasFailed: Bool { isKnown && !isRight }

  /// An error that is not a number fails.
  package var isRight: Bool {
    guard let error, let tolerance else { return false }
    return error <= tolerance
  }

  package var description: String {
    "\(name)  \(Self.text(error))  \(Self.text(tolerance))  \(isRight ? "ok" : isKnown ? "FAIL" : "unknown")"
  }

  private static func text(_ value: Double?) -> String {
    guard let value else { return "-" }
    guard value.isFinite else { return "inf" }
    if value == value.rounded(), abs(value) < 1e6 { return String(Int(value)) }
    return NumberText.scientific(value, 2)
  }
}

/// The lines of one check while it runs.
struct GoldenLines {
  let name: String
  private(set) var all: [GoldenLine] = []

  init(name: String) { self.name = name }

  mutating func report(_ item: String, error: Double, tolerance: Double) {
    all.append(GoldenLine(name: "\(name) \(item)", error: error, tolerance: tolerance))
  }

  /// Something that could not be compared.
  mutating func fault(_ reason: String) {
    let line = reason.split(whereSeparator: \.isNewline).joined(separator: "; ")
    all.append(GoldenLine(name: "\(name) (\(line))", error: nil, tolerance: nil))
  }

  /// A file that can be read but is not recognised.
  mutating func unknown() {
    all.append(GoldenLine(name: name, error: nil, tolerance: nil, isKnown: false))
  }
}

/// The standard library and its vocabulary, in this program's repository or in `MOCO_STDLIB`.
enum GoldenPaths {
  static var library: String {
    if let root = getenv("MOCO_STDLIB") { return String(cString: root) }
    var folder = FileSystem.parent(of: #filePath)
    for _ in 0..<2 { folder = FileSystem.parent(of: folder) }
    return folder + "/stdlib"
  }
  static var tokenizer: String { library + "/tokenizer" }
}
