import Glibc

// golden DIR [--only PREFIX…]: compares moco with numbers that public implementations computed.
// What is in DIR is found by looking, not by name; status 1 if any check failed.

do {
  let options = try GoldenOptions(Array(CommandLine.arguments.dropFirst()))
  let catalog = try GoldenCatalog(root: options.root)
  var report = GoldenReport()
  for item in try catalog.selected(by: options.prefixes) { item.run(into: &report) }
  print("\(report.passed) passed, \(report.failed) failed")
  exit(report.failed == 0 && report.passed > 0 ? 0 : 1)
} catch {
  "golden: \(error)\n".withCString { _ = write(2, $0, strlen($0)) }
  exit(1)
}
