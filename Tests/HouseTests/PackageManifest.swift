import Foundation

/// What `Package.swift` says about the targets, read from its text: asking the package manager takes seconds
/// and waits for a build that runs.
struct PackageManifest {
  struct Target {
    let name: String
    let isTest: Bool
    let isExecutable: Bool
    /// Names of targets and of products of other packages.
    let dependencies: [String]
    /// The folder of its sources, from the root of the checkout.
    let folder: String
  }

  let targets: [Target]

  init(_ text: String) {
    var targets: [Target] = []
    for start in text.matches(of: /\.(target|executableTarget|testTarget)\(/) {
      let body = text[start.range.upperBound...].prefix(upToClosing: ")")
      guard let name = body.firstMatch(of: /name: "([^"]+)"/) else { continue }
      let isTest = start.1 == "testTarget"
      var dependencies: [String] = []
      if let list = body.firstMatch(of: /dependencies: \[/) {
        let items = body[list.range.upperBound...].prefix(upToClosing: "]")
        let names = items.replacing(/package: "[^"]*"/, with: "").matches(of: /"([^"]+)"/)
        dependencies = names.map { String($0.1) }
      }
      let path = body.firstMatch(of: /path: "([^"]+)"/).map { String($0.1) }
      targets.append(
        Target(
          name: String(name.1), isTest: isTest, isExecutable: start.1 == "executableTarget",
          dependencies: dependencies, folder: path ?? (isTest ? "Tests/" : "Sources/") + name.1))
    }
    self.targets = targets
  }

  func target(_ name: String) -> Target? { targets.first { $0.name == name } }
}

extension Substring {
  /// Up to the bracket that closes what is open at the start.
  fileprivate func prefix(upToClosing closer: Character) -> Substring {
    let opener: Character = closer == ")" ? "(" : "["
    var depth = 1
    for index in indices {
      if self[index] == opener { depth += 1 }
      if self[index] == closer { depth -= 1 }
      if depth == 0 { return self[..<index] }
    }
    return self
  }
}
