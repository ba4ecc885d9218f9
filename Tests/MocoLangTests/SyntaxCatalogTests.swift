import Foundation
import MocoLang
import Testing

@Suite struct SyntaxCatalogTests {
  static let root: URL = {
    var url = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    for _ in 0..<3 { url.deleteLastPathComponent() }
    return url
  }()

  /// Codes that stand in quotes anywhere in the sources.
  static let usedCodes: Set<String> = {
    var codes: Set<String> = []
    let sources = root.appendingPathComponent("Sources")
    let files = FileManager.default.enumerator(atPath: sources.path)
    while let name = files?.nextObject() as? String {
      guard name.hasSuffix(".swift"),
        let data = try? Data(contentsOf: sources.appendingPathComponent(name))
      else { continue }
      for piece in data.split(separator: UInt8(ascii: "\""))
      where piece.count == 5 && piece.first == UInt8(ascii: "E") {
        let code = String(decoding: piece, as: UTF8.self)
        if code.hasPrefix("E0"), Int(code.dropFirst()) != nil { codes.insert(code) }
      }
    }
    return codes
  }()

  @Test func everyUsedCodeIsInTheCatalog() {
    let known = Set(DiagnosticCatalog.entries.map(\.code))
    #expect(Self.usedCodes.subtracting(known).sorted() == [])
  }

  @Test func codesAreSortedAndUnique() {
    let codes = DiagnosticCatalog.entries.map(\.code)
    #expect(codes == Set(codes).sorted())
    for entry in DiagnosticCatalog.entries {
      #expect(DiagnosticCatalog.ranges.contains { entry.code.hasPrefix($0.prefix) })
    }
  }

  @Test(arguments: DiagnosticCatalog.entries.map(\.code)) func everyCodeHasAPage(code: String) throws {
    let path = try #require(DiagnosticCatalog.pagePath(for: code))
    let page = try String(contentsOf: Self.root.appendingPathComponent("stdlib/" + path), encoding: .utf8)
    let title = try #require(DiagnosticCatalog.entry(for: code)?.title)
    #expect(page.hasPrefix("# \(code): \(title)\n"))
    #expect(page.contains("```moco"))
    #expect(page.contains("## Mend it"))
  }

  @Test func pagesBelongToCodes() throws {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: Self.root.appendingPathComponent("stdlib/errors").path)
    for name in names {
      #expect(DiagnosticCatalog.entry(for: name.replacingOccurrences(of: ".md", with: "")) != nil)
    }
  }

  @Test func lookup() {
    #expect(DiagnosticCatalog.entry(for: "e0203")?.code == "E0203")
    #expect(DiagnosticCatalog.entry(for: "203")?.code == "E0203")
    #expect(DiagnosticCatalog.entry(for: "E9999") == nil)
    #expect(DiagnosticCatalog.entry(for: "") == nil)
    #expect(DiagnosticCatalog.entry(for: "print") == nil)
  }
}

@Suite struct SyntaxLibraryTests {
  static let programs: [String] = {
    let folder = SyntaxCatalogTests.root.appendingPathComponent("stdlib")
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".moco") }.sorted()
  }()

  /// Whatever ships parses, without a warning.
  @Test(arguments: programs) func parses(name: String) throws {
    let url = SyntaxCatalogTests.root.appendingPathComponent("stdlib/" + name)
    let file = SourceFile(name: name, bytes: Array(try Data(contentsOf: url)))
    #expect(Parser.parse(file).diagnostics.map { $0.render() } == [])
  }
}
