import Foundation
import MocoLang
import MocoRuntime
import Testing

@Suite struct LibraryParsingTests {
  static let programs: [String] = {
    let folder = ErrorCatalogTests.root.appendingPathComponent("stdlib")
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".moco") }.sorted()
  }()

  /// Whatever ships parses, without a warning.
  @Test(arguments: programs) func parses(name: String) throws {
    let url = ErrorCatalogTests.root.appendingPathComponent("stdlib/" + name)
    let file = SourceFile(name: name, bytes: Array(try Data(contentsOf: url)))
    #expect(Parser.parse(file, .moco).diagnostics.map { $0.render() } == [])
  }
}
