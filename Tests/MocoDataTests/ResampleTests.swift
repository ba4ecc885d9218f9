import Foundation
import MocoBase
import MocoData
import MocoTensor
import Testing

@Suite struct ResampleTests {
  /// 88 sizes of two images, to the bit.
  @Test func agreesWithPillow() throws {
    let json = try Json.parse(file: DataFixtures.images + "/resized.json")
    let cases = json["cases"]?.arrayValue ?? []
    #expect(cases.count == 88)
    for entry in cases {
      let file = try #require(entry["file"]?.stringValue)
      let width = try #require(entry["width"]?.intValue)
      let height = try #require(entry["height"]?.intValue)
      let image = try Image.load(DataFixtures.images + "/" + file).resized(width: width, height: height)
      #expect(image.width == width && image.height == height)
      let digest = image.bytes.withUnsafeBytes { SHA256.hex($0) }
      #expect(digest == entry["sha256"]?.stringValue, "\(file) to \(width) × \(height)")
    }
  }

  /// Only the window is computed, with the pixels of the whole.
  @Test func aWindowIsAPartOfTheWhole() throws {
    let image = try Image.load(DataFixtures.images + "/rgb.png")
    for (width, height) in [(40, 31), (15, 12), (27, 12), (15, 21), (27, 21), (60, 5)] {
      let whole = try image.resized(width: width, height: height)
      let window = Window(top: 2, left: 3, height: height - 3, width: width - 6)
      let part = Resampler.resize(image, width: width, height: height, window: window)
      #expect(part == whole.part(window), "\(width) × \(height)")
    }
  }

  @Test func centreSquares() throws {
    // Short side 32, long side ⌊32 · 90 / 33⌋ = 87, offset 27.5 rounds to 28.
    let tall = try DataFixtures.picture(33, 90)
    let square = try tall.centerSquare(32)
    let whole = try tall.resized(width: 32, height: 87)
    #expect(square == whole.part(Window(top: 28, left: 0, height: 32, width: 32)))
    // 25 − 24 halves to 0.5, which rounds to 0.
    let wide = try DataFixtures.picture(25, 24)
    #expect(try wide.centerSquare(24) == wide.part(Window(top: 0, left: 0, height: 24, width: 24)))
    #expect(try DataFixtures.picture(1, 1).centerSquare(5).width == 5)
  }

  @Test func refusesSizesThatCannotBe() throws {
    let image = try DataFixtures.picture(8, 8)
    #expect(dataErrorCode { _ = try image.resized(width: 0, height: 3) } == "E0513")
    #expect(dataErrorCode { _ = try image.resized(width: 1 << 40, height: 1 << 40) } == "E0513")
    #expect(dataErrorCode { _ = try image.centerSquare(0) } == "E0513")
    let line = try Image(width: 100_000, height: 1, channels: 1, bytes: [UInt8](repeating: 9, count: 100_000))
    #expect(dataErrorCode { _ = try line.centerSquare(224) } == "E0513")
    #expect(dataErrorCode { _ = try image.cropped(Window(top: 4, left: 0, height: 5, width: 8)) } == "E0513")
    #expect(
      dataErrorCode { _ = try image.cropped(Window(top: Int.max, left: 0, height: 2, width: 8)) } == "E0513")
    #expect(dataErrorCode { _ = try Image(width: 0, height: 3, channels: 3, bytes: []) } == "E0513")
    #expect(dataErrorCode { _ = try Image(width: 3, height: 3, channels: 2, bytes: []) } == "E0513")
  }

  @Test func flipsAndPads() throws {
    let image = try Image(width: 3, height: 1, channels: 1, bytes: [1, 2, 3])
    #expect(image.flipped().bytes == [3, 2, 1])
    #expect(try image.padded(1).bytes == [0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0])
    let color = try DataFixtures.picture(5, 4)
    #expect(color.flipped().flipped() == color)
    #expect(try color.padded(2).cropped(Window(top: 2, left: 2, height: 4, width: 5)) == color)
  }

  /// Crops and flips depend on (seed, epoch, image) alone and stay inside.
  @Test func augmentationIsKeyed() throws {
    var seen = Set<Window>()
    var flips = 0
    for index in 0..<300 {
      let draw = Augmentation(seed: 3, epoch: 1).draw(width: 60, height: 40, index: index)
      let again = Augmentation(seed: 3, epoch: 1).draw(width: 60, height: 40, index: index)
      #expect(draw.window == again.window && draw.flip == again.flip)
      try draw.window.check(width: 60, height: 40)
      let ratio = Double(draw.window.width) / Double(draw.window.height)
      #expect(ratio > 0.6 && ratio < 1.6)
      seen.insert(draw.window)
      if draw.flip { flips += 1 }
    }
    #expect(seen.count > 250)
    #expect((110...190).contains(flips))
    let other = Augmentation(seed: 3, epoch: 2).draw(width: 60, height: 40, index: 0)
    #expect(other.window != Augmentation(seed: 3, epoch: 1).draw(width: 60, height: 40, index: 0).window)
    // No window of the wanted shape fits: the largest allowed one in the middle.
    let strip = Augmentation(seed: 3, epoch: 1).draw(width: 400, height: 2, index: 0)
    try strip.window.check(width: 400, height: 2)
  }

  @Test func normalizes() throws {
    let image = try Image(width: 2, height: 2, channels: 1, bytes: [0, 255, 51, 102])
    let gray = Preprocess(size: 2, channels: 1, mean: [0.3], std: [0.35])
    let values = try gray.tensor(image).toFloats()
    for (value, wanted) in zip(
      values, [(0 - 0.3) / 0.35, (1 - 0.3) / 0.35, (0.2 - 0.3) / 0.35, (0.4 - 0.3) / 0.35])
    {
      #expect(abs(Double(value) - wanted) < 1e-6)
    }
    let color = try Preprocess(size: 2, mean: [0, 0, 0], std: [1, 1, 1]).tensor(image)
    #expect(color.shape == [3, 2, 2])
    #expect(
      dataErrorCode { _ = try Preprocess(size: 2, channels: 2, mean: [0], std: [1]).tensor(image) } == "E0513"
    )
  }
}
