import Foundation
import MocoBase
import MocoCLIP
import MocoTestSupport
import Testing

@Suite struct OptionTableTests {
  /// help("weights") lists exactly the options that the program knows. MOCO_RECORD=1 writes the tables again.
  @Test func theDocumentationIsTheTable() throws {
    let path = Repository.root + "/stdlib/docs/weights.md"
    var page = try FileSystem.readText(path)
    for section in ConfigSection.all {
      let table = section.markdown
      if !page.contains(table), ProcessInfo.processInfo.environment["MOCO_RECORD"] == "1" {
        page = Self.replacing(page, section.title, table)
        try AtomicFile.write(page, to: path)
      }
      #expect(page.contains(table + "\n"), "\(section.title)")
    }
    let sections = page.split(separator: "\n").filter { $0.hasPrefix("### ") }
    #expect(sections.count == ConfigSection.all.count)
  }

  /// The page with the section of that title made new; appended where there is none.
  private static func replacing(_ page: String, _ title: String, _ table: String) -> String {
    var lines = page.components(separatedBy: "\n")
    guard let first = lines.firstIndex(of: "### \(title)") else { return page + "\n" + table + "\n" }
    let last = lines[(first + 1)...].firstIndex { $0.hasPrefix("#") } ?? lines.count
    lines.replaceSubrange(first..<last, with: table.components(separatedBy: "\n") + [""])
    return lines.joined(separator: "\n")
  }

  @Test func noOptionIsListedTwice() {
    for section in ConfigSection.all {
      #expect(Set(section.keys.map(\.key)).count == section.keys.count, "\(section.title)")
    }
  }
}
