import MocoBase
import MocoTestSupport
import Testing

@Suite struct ZipTests {
  private func open(_ bytes: [UInt8]) throws -> ZipArchive {
    try Fixtures.inFolder { folder in
      try AtomicFile.write(bytes, to: folder + "/a.zip")
      return try ZipArchive(path: folder + "/a.zip")
    }
  }

  private func open(_ change: (inout ZipWriter) -> Void) throws -> ZipArchive {
    var zip = ZipWriter()
    zip.add("a/one", "first of them")
    zip.add("a/two", [UInt8](repeating: 7, count: 5000), deflated: true)
    change(&zip)
    return try open(zip.data())
  }

  private func message(_ change: (inout ZipWriter) -> Void) -> String {
    errorMessage { _ = try open(change) }
  }

  @Test(arguments: [false, true])
  func entriesAreRead(_ isLarge: Bool) throws {
    let archive = try open {
      $0.isLarge = isLarge
      $0.comment = isLarge ? [] : Array("said at the end PK\u{5}\u{6}".utf8)
      $0.add("empty", [UInt8]())
    }
    #expect(archive.entries.map(\.name) == ["a/one", "a/two", "empty"])
    #expect(try archive.read(#require(archive.entry("a/one"))) == Array("first of them".utf8))
    #expect(try archive.read(#require(archive.entry("a/two"))) == [UInt8](repeating: 7, count: 5000))
    #expect(try archive.read(#require(archive.entry("empty"))).isEmpty)
    #expect(archive.entry("a/three") == nil)
  }

  @Test func wrongChecksumsAreFound() throws {
    let archive = try open {
      $0.entries[0].crc = 5
      $0.entries[1].crc = 6
    }
    for entry in archive.entries {
      #expect(errorMessage { _ = try archive.read(entry) }.contains("checksum"))
      #expect(errorMessage { _ = try archive.read(entry, limit: 3) }.contains("more than the limit of 3"))
    }
  }

  @Test func bombsAreRefused() throws {
    // 1032 : 1 is the most that deflate can do.
    #expect(message { $0.entries[1].size = 1 << 29 }.contains("would decompress"))
    #expect(message { $0.add("zeros", [UInt8](repeating: 0, count: 1 << 21), deflated: true) } == "no error")
    let archive = try open { $0.entries[1].size = 4000 }
    #expect(errorMessage { _ = try archive.read(archive.entries[1]) }.contains("more than 4000"))
    let longer = try open { $0.entries[1].size = 6000 }
    #expect(errorMessage { _ = try longer.read(longer.entries[1]) }.contains("expected 6000"))
  }

  @Test func entriesDoNotOverlap() throws {
    #expect(message { $0.entries[1].offset = 0 }.contains("does not match the directory"))
    // Two names of one place.
    let twice = message {
      $0.add("a/on2", "first of them")
      $0.entries[2].localName = "a/one"
      $0.entries[2].offset = 0
    }
    #expect(twice.hasPrefix("E0502"))
    // A large entry that contains a small one, each with a header that agrees.
    var inner = ZipWriter()
    inner.add("b", "inside")
    let member = Array(try inner.data().prefix(100))
    let nested = message {
      $0.entries.removeAll()
      $0.add("outer", member)
      $0.add("b", "inside")
      $0.entries[1].offset = 64
    }
    #expect(nested.contains("overlap"), "\(nested)")
  }

  @Test func whatTheDirectorySaysMustBeSo() throws {
    #expect(message { $0.entries[0].localName = "a/uno" }.contains("does not match the directory"))
    #expect(message { $0.entries[0].size = 5 }.contains("sizes differ"))
    #expect(
      message {
        $0.entries[0].packed = 1 << 20
        $0.entries[0].size = 1 << 20
      }.contains("outside"))
    #expect(
      message {
        $0.entries[1].packed = 300
        $0.entries[1].size = 5000
      }.hasPrefix("E0502"))
    #expect(message { $0.entries[0].offset = 1 << 30 }.contains("outside"))
    #expect(
      message {
        $0.isLarge = true
        $0.entries[0].offset = -1
      }.contains("outside"))
    #expect(
      message {
        $0.isLarge = true
        $0.entries[0].size = -1
      }.hasPrefix("E0502"))
    #expect(message { $0.add("a/one", "again") }.contains("duplicate entry a/one"))
    #expect(message { $0.entries[0].flags = 1 }.contains("encrypted"))
    #expect(message { $0.entries[0].method = 14 }.contains("method 14"))
  }

  @Test func otherFilesAreNone() throws {
    for bytes in [[], [1, 2, 3], Array("PK\u{3}\u{4}".utf8), [UInt8](repeating: 0x50, count: 70_000)]
      as [[UInt8]]
    {
      #expect(errorMessage { _ = try open(bytes) }.contains("its directory is missing"))
    }
    #expect(errorCode { _ = try ZipArchive(path: "/nowhere.zip") } == "E0501")
  }
}
