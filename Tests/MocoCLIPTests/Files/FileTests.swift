import MocoBase
import Testing

@Suite struct FileTests {
  @Test func gzipReadsBack() throws {
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    let packed = try Gzip.deflate(bytes)
    #expect(try packed == Gzip.deflate(bytes))
    let back = try packed.withUnsafeBytes { try Gzip.inflate($0, cap: bytes.count, name: "x") }
    #expect(back == bytes)
    let twice = try (packed + packed).withUnsafeBytes {
      try Gzip.inflate($0, cap: 2 * bytes.count, name: "x")
    }
    #expect(twice == bytes + bytes)
    #expect(try Gzip.deflate([]).withUnsafeBytes { try Gzip.inflate($0, cap: 0, name: "x") } == [])
  }

  @Test func gzipBombIsRefused() throws {
    let packed = try Gzip.deflate([UInt8](repeating: 0, count: 10 << 20))
    let message = errorMessage {
      _ = try packed.withUnsafeBytes { try Gzip.inflate($0, cap: 1 << 20, name: "bomb.gz") }
    }
    #expect(message.contains("bomb.gz") && message.contains("1048576"))
    #expect(
      errorCode { _ = try packed.withUnsafeBytes { try Gzip.inflate($0, cap: 10 << 20 - 1, name: "x") } }
        == "E0502")
  }

  @Test func damagedGzipIsNamed() throws {
    let packed = try Gzip.deflate((0..<5000).map { UInt8(truncatingIfNeeded: $0) })
    for count in stride(from: 0, to: packed.count, by: 7) {
      let piece = Array(packed[..<count])
      #expect(
        errorCode { _ = try piece.withUnsafeBytes { try Gzip.inflate($0, cap: 1 << 20, name: "x") } }
          == "E0502")
    }
    var flipped = packed
    flipped[packed.count - 6] ^= 1
    #expect(
      errorCode { _ = try flipped.withUnsafeBytes { try Gzip.inflate($0, cap: 1 << 20, name: "x") } }
        == "E0502")
  }

  @Test func digestsOfTheStandard() {
    // FIPS 180-4, examples.
    func hex(_ text: String) -> String {
      let hash = SHA256()
      hash.update(text)
      return hash.finish()
    }
    #expect(hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    let pieces = SHA256()
    pieces.update("a")
    pieces.update("bc")
    #expect(pieces.finish() == hex("abc"))
  }

  @Test func filesAppearWhole() throws {
    try Fixtures.inFolder { folder in
      let path = folder + "/a.txt"
      try AtomicFile.write("one", to: path)
      do {
        let file = try AtomicFile(path: path)
        try file.write(Array("half".utf8))
        #expect(try FileSystem.readText(path) == "one")
      }
      #expect(try FileSystem.readText(path) == "one")
      #expect(try FileSystem.list(folder) == ["a.txt"])
      try AtomicFile.write("two", to: path)
      #expect(try FileSystem.readText(path) == "two")
      #expect(errorCode { try AtomicFile.write("x", to: folder + "/none/a.txt") } == "E0504")
    }
  }

  @Test func pathsAndFolders() throws {
    #expect(FileSystem.parent(of: "a/b/c.txt") == "a/b" && FileSystem.parent(of: "c") == ".")
    #expect(FileSystem.parent(of: "/c") == "/" && FileSystem.name(of: "a/b/") == "b")
    try Fixtures.inFolder { folder in
      try FileSystem.createFolder(folder + "/x/y")
      try FileSystem.createFolder(folder + "/x/y")
      #expect(FileSystem.kind(folder + "/x/y") == .folder)
      #expect(errorCode { _ = try FileSystem.read(folder) } == "E0501")
      #expect(errorCode { _ = try FileSystem.list(folder + "/none") } == "E0501")
      try AtomicFile.write([0xFF, 0xFE], to: folder + "/bytes")
      #expect(errorCode { _ = try FileSystem.readText(folder + "/bytes") } == "E0502")
      #expect(errorCode { _ = try FileSystem.read(folder + "/bytes", limit: 1) } == "E0502")
      try AtomicFile.write([], to: folder + "/empty")
      #expect(try FileSystem.read(folder + "/empty") == [])
    }
  }
}
