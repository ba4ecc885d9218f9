import Glibc
import MocoCLIP

/// What recognises and checks one kind of golden file.
protocol GoldenSuite {
  /// Checks for the files of a folder that this suite knows, by what is in them.
  static func find(in folder: GoldenFolder) -> [GoldenCheck]
}

/// One comparison of moco with files; it reports any number of lines.
struct GoldenCheck {
  /// What its lines begin with; a path below the checked folder.
  let name: String
  /// The files that it uses, as paths below the checked folder.
  let files: [String]
  let body: (inout GoldenLines) throws -> Void

  init(name: String, files: [String], body: @escaping (inout GoldenLines) throws -> Void) {
    self.name = name
    self.files = files
    self.body = body
  }

  func run(into report: inout GoldenReport) {
    var lines = GoldenLines(name: name)
    do {
      try body(&lines)
      if lines.count == 0 { lines.fault("nothing was compared") }
    } catch {
      lines.fault("\(error)")
    }
    report.passed += lines.passed
    report.failed += lines.failed
  }
}

struct GoldenReport {
  var passed = 0
  var failed = 0
}

/// Prints the lines of one check: `name  max error  tolerance  ok|FAIL`.
struct GoldenLines {
  let name: String
  private(set) var passed = 0
  private(set) var failed = 0
  var count: Int { passed + failed }

  init(name: String) { self.name = name }

  /// One comparison. An error that is no number fails.
  mutating func report(_ item: String, error: Double, tolerance: Double) {
    let isRight = error <= tolerance
    if isRight { passed += 1 } else { failed += 1 }
    print(
      "\(name) \(item)  \(Self.text(error))  \(Self.text(tolerance))  \(isRight ? "ok" : "FAIL")"
    )
  }

  /// Something that could not be compared.
  mutating func fault(_ reason: String) {
    failed += 1
    let line = reason.split(whereSeparator: \.isNewline).joined(separator: "; ")
    print("\(name) (\(line))  -  -  FAIL")
  }

  private static func text(_ value: Double) -> String {
    guard value.isFinite else { return "inf" }
    if value == value.rounded(), abs(value) < 1e6 { return String(Int(value)) }
    var buffer = [CChar](repeating: 0, count: 32)
    let count = withVaList([value]) { vsnprintf(&buffer, buffer.count, "%.2e", $0) }
    return String(decoding: buffer.prefix(max(Int(count), 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// The vocabulary, beside this program's repository; `MOCO_STDLIB` names another standard library.
enum GoldenPaths {
  static var tokenizer: String {
    if let root = getenv("MOCO_STDLIB") { return String(cString: root) + "/tokenizer" }
    var folder = FileSystem.parent(of: #filePath)
    for _ in 0..<2 { folder = FileSystem.parent(of: folder) }
    return folder + "/stdlib/tokenizer"
  }
}
