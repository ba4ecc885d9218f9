import Glibc
import MocoGolden

// golden DIR [--only PREFIX…]: compares moco with numbers that public implementations computed.
// What is in DIR is found by looking, not by name; status 1 if any check failed.

do {
  let options = try GoldenOptions(Array(CommandLine.arguments.dropFirst()))
  let catalog = try GoldenCatalog(root: options.root)
  var passed = 0
  var failed = 0
  for check in try catalog.selected(by: options.prefixes) {
    for line in check.run() {
      print(line)
      if line.isRight { passed += 1 } else { failed += 1 }
    }
  }
  print("\(passed) passed, \(failed) failed")
  exit(failed == 0 && passed > 0 ? 0 : 1)
} catch {
  "golden: \(error)\n".withCString { _ = write(2, $0, strlen($0)) }
  exit(1)
}
