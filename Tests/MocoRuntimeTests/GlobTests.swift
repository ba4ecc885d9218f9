import Foundation
import MocoRuntime
import Testing

/// Patterns for paths, as Python's `glob` reads them; but `**` goes into no circle of links, and at the end gives what
/// lies below a folder, not the folder itself.
@Suite struct GlobTests {
  @Test func findsWhatFits() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let files = [
      "a.png", "b.png", "c.txt", ".hidden.png", "[x].png", "sub/d.png", "sub/deep/e.png", "sub/.no/f.png",
      "é.png",
    ]
    for file in files {
      let path = folder + "/" + file
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try Data().write(to: URL(fileURLWithPath: path))
    }
    try FileManager.default.createSymbolicLink(atPath: folder + "/sub/back", withDestinationPath: "..")
    try FileManager.default.createSymbolicLink(atPath: folder + "/nowhere.png", withDestinationPath: "none")
    func found(_ pattern: String) throws -> [String] {
      try Glob.paths(folder + "/" + pattern) {}.map { String($0.dropFirst(folder.count + 1)) }
    }
    #expect(try found("*.png") == ["[x].png", "a.png", "b.png", "nowhere.png", "é.png"])
    #expect(try found("?.png") == ["a.png", "b.png", "é.png"])
    #expect(try found("[ab].png") == ["a.png", "b.png"])
    #expect(try found("[!a].png") == ["b.png", "é.png"])
    #expect(try found("[a-c].*") == ["a.png", "b.png", "c.txt"])
    #expect(try found("[[]x].png") == ["[x].png"])
    #expect(try found(".*.png") == [".hidden.png"])
    #expect(try found("*/*.png") == ["sub/d.png"])
    #expect(try found("**/e.png") == ["sub/deep/e.png"])
    #expect(
      try found("**/*.png") == [
        "[x].png", "a.png", "b.png", "nowhere.png", "sub/d.png", "sub/deep/e.png", "é.png",
      ])
    #expect(try found("**/deep/**") == ["sub/deep/e.png"])
    #expect(try found("*/") == ["sub/"])
    #expect(try found("sub") == ["sub"])
    #expect(try found("sub/d.png") == ["sub/d.png"])
    #expect(try found("none/*") == [])
    #expect(try found("a.png/*") == [])
    #expect(try found("none.png") == [])
    #expect(try found("*[") == [])
  }

  @Test func programsGetAList() throws {
    let folder = try MocoProcess.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let program = """
      make_folder("\(folder)/x")
      write_text("\(folder)/x/one.txt", "")
      print(len(glob("\(folder)/**/*.txt")), glob("\(folder)/*.none"))
      try { glob("") } catch e { print(e.code) }
      try { glob(3) } catch e { print(e.code) }
      """
    #expect(printed(program) == "1 []\nE0305\nE0303\n")
  }

  @Test func waitingAndAsking() throws {
    let program = """
      sleep(0); sleep(0.001)
      for s in [-1, nan, inf, 1e10] { try { sleep(s) } catch e { print(e.code) } }
      try { sleep("1") } catch e { print(e.code) }
      try { input("name? ") } catch e { print(e.code, e.message) }
      """
    #expect(
      printed(program)
        == "E0305\nE0305\nE0305\nE0305\nE0303\nE0502 input needs a terminal, but standard input is not one\n")
  }
}
