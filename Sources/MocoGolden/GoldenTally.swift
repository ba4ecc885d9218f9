/// How many comparisons passed or failed, and how many files are unknown.
package struct GoldenTally: CustomStringConvertible {
  /// Comparisons within their tolerance.
  package private(set) var passed = 0
  /// Comparisons outside their tolerance, and those that could not be made.
  package private(set) var failed = 0
  /// Files that are not recognised.
  package private(set) var unknown = 0

  /// A tally of zeros.
  package init() {}

  /// Counts one line.
  package mutating func add(_ line: GoldenLine) {
    if line.isRight { passed += 1 } else if line.isKnown { failed += 1 } else { unknown += 1 }
  }

  package var description: String {
    "\(passed) passed, \(failed) failed" + (unknown > 0 ? ", \(unknown) unknown" : "")
  }

  /// The exit status: 1 if a comparison failed or none was made; with `isStrict` also if a file is unknown.
  package func status(isStrict: Bool) -> Int32 {
    failed > 0 || passed == 0 || isStrict && unknown > 0 ? 1 : 0
  }
}
