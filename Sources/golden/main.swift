import Glibc
import MocoGolden

// golden DIR [--strict] [--only PREFIX…]: compares moco with numbers that public implementations computed.
// What is in DIR is found by looking, not by name; status 1 if any check failed. Files of methods that nothing here
// knows are counted apart; with --strict they give status 1 too.

do {
  let options = try GoldenOptions(Array(CommandLine.arguments.dropFirst()))
  let catalog = try GoldenCatalog(root: options.root)
  var tally = GoldenTally()
  for check in try catalog.selected(by: options.prefixes) {
    for line in check.run() {
      print(line)
      tally.add(line)
    }
  }
  print(tally)
  exit(tally.status(isStrict: options.isStrict))
} catch {
  "golden: \(error)\n".withCString { _ = write(2, $0, strlen($0)) }
  exit(1)
}
