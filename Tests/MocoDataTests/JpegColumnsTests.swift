import MocoBase
import MocoData
import MocoTensor
import MocoTestSupport
import Testing

/// Of a JPEG only the columns that are read are decoded: the pixels are those of the whole image.
@Suite struct JpegColumnsTests {
  private func folder(_ sizes: [(Int, Int)], channels: Int = 3) throws -> (TemporaryFolder, ImageFiles) {
    let folder = try TemporaryFolder()
    var random = Philox(seed: 5, stream: "jpeg columns")
    let paths = try sizes.enumerated().map { place, size in
      // Noise shows whatever a neighbour changes.
      let bytes = (0..<size.0 * size.1 * channels).map { _ in
        UInt8(truncatingIfNeeded: random.nextInt(below: 256))
      }
      let image = try Image(width: size.0, height: size.1, channels: channels, bytes: bytes)
      return try folder.write("\(place).jpg", image.jpegBytes(quality: 85))
    }
    return (folder, ImageFiles(paths: paths))
  }

  private func check(
    _ files: ImageFiles, _ preprocess: Preprocess, _ augmentation: Augmentation? = nil
  ) throws {
    let items = files.paths.indices.map { DataItem(source: $0, label: 0) }
    let split = DataSplit(name: "all", classes: ["a"], items: items, source: files)
    let pixels = try split.pixels(Array(items.indices), preprocess: preprocess, augmentation: augmentation)
      .toFloats()
    let size = pixels.count / items.count
    for place in items.indices {
      // In memory there is no choice of columns.
      let image = try Image.load(files.paths[place])
      let memory = try PackedImages(
        name: "one", count: 1, width: image.width, height: image.height, channels: image.channels,
        bytes: image.bytes)
      let alone = DataSplit(
        name: "one", classes: ["a"], items: [DataItem(source: 0, label: 0)], source: memory)
      var draw = augmentation
      if draw != nil { draw?.epoch = place }
      let own = try split.pixels([place], preprocess: preprocess, augmentation: draw).toFloats()
      if augmentation == nil {
        let whole = try alone.pixels([0], preprocess: preprocess).toFloats()
        #expect(Array(pixels[place * size..<(place + 1) * size]) == whole, "\(image.width) × \(image.height)")
        #expect(own == whole)
      } else {
        let window = try #require(draw).draw(width: image.width, height: image.height, index: place)
        var crop = try image.cropped(window.window).resized(width: preprocess.size, height: preprocess.size)
        if window.flip { crop = crop.flipped() }
        #expect(try own == preprocess.tensor(crop).toFloats(), "\(image.width) × \(image.height)")
      }
    }
  }

  private let sizes = [
    (640, 480), (320, 97), (97, 320), (200, 40), (41, 33), (500, 16), (129, 128), (128, 129), (64, 64),
    (1, 1),
    (700, 30), (255, 33), (17, 5), (160, 8),
  ]

  @Test(arguments: [32, 16, 224])
  func squaresAreThoseOfTheWhole(_ size: Int) throws {
    let (folder, files) = try folder(sizes)
    let mean: [Float] = [0.48, 0.46, 0.41]
    try check(files, Preprocess(size: size, mean: mean, std: [0.27, 0.26, 0.28]))
    try check(files, Preprocess(size: size, channels: 1, mean: [0.5], std: [0.3]))
    withExtendedLifetime(folder) {}
  }

  @Test func cropsAreThoseOfTheWhole() throws {
    let (folder, files) = try folder(sizes)
    try check(
      files, Preprocess(size: 24, mean: [0, 0, 0], std: [1, 1, 1]), Augmentation(seed: 3, epoch: 0))
    withExtendedLifetime(folder) {}
  }

  /// A file that is cut short is damaged, whatever columns are read.
  @Test func damageIsFound() throws {
    let (folder, files) = try folder([(640, 64)])
    let bytes = try FileSystem.read(files.paths[0])
    for share in [0.4, 0.9, 0.98] {
      try folder.write("cut.jpg", Array(bytes.prefix(Int(Double(bytes.count) * share))))
      let cut = ImageFiles(paths: [folder.path + "/cut.jpg"])
      let split = DataSplit(
        name: "cut", classes: ["a"], items: [DataItem(source: 0, label: 0)], source: cut)
      let preprocess = Preprocess(size: 16, mean: [0, 0, 0], std: [1, 1, 1])
      #expect(dataErrorCode { _ = try split.pixels([0], preprocess: preprocess) } == "E0502", "\(share)")
    }
  }
}
