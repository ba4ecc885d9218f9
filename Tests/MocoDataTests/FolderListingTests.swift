import Foundation
import MocoBase
import MocoCLIP
import MocoData
import MocoTensor
import Testing

/// Every file in a folder of classes is read, or listed with its reason.
@Suite struct FolderListingTests {
  private let whole = DataOptions(cut: try? SplitCut([("train", 1)]))

  private func png(_ seed: Int = 0) throws -> [UInt8] {
    try DataFixtures.picture(12, 10, seed: seed).pngBytes()
  }

  /// Makes a file whose name is bytes.
  private func write(_ folder: String, _ name: [UInt8], _ content: [UInt8]) throws {
    let path = Array(folder.utf8) + [0x2F] + name + [0]
    let file = try #require(fopen(path.map { CChar(bitPattern: $0) }, "w"))
    defer { fclose(file) }
    #expect(fwrite(content, 1, content.count, file) == content.count)
  }

  @Test func namesThatAreNoUTF8() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["a", "b"], perClass: 1)
    let latin: [UInt8] = Array("caf".utf8) + [0xE9]
    let made = Array(folder.path.utf8) + [0x2F] + latin + [0]
    #expect(mkdir(made.map { CChar(bitPattern: $0) }, 0o777) == 0)
    try write(folder.path, latin + Array("/1.png".utf8), png(3))
    try write(folder.path, Array("a/".utf8) + latin + Array(".png".utf8), png(4))
    let data = try Dataset.open(folder.path, options: whole)
    #expect(data.classes == ["a", "b", #"caf\xe9"#])
    #expect(try data.train().classCounts == [2, 1, 1])
    #expect(try data.train().labels.indices.map { try data.train().image($0).width }.count == 4)
    #expect(try data.train().label(of: 1).hasSuffix(#"a/caf\xe9.png"#))
    #expect(data.origin?.contains(#"caf\xe9"#) == true)
    #expect(try data.train().source.imageKeys([0, 1, 2, 3]).count == 4)
    let check = try DataCheck(path: folder.path)
    #expect(check.sides == 10...20)
    // The escape leads to the folder and its files.
    #expect(try FileSystem.list(folder.path + #"/caf\xe9"#) == ["1.png"])
    #expect(FileSystem.kind(folder.path + #"/a/caf\xe9.png"#) == .file)
  }

  @Test func escapesAreExact() throws {
    let folder = try TemporaryFolder()
    try write(folder.path, [0x61, 0xE9], [1])
    try write(folder.path, Array(#"a\xe9"#.utf8), [2])
    try write(folder.path, Array("é".utf8), [3])
    try write(folder.path, [0xC3, 0x61, 0xE2, 0x82], [4])
    let names = try FileSystem.list(folder.path)
    #expect(Set(names) == [#"a\xe9"#, #"a\x5cxe9"#, "é", #"\xc3a\xe2\x82"#])
    for (name, byte) in [(#"a\xe9"#, 1), (#"a\x5cxe9"#, 2), ("é", 3), (#"\xc3a\xe2\x82"#, 4)]
      as [(String, UInt8)]
    {
      #expect(try FileSystem.read(folder.path + "/" + name) == [byte])
    }
    // Who writes the name of a file letter by letter finds it where nothing else is meant.
    try write(folder.path, Array(#"b\xff"#.utf8), [5])
    #expect(try FileSystem.read(folder.path + #"/b\xff"#) == [5])
  }

  @Test func whatIsNoImageIsListed() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["a", "b"], perClass: 2)
    try folder.write("a/notes.txt", "hello")
    try folder.write("a/photo.heic", "x")
    try folder.write("a/noending", png())
    try folder.write("a/.hidden.png", png())
    try folder.write("a/wrong.dat", DataFixtures.picture(9, 9).jpegBytes())
    try folder.write("beside.png", png())
    try folder.write("labels.csv", "x")
    try folder.write(".secret/1.png", png())
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: folder.path + "/b/gone.png", withDestinationPath: "/nowhere/x.png")
    try manager.createSymbolicLink(atPath: folder.path + "/gone", withDestinationPath: "nothing")
    try manager.createSymbolicLink(atPath: folder.path + "/b/up", withDestinationPath: folder.path)
    #expect(mkfifo(folder.path + "/b/pipe.png", 0o600) == 0)
    let data = try Dataset.open(folder.path, options: whole)
    // `up` leads to the whole folder: a and beside.png are in it, and b once more, which ends there.
    #expect(data.count == 7)
    let reasons = Dictionary(
      data.skipped.map { ($0.path.replacingOccurrences(of: folder.path + "/", with: ""), $0.reason) },
      uniquingKeysWith: { first, _ in first })
    #expect(reasons["a/notes.txt"] == "not an image extension: .txt")
    #expect(reasons["a/photo.heic"] == "HEIC is not supported")
    #expect(reasons["a/noending"]?.contains("content is PNG") == true)
    #expect(reasons["a/wrong.dat"]?.contains("content is JPEG") == true)
    #expect(reasons["a/.hidden.png"] == "a hidden file")
    #expect(reasons["beside.png"]?.hasPrefix("next to the class folders") == true)
    #expect(reasons[".secret"] == "a hidden folder")
    #expect(reasons["b/gone.png"] == "a broken link")
    #expect(reasons["gone"] == "a broken link")
    #expect(reasons["b/pipe.png"] == "neither a file nor a folder")
    #expect(reasons["b/up/b"] == "a link to a folder above it")
    #expect(reasons["labels.csv"] == nil)
    #expect(data.origin?.contains("HEIC is not supported: photo.heic") == true)
    let said = try DataCheck(path: folder.path).remarks.map(\.what)
    for name in ["photo.heic", "noending", "wrong.dat", "gone.png", "pipe.png", ".hidden.png", "beside.png"] {
      #expect(said.contains { $0.contains(name) }, "\(name)")
    }
    #expect(!said.contains { $0.contains("notes.txt") })
  }

  /// The same folder under two names counts twice, as a link to another split does.
  @Test func linkedFoldersKeepTheirImages() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["a", "b"], perClass: 2, under: "train/")
    try folder.writeClasses(["a", "b"], perClass: 3, under: "val/")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/test", withDestinationPath: "val")
    let data = try Dataset.open(folder.path)
    #expect(data.splits.map { "\($0.name) \($0.count)" } == ["train 4", "val 6", "test 6"])
    #expect(try DataCheck(path: folder.path).remarks.contains { $0.what.contains("in two splits") })
  }

  @Test func classesThatBecomeEmptySayWhy() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["a", "b"], perClass: 1)
    try folder.write("big_dog/1.heic", "x")
    try folder.write("big_dog/2.txt", "x")
    let error = dataError { _ = try Dataset.open(folder.path) }
    #expect(error?.code == "E0514")
    #expect(error?.message.contains("\"big_dog\"") == true)
    #expect(error?.message.contains("HEIC is not supported: 1.heic") == true)
    try folder.write("more/.DS_Store", "x")
    #expect(dataError { _ = try Dataset.open(folder.path) }?.message.contains("\"more\"") == true)
  }

  @Test func endingsOfJPEGAndOtherContent() throws {
    let folder = try TemporaryFolder()
    let jpeg = try DataFixtures.picture(9, 9).jpegBytes()
    for name in ["1.jfif", "2.JPE", "3.jpg", "4.png"] { try folder.write("a/" + name, jpeg) }
    try folder.write("b/1.PNG", png())
    let data = try Dataset.open(folder.path, options: whole)
    #expect(try data.train().classCounts == [4, 1])
    #expect(try data.train().image(3).width == 9)
    let said = try DataCheck(path: folder.path).remarks.map(\.what)
    #expect(said.contains { $0.contains("4.png is JPEG") && !$0.contains("3.jpg") })
  }

  @Test func kindsByContent() throws {
    #expect(ImageKind.sniffed(try png()) == .png)
    #expect(ImageKind.sniffed(Array("GIF89a..".utf8)) == .gif)
    #expect(ImageKind.sniffed(Array("RIFF1234WEBPVP8 ".utf8)) == .webp)
    #expect(ImageKind.sniffed(Array("RIFF1234WAVEfmt ".utf8)) == nil)
    #expect(ImageKind.sniffed(Array("BMW, Audi, Fiat".utf8)) == nil)
    #expect(ImageKind.sniffed([0x42, 0x4D, 9, 9, 0, 0, 0, 0, 0, 0, 54]) == .bmp)
    #expect(ImageKind.sniffed([]) == nil)
    #expect(ImageKind.named("x/PHOTO.Tiff") == .tiff)
    #expect(ImageKind.named("jpg") == nil)
    #expect(ImageKind.named("a.jpg/b") == nil)
  }

  // MARK: What systems leave behind

  @Test func clutterIsPassedOver() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["a", "b"], perClass: 2, under: "train/")
    try folder.writeClasses(["a", "b"], perClass: 1, under: "test/")
    for name in [
      "__MACOSX/train/a/._1.png", "@eaDir/1.png", "#recycle/1.png", "$RECYCLE.BIN/1.png", "lost+found/1.png",
      ".ipynb_checkpoints/1.png", ".git/1.png", "@Recycle/1.png", ".thumbnails/1.png", "train/@eaDir/1.png",
      "train/a/@eaDir/1.png/SYNOPHOTO_THUMB_M.jpg", "train/a/Thumbs.db", "train/a/.DS_Store",
      "train/a/desktop.ini",
      "train/a/._0.png", "System Volume Information/x.png", "test/.ipynb_checkpoints/1.png",
    ] { try folder.write(name, png()) }
    let data = try Dataset.open(folder.path)
    #expect(data.splits.map { "\($0.name) \($0.count)" } == ["train 4", "test 2"])
    #expect(data.classes == ["a", "b"])
    #expect(data.skipped.isEmpty)
    #expect(data.origin?.contains("ignored: ") == true)
    #expect(data.origin?.contains("__MACOSX") == true)
    #expect(try DataCheck(path: folder.path).description.contains("ignored: "))
  }

  @Test func messagesNameFoldersAsTheyAre() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["red_shoe", "Red shoe"], perClass: 1)
    let error = dataError { _ = try Dataset.open(folder.path) }
    #expect(error?.code == "E0512")
    #expect(error?.message.contains("\"red_shoe\"") == true)
    let other = try TemporaryFolder()
    try other.writeClasses(["_", "b"], perClass: 1)
    #expect(dataError { _ = try Dataset.open(other.path) }?.message.contains("\"_\"") == true)
  }

  @Test func treesWithoutEndStop() throws {
    #expect(dataError { _ = try Dataset.open("/proc") }?.code == "E0522")
    for path in ["/usr"] where FileSystem.kind(path) == .folder {
      let error = dataError { _ = try Dataset.folder(path) }
      #expect(
        ["E0522", "E0510", "E0514", "E0521"].contains(error?.code ?? ""),
        "\(path): \(String(describing: error))")
      #expect(error?.message.contains(path) == true)
    }
  }

  @Test func deepFoldersAreNamed() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["a", "b"], perClass: 1)
    try folder.write("a/x/y/deep.png", png(7))
    let deep = "b/" + String(repeating: "d/", count: 40)
    try folder.write(deep + "lost.png", png(8))
    let data = try Dataset.open(folder.path, options: whole)
    #expect(try data.train().classCounts == [2, 1])
    #expect(data.origin?.contains("images in a/x/y belong to the class folder above") == true)
    #expect(data.skipped.contains { $0.reason == "nested more than 32 folders deep" })
  }

  /// A list of bare names beside class folders is not a list of ImageNet's.
  @Test func classnamesOfAnOrdinaryFolder() throws {
    let folder = try TemporaryFolder()
    try folder.writeClasses(["tench", "tiger shark"], perClass: 2)
    try folder.write("classnames.txt", "tench\ntiger shark\n")
    let data = try Dataset.open(folder.path)
    #expect(data.classes == ["tench", "tiger shark"])
    #expect(data.origin?.contains("classnames.txt is ignored") == true)
    // Identifiers of another kind are those of folders.
    let own = try TemporaryFolder()
    try own.writeClasses(["c1", "c2"], perClass: 1)
    try own.write("classnames.txt", "c2 dog\nc1 cat\n")
    #expect(try Dataset.open(own.path).classes == ["dog", "cat"])
  }
}
