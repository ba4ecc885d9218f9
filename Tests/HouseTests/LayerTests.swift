import Testing

/// Layers point one way: what is imported is declared in `Package.swift`, and the table in `CONTRIBUTING.md`
/// has every target below all that it knows.
@Suite struct LayerTests {
  /// Modules of the system, which no package declares. Foundation is for tests and their tools: the programs
  /// start without it.
  private static let ofTheSystem: Set<String> = ["Glibc", "Synchronization"]
  private static let ofTests: Set<String> = ["Testing", "Foundation", "FoundationXML"]

  private let manifest: PackageManifest

  init() throws { manifest = PackageManifest(try Checkout.text("Package.swift")) }

  @Test func theManifestIsRead() {
    #expect(manifest.targets.count > 20)
    #expect(manifest.target("MocoTensor")?.dependencies.contains("CKernels") == true)
    #expect(manifest.target("moco")?.dependencies.contains("ArgumentParser") == true)
    #expect(manifest.target("MocoTensorTests")?.isTest == true)
  }

  @Test func importsAreReadOutsideOfStrings() {
    let quotes = String(repeating: "\"", count: 3)
    let lines = [
      "@testable import A", "  package import struct B.Name", "// import C", "let text = \(quotes)",
      "import D",
      quotes, "import E  // why",
    ]
    let source = lines.joined(separator: "\n")
    #expect(SwiftImports.modules(of: source) == ["A", "B", "E"])
  }

  @Test func everyImportIsDeclared() throws {
    for target in manifest.targets {
      let isTest = target.folder.hasPrefix("Tests/")
      let system = isTest ? Self.ofTheSystem.union(Self.ofTests) : Self.ofTheSystem
      for file in Checkout.swiftFiles(in: target.folder) {
        for module in SwiftImports.modules(of: try Checkout.text(file))
        where !system.contains(module) && !target.dependencies.contains(module) {
          Issue.record(
            "\(file) imports \(module): add it to the dependencies of \(target.name) in Package.swift")
        }
      }
    }
  }

  @Test func everyDependencyIsImported() throws {
    for target in manifest.targets {
      let files = Checkout.swiftFiles(in: target.folder)
      // A target of C imports nothing that is read here.
      if files.isEmpty { continue }
      let imported = Set(try files.flatMap { SwiftImports.modules(of: try Checkout.text($0)) })
      // A test may need that a program is built, which it then runs.
      for name in target.dependencies
      where !imported.contains(name) && !(target.isTest && manifest.target(name)?.isExecutable == true) {
        Issue.record(
          "\(target.name) imports \(name) nowhere: take it out of its dependencies in Package.swift")
      }
    }
  }

  @Test func everySourceBelongsToATarget() {
    let folders = manifest.targets.map { $0.folder + "/" }
    for file in Checkout.swiftFiles(in: "Sources") + Checkout.swiftFiles(in: "Tests")
    where !folders.contains(where: file.hasPrefix) {
      Issue.record("\(file) belongs to no target of Package.swift")
    }
  }

  @Test func theTableHasEveryTargetBelowWhatItKnows() throws {
    let rows = try Checkout.text("CONTRIBUTING.md").split(separator: "\n")
      .drop { !$0.hasPrefix("| target |") }.dropFirst(2).prefix { $0.hasPrefix("|") }
    let order = rows.flatMap { row in
      row.split(separator: "|").first.map { $0.split(separator: ",") } ?? []
    }.map { String($0.trimmingPrefix(while: { $0 == " " }).prefix { $0 != " " }) }
    #expect(Set(order).count == order.count, "a target has two rows in CONTRIBUTING.md")
    for name in order where manifest.target(name) == nil {
      Issue.record("CONTRIBUTING.md has a row for \(name), which is not a target of Package.swift")
    }
    for target in manifest.targets where !target.isTest {
      guard let place = order.firstIndex(of: target.name) else {
        Issue.record("\(target.name) has no row in the table of CONTRIBUTING.md")
        continue
      }
      for name in target.dependencies where manifest.target(name) != nil && !order[..<place].contains(name) {
        Issue.record("\(target.name) knows \(name), which stands below it in the table of CONTRIBUTING.md")
      }
    }
  }
}
