import Foundation
import MocoBase
import MocoLang
import MocoManual
import MocoRuntime
import MocoTestSupport
import Testing

/// The manual is whole: every page is listed once, every link leads somewhere, and writing it removes nothing of others.
@Suite struct ManualSiteTests {
  private static let library = StandardLibrary(root: Repository.root + "/stdlib")

  private func manual() throws -> Manual {
    try Manual(Runtime(options: RuntimeOptions()).interpreter, library: Self.library)
  }

  private func site() throws -> ManualSite { ManualSite(try manual(), version: "0") }

  @Test func everyWrittenPageIsListedOnce() throws {
    let written = try manual().pages.filter { ![.function, .type, .error].contains($0.kind) }.map(\.name)
    #expect(written.sorted() == Self.library.pages.filter { $0 != "index" })
  }

  @Test func everyFunctionTypeAndCodeHasAPage() throws {
    let interpreter = Runtime(options: RuntimeOptions()).interpreter
    let manual = try Manual(interpreter, library: Self.library)
    #expect(manual.pages(.function).map(\.title) == interpreter.indexOfNames.map(\.name))
    #expect(manual.pages(.error).count == interpreter.dialect.errors.entries.count)
    for (type, members) in interpreter.indexOfTypes {
      let page = try #require(manual.pages(.type).first { $0.title == type.name })
      for member in members {
        let name = member.name.dropFirst(type.name.count + 1)
        #expect(page.markdown.contains("\n## \(name)\n"), "\(member.name)")
      }
    }
    #expect(Set(manual.pages.map { $0.name.lowercased() }).count == manual.pages.count)
  }

  /// What stands between `before` and the next quotation mark, everywhere in a text.
  private func attributes(_ before: String, in text: String) -> [String] {
    text.components(separatedBy: before).dropFirst().map { String($0.prefix { $0 != "\"" }) }
  }

  @Test func everyLinkLeadsSomewhere() throws {
    let files = try site().files
    let ids = files.mapValues { Set(attributes(" id=\"", in: $0)) }
    var count = 0
    for (name, text) in files where name.hasSuffix(".html") {
      let all = attributes(" id=\"", in: text)
      #expect(Set(all).count == all.count, "\(name) has an id twice")
      for link in attributes(" href=\"", in: text) where !link.hasPrefix("https://") {
        count += 1
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(
          String.init)
        let target = parts[0].isEmpty ? name : parts[0]
        #expect(files[target] != nil, "\(name): \(link)")
        if parts.count > 1 { #expect(ids[target]?.contains(parts[1]) == true, "\(name): \(link)") }
      }
      for source in attributes(" src=\"", in: text) { #expect(files[source] != nil, "\(name): \(source)") }
    }
    #expect(count > 10_000)
  }

  @Test func wordsBecomeLinks() throws {
    let files = try site().files
    let values = try #require(files["function-train.html"])
    #expect(values.contains("<a href=\"function-evaluate.html\"><code>evaluate</code></a>"))
    #expect(values.contains("Setup code for this example"))
    let commands = try #require(files["command-line.html"])
    #expect(commands.contains("<a href=\"portable.html\"><code>help(&quot;portable&quot;)</code></a>"))
    #expect(commands.contains("<a href=\"notebooks.html\">"))
    #expect(commands.contains("<a href=\"error-E0504.html\">E0504</a>"))
    // What a program shows is its own text.
    let page = try #require(files["error-E0309.html"])
    #expect(page.contains("error[E0309]"))
    #expect(page.contains("<span class=\"keyword\">let</span>"))
  }

  @Test func writingKeepsWhatIsNotTheManuals() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/manual"
    let site = try site()
    try site.write(to: path)
    let first = try FileSystem.readText(path + "/values.html")
    // An older manual had a page that this one does not have, and says that a file above was its own too.
    let outside = folder.path + "/kept.txt"
    try AtomicFile.write("kept", to: outside)
    try AtomicFile.write("old", to: path + "/gone.html")
    let names = site.files.keys.sorted().map { "\"\($0)\"" } + ["\"gone.html\"", "\"../kept.txt\""]
    try AtomicFile.write(
      "{\"format\": \"moco-manual\", \"files\": [\(names.joined(separator: ", "))]}",
      to: path + "/manual.json")
    try site.write(to: path)
    #expect(FileSystem.kind(path + "/gone.html") != .file)
    #expect(FileSystem.kind(outside) == .file)
    #expect(try FileSystem.readText(path + "/values.html") == first)
    let failure = #expect(throws: Failure.self) { try site.write(to: folder.path) }
    #expect(failure?.code == "E0504")
    #expect(FileSystem.kind(outside) == .file)
  }
}
