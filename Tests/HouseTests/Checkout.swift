import Foundation

/// The files of the checkout that the tests of this target read.
enum Checkout {
  /// Behind a link the sources have another path than the compiler was given.
  static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// - Parameter path: from the root of the checkout.
  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// The Swift files below a folder, as paths from the root of the checkout, in order.
  static func swiftFiles(in folder: String) -> [String] {
    let walk = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
    let names = walk?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".swift") }.map { folder + "/" + $0 }.sorted()
  }
}
