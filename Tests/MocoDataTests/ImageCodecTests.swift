import Foundation
import MocoBase
import MocoData
import MocoFormats
import MocoTensor
import Testing

@Suite struct ImageCodecTests {
  /// Every kind of JPEG and PNG against the pixels that Pillow gives.
  @Test func decodesAsPillowDoes() throws {
    let expected = try SafetensorsFile(path: DataFixtures.images + "/decoded.safetensors")
    #expect(expected.names.count == 28)
    for name in expected.names {
      let reading = ImageReading(gray16: .clip)
      let image = try Image.load(DataFixtures.images + "/" + name, reading: reading).converted(channels: 3)
      let wanted = try expected.tensor(name)
      #expect(wanted.shape == [image.height, image.width, 3], "\(name)")
      let worst = zip(image.bytes, try wanted.toInts()).map { abs(Int($0) - $1) }.max() ?? 0
      // JPEG decoders may differ by rounding; PNG is exact.
      #expect(worst <= (name.hasSuffix(".jpg") ? 2 : 0), "\(name): \(worst) levels")
      let header = try Image.header(DataFixtures.images + "/" + name)
      #expect(header.width == image.width && header.height == image.height, "\(name)")
    }
  }

  @Test func greyStaysOneChannel() throws {
    for name in ["grey.png", "grey.jpg", "grey16.png", "onebit.png", "grey_alpha.png"] {
      #expect(try Image.load(DataFixtures.images + "/" + name).channels == 1, "\(name)")
    }
  }

  @Test func writtenImagesComeBack() throws {
    let folder = try TemporaryFolder()
    for channels in [1, 3] {
      let image = try DataFixtures.picture(37, 23, channels: channels)
      let bytes = try image.pngBytes()
      #expect(try Image.decode(bytes, name: "x") == image)
      #expect(try image.pngBytes() == bytes)
      let path = folder.path + "/a\(channels).JPG"
      try image.save(path)
      let back = try Image.load(path)
      #expect(back.width == 37 && back.height == 23 && back.channels == channels)
    }
    let image = try DataFixtures.picture(4, 4)
    #expect(dataErrorCode { try image.save(folder.path + "/a.gif") } == "E0504")
    #expect(dataErrorCode { try image.save(folder.path + "/no/a.png") } == "E0504")
  }

  @Test func namesWhatIsWrongWithAFile() throws {
    let folder = try TemporaryFolder()
    #expect(dataErrorCode { _ = try Image.load(folder.path + "/none.png") } == "E0501")
    let text = try folder.write("text.png", "not an image")
    #expect(dataError { _ = try Image.load(text) }?.code == "E0503")
    #expect(dataError { _ = try Image.load(text) }?.message.contains(text) == true)
    let empty = try folder.write("empty.jpg", "")
    #expect(dataError { _ = try Image.load(empty) }?.message.contains("empty") == true)
    for name in ["rgb.png", "rgb.jpg", "progressive.jpg", "cmyk.jpg"] {
      let bytes = try FileSystem.read(DataFixtures.images + "/" + name)
      let cut = try folder.write("cut-" + name, Array(bytes[..<(bytes.count / 2)]))
      let error = dataError { _ = try Image.load(cut) }
      #expect(error?.code == "E0502", "\(name)")
      #expect(error?.message.contains("truncated") == true, "\(name): \(error?.message ?? "")")
    }
  }

  /// A header that claims a gigantic image is refused before memory is asked for.
  @Test func refusesBombs() throws {
    var png = try DataFixtures.picture(8, 8).pngBytes()
    // IHDR: width at 16, height at 20, checksum at 29.
    func claim(_ width: UInt32, _ height: UInt32) {
      for (at, value) in [(16, width), (20, height)] {
        for k in 0..<4 { png[at + k] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * k)) }
      }
      let crc = crc32(png[12..<29])
      for k in 0..<4 { png[29 + k] = UInt8(truncatingIfNeeded: crc >> UInt32(24 - 8 * k)) }
    }
    claim(100_000, 100_000)
    #expect(dataErrorCode { _ = try Image.decode(png, name: "bomb") } == "E0513")
    claim(13_000, 13_000)
    #expect(dataErrorCode { _ = try Image.decode(png, name: "bomb") } == "E0502")
    claim(0, 5)
    #expect(dataErrorCode { _ = try Image.decode(png, name: "bomb") } == "E0502")
  }

  /// Truncations, flipped bits and rubbish end in an error or an image, never in anything else.
  @Test func survivesHostileBytes() throws {
    var random = Philox(seed: 7, stream: "fuzz")
    let names = try FileManager.default.contentsOfDirectory(atPath: DataFixtures.images)
      .filter { $0.hasSuffix(".png") || $0.hasSuffix(".jpg") }.sorted()
    var images = 0
    var errors = 0
    for name in names {
      let bytes = try FileSystem.read(DataFixtures.images + "/" + name)
      for round in 0..<160 {
        var broken = bytes
        switch round % 4 {
        case 0: broken.removeLast(random.nextInt(below: bytes.count))
        case 1:
          for _ in 0...random.nextInt(below: 4) {
            broken[random.nextInt(below: bytes.count)] ^= UInt8(1 << random.nextInt(below: 8))
          }
        case 2:
          let start = random.nextInt(below: bytes.count)
          for at in start..<min(start + 8, bytes.count) { broken[at] = UInt8(random.nextInt(below: 256)) }
        default:
          let start = random.nextInt(below: bytes.count)
          broken.insert(contentsOf: broken[start...].prefix(64), at: random.nextInt(below: bytes.count))
        }
        do {
          let image = try Image.decode(broken, name: name)
          #expect(image.bytes.count == image.width * image.height * image.channels)
          images += 1
        } catch let error as Failure {
          #expect(["E0502", "E0503", "E0513", "E0405"].contains(error.code))
          errors += 1
        }
      }
    }
    #expect(images > 100 && errors > 100)
  }

  private func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
