import Foundation
import Testing

/// The paths that ARCHITECTURE.md and CONTRIBUTING.md name are there.
@Suite struct ArchitectureTests {
  @Test(arguments: ["ARCHITECTURE.md", "CONTRIBUTING.md"]) func namedPathsExist(page: String) throws {
    let quoted = try Checkout.text(page).split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    let folders = ["Sources/", "Tests/", "stdlib/", "editors/", "scripts/"]
    let paths = quoted.filter { path in
      folders.contains { path.hasPrefix($0) } && !path.contains(where: { "*<> ".contains($0) })
    }
    #expect(!paths.isEmpty)
    for path in paths where !FileManager.default.fileExists(atPath: Checkout.root.appending(path: path).path)
    {
      Issue.record("\(page) names \(path), which is not there")
    }
  }
}
