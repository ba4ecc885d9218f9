import Foundation
import MocoBase
import MocoCLIP
import MocoData
import MocoFormats
import Testing

/// WebP, GIF, TIFF and BMP against Pillow, and what is said of them.
@Suite struct ForeignImageTests {
  static let folder = DataFixtures.images.replacingOccurrences(of: "/images", with: "/foreign")

  private func expected() throws -> Json {
    let path = ForeignImageTests.folder + "/expected.json"
    return try Json.parse(FileSystem.readText(path), name: path)
  }

  private func digest(_ image: Image) -> String {
    image.converted(channels: 3).bytes.withUnsafeBytes { SHA256.hex($0) }
  }

  @Test func decodesAsPillowDoes() throws {
    let exact = try #require(try expected()["exact"]?.objectValue)
    #expect(exact.count >= 50)
    for (name, entry) in exact {
      let path = ForeignImageTests.folder + "/" + name
      let image = try Image.load(path, reading: ImageReading(gray16: .clip))
      #expect(image.width == entry["width"]?.intValue && image.height == entry["height"]?.intValue, "\(name)")
      #expect(digest(image) == entry["sha256"]?.stringValue, "\(name)")
      let header = try Image.header(path)
      #expect(header == (image.width, image.height, image.channels), "\(name)")
      #expect(try Picture.header(path).notes == Picture.load(path).notes, "\(name)")
    }
    let tensors = try SafetensorsFile(path: ForeignImageTests.folder + "/expected.safetensors")
    let lossy = tensors.names.filter { $0.hasPrefix("decoded/") }
    #expect(lossy.count == 4)
    for name in lossy {
      let image = try Image.load(ForeignImageTests.folder + "/" + name.dropFirst(8)).converted(channels: 3)
      let wanted = try tensors.tensor(name)
      #expect(wanted.shape == [image.height, image.width, 3], "\(name)")
      let worst = zip(image.bytes, try wanted.toInts()).map { abs(Int($0) - $1) }.max() ?? 0
      #expect(worst <= 2, "\(name): \(worst) levels")
    }
  }

  /// 16-bit grey is value · 255 / 65535, rounded, and 0 is white where the file says so.
  @Test func scalesDeepGrey() throws {
    let scaled = try #require(try expected()["scaled"]?.objectValue)
    #expect(scaled.count == 3)
    for (name, wanted) in scaled {
      #expect(digest(try Image.load(ForeignImageTests.folder + "/" + name)) == wanted.stringValue, "\(name)")
    }
  }

  @Test func refusesByName() throws {
    let refused = try #require(try expected()["refused"]?.arrayValue)
    for name in refused.compactMap(\.stringValue) {
      let error = dataError { _ = try Image.load(ForeignImageTests.folder + "/" + name) }
      #expect(error?.code == "E0503" && error?.message.contains("no fixed white") == true, "\(name)")
    }
  }

  /// JPEGs of other processes and bits, and other formats.
  @Test func refusesOtherFormatsByName() throws {
    let folder = try TemporaryFolder()
    let precise: [UInt8] = [
      0xFF, 0xD8, 0xFF, 0xC1, 0, 11, 12, 0, 8, 0, 8, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0xFF,
      0xD9,
    ]
    var lossless = precise
    lossless[3] = 0xC3
    let files: [(bytes: [UInt8], said: String)] = [
      (precise, "precision 12"), (lossless, "SOF type 0xc3"),
      (Array("P6 1 1 255 abc".utf8), "PNM is not supported"),
      ([0, 0, 0, 32] + Array("ftypavif0000".utf8), "AVIF is not supported"),
      (Array("GIFT".utf8), "not one of JPEG"),
    ]
    for file in files {
      let path = folder.path + "/x.jpg"
      try AtomicFile.write(file.bytes, to: path)
      let error = dataError { _ = try Image.load(path) }
      #expect(error?.code == "E0503", "\(file.said): \(error?.message ?? "")")
      #expect(error?.message.contains(file.said) == true, "\(file.said): \(error?.message ?? "")")
    }
  }

  /// The ending of a name does not choose the decoder.
  @Test func choosesByContent() throws {
    let folder = try TemporaryFolder()
    for name in ["lossless.webp", "pal.gif", "rgb-raw.tif", "rgb24.bmp", "cmyk.jfif"] {
      let bytes = try FileSystem.read(ForeignImageTests.folder + "/" + name)
      let path = folder.path + "/x.png"
      try AtomicFile.write(bytes, to: path)
      #expect(try Image.load(path) == Image.load(ForeignImageTests.folder + "/" + name), "\(name)")
    }
  }

  @Test func saysWhatWasDone() throws {
    let wanted: [String: [ImageNote]] = [
      "alpha.webp": [.alphaDropped], "animated.webp": [.firstFrame], "animated.gif": [.firstFrame],
      "animated.png": [.firstFrame], "pages.tif": [.firstFrame], "gamma.png": [.gammaIgnored],
      "white16.tif": [.gray16Scaled, .whiteIsZero], "grey16.tif": [.gray16Scaled], "rgb16.tif": [.deepColor],
      "turned6.tif": [.orientationApplied], "oriented.jpg": [.orientationIgnored], "cmyk.jfif": [.ink],
      "cmyk.tif": [.ink], "transparent.gif": [.alphaDropped], "rgb24.bmp": [], "lossless.webp": [],
      "bgra-v5.bmp": [.alphaDropped],
    ]
    for (name, notes) in wanted {
      #expect(try Picture.load(ForeignImageTests.folder + "/" + name).notes == notes, "\(name)")
    }
    let clipped = try Picture.load(
      ForeignImageTests.folder + "/white16.tif", reading: ImageReading(gray16: .clip))
    #expect(clipped.notes == [.gray16Clipped])
  }

  /// Resize, crop, then RGB: the numbers of torchvision on the images as Pillow opens them.
  @Test func resizesFirstAsOpenAIDoes() throws {
    let tensors = try SafetensorsFile(path: ForeignImageTests.folder + "/expected.safetensors")
    let names = tensors.names.filter { $0.hasPrefix("openai/") }
    #expect(names.count == 52)
    for name in names {
      let parts = name.split(separator: "/").map(String.init)
      let size = try #require(Int(parts[2]))
      let own = ForeignImageTests.folder + "/" + parts[1]
      let path = FileManager.default.fileExists(atPath: own) ? own : DataFixtures.images + "/" + parts[1]
      let reading = ImageReading(gray16: .clip, order: .openai)
      let image = try Picture.load(path, reading: reading).square(size, by: ImageTransform()).converted(
        channels: 3)
      let wanted = try tensors.tensor(name)
      #expect(wanted.shape == [size, size, 3])
      let worst = zip(image.bytes, try wanted.toInts()).map { abs(Int($0) - $1) }.max() ?? 0
      #expect(worst <= (name.contains(".jpg") ? 2 : 0), "\(name): \(worst) levels")
    }
  }

  /// The order of a file's bytes does not show. (Pillow 13 resizes big-endian values wrongly.)
  @Test func resizesBigEndianAsLittle() throws {
    let reading = ImageReading(order: .openai)
    let images = try ["grey16.tif", "grey16-big.tif"].map {
      try Picture.load(ForeignImageTests.folder + "/" + $0, reading: reading).square(13, by: ImageTransform())
    }
    #expect(images[0] == images[1])
  }

  /// Data sets of such files say what was assumed, and the order and the grey are part of what they are.
  @Test func dataSetsSayWhatWasAssumed() throws {
    let folder = try TemporaryFolder()
    for (place, name) in ["a/grey16.tif", "a/alpha.webp", "b/pal.gif", "b/animated.gif", "b/cmyk.jfif"]
      .enumerated()
    {
      let file = name.dropFirst(2)
      try FileSystem.createFolder(folder.path + "/" + name.prefix(1))
      try AtomicFile.write(
        FileSystem.read(ForeignImageTests.folder + "/" + file),
        to: "\(folder.path)/\(name.prefix(1))/\(place)\(file)")
    }
    var options = DataOptions(cut: try SplitCut([("train", 1)]))
    let plain = try Dataset.folder(folder.path, options: options)
    #expect(plain.count == 5)
    #expect(
      try plain.assumptions() == [
        "1 image: " + ImageNote.gray16Scaled.text, "1 image: " + ImageNote.alphaDropped.text,
        "1 image: " + ImageNote.ink.text, "1 image: " + ImageNote.firstFrame.text,
      ])
    #expect(try DataCheck(path: folder.path).notes == plain.assumptions())
    options.reading = ImageReading(gray16: .clip, order: .openai)
    let other = try Dataset.folder(folder.path, options: options)
    let (first, second) = (try plain.train(), try other.train())
    #expect(try first.contentHash() != second.contentHash())
    #expect(try first.source.imageKeys([0]) != second.source.imageKeys([0]))
    let preprocess = Preprocess(size: 13, mean: [0, 0, 0], std: [1, 1, 1])
    let palette = try #require(
      first.items.firstIndex { first.source.label(of: $0.source).hasSuffix("pal.gif") })
    let values = try second.pixels([palette], preprocess: preprocess).toFloats()
    #expect(try values != first.pixels([palette], preprocess: preprocess).toFloats())
    let golden = try SafetensorsFile(path: ForeignImageTests.folder + "/expected.safetensors")
    let wanted = try golden.tensor("openai/pal.gif/13").toInts()
    let area = 13 * 13
    #expect(
      wanted.enumerated().allSatisfy {
        values[$0.offset % 3 * area + $0.offset / 3] == Float($0.element) / 255
      })
    // A flip and a crop go the same way.
    let augmented = try second.pixels(
      [palette], preprocess: preprocess, augmentation: Augmentation(seed: 1, epoch: 2))
    #expect(augmented.shape == [1, 3, 13, 13])
  }

  /// A half of every file is an error that says so; formats that store rows from the end on may differ.
  @Test func namesWhatIsCutShort() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: ForeignImageTests.folder).sorted()
      .filter { !$0.hasPrefix("expected") }
    for name in names {
      let bytes = try FileSystem.read(ForeignImageTests.folder + "/" + name)
      let error = dataError { _ = try Image.decode(Array(bytes[..<(bytes.count / 2)]), name: name) }
      // Of an animation or several pages the first may be whole.
      if error == nil { #expect(name.hasPrefix("animated") || name.hasPrefix("pages"), "\(name)") }
      #expect(
        error == nil || ["E0502", "E0503"].contains(error?.code ?? ""), "\(name): \(error?.message ?? "")")
    }
  }
}
