import MocoLang
import Testing

@Suite struct ErrorCatalogLookupTests {
  private static let own = Dialect(errors: {
    ErrorCatalog(
      ranges: [("E05", "measuring")], [("E0503", "A measure is too long"), ("E0207", "An odd unit")])
  })

  @Test func lookup() {
    let errors = ErrorCatalog.language
    #expect(errors.entry(for: "e0201")?.code == "E0201")
    #expect(errors.entry(for: "201")?.code == "E0201")
    #expect(errors.pagePath(for: "201") == "errors/E0201.md")
    #expect(errors.entry(for: "E9999") == nil)
    #expect(errors.entry(for: "") == nil)
    #expect(errors.entry(for: "print") == nil)
  }

  @Test func theCodesOfADialectStandAmongThoseOfTheLanguage() {
    let errors = Self.own.errors
    #expect(errors.entry(for: "E0503")?.title == "A measure is too long")
    #expect(ErrorCatalog.language.entry(for: "E0503") == nil)
    #expect(errors.entries.map(\.code) == errors.entries.map(\.code).sorted())
    #expect(errors.ranges.map(\.prefix) == errors.ranges.map(\.prefix).sorted())
    #expect(errors.entries.allSatisfy { entry in errors.ranges.contains { entry.code.hasPrefix($0.prefix) } })
  }

  /// The language raises no code that its own catalog lacks.
  @Test func theLanguageKnowsNoCodeOfTheEmbedder() {
    #expect(ErrorCatalog.language.entries.allSatisfy { !["E05", "E06", "E07"].contains($0.code.prefix(3)) })
  }
}
