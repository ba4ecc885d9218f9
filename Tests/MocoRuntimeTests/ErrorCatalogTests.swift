import Foundation
import MocoLang
import MocoRuntime
import Testing

@Suite struct ErrorCatalogTests {
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
    let known = Set(Dialect.moco.errors.entries.map(\.code))
    #expect(Self.usedCodes.subtracting(known).sorted() == [])
  }

  @Test func codesAreSortedAndUnique() {
    let codes = Dialect.moco.errors.entries.map(\.code)
    #expect(codes == Set(codes).sorted())
    for entry in Dialect.moco.errors.entries {
      #expect(Dialect.moco.errors.ranges.contains { entry.code.hasPrefix($0.prefix) })
    }
  }

  @Test(arguments: Dialect.moco.errors.entries.map(\.code)) func everyCodeHasAPage(code: String) throws {
    let path = try #require(Dialect.moco.errors.pagePath(for: code))
    let page = try String(contentsOf: Self.root.appendingPathComponent("stdlib/" + path), encoding: .utf8)
    let title = try #require(Dialect.moco.errors.entry(for: code)?.title)
    #expect(page.hasPrefix("# \(code): \(title)\n"))
    #expect(page.contains("```moco"))
    #expect(page.contains("## How to fix it"))
  }

  @Test func pagesBelongToCodes() throws {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: Self.root.appendingPathComponent("stdlib/errors").path)
    for name in names {
      #expect(Dialect.moco.errors.entry(for: name.replacingOccurrences(of: ".md", with: "")) != nil)
    }
  }
}
