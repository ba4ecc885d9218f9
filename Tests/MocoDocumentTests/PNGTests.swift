import MocoBase
import MocoDocument
import Testing

/// Our own PNG files, read by undoing what the format says.
@Suite struct PNGTests {
  private func image(_ width: Int, _ height: Int, _ channels: Int, _ value: (Int) -> Int) throws -> PixelImage
  {
    let bytes = (0..<(width * height * channels)).map { UInt8(truncatingIfNeeded: value($0)) }
    return try #require(PixelImage(width: width, height: height, channels: channels, bytes: bytes))
  }

  /// The pixels of a file of one IDAT chunk, and the filters of its rows.
  private func decoded(
    _ file: [UInt8], width: Int, channels: Int
  ) throws -> (bytes: [UInt8], filters: Set<UInt8>) {
    #expect(file.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    var at = 8
    var data: [UInt8] = []
    while at + 12 <= file.count {
      let count = file[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) }
      if Array(file[(at + 4)..<(at + 8)]) == Array("IDAT".utf8) {
        data += file[(at + 8)..<(at + 8 + count)]
      }
      at += 12 + count
    }
    #expect(at == file.count)
    let raw = try data.withUnsafeBytes {
      try Gzip.inflate($0, container: .zlib, cap: 1 << 24, name: "PNG")
    }
    let stride = width * channels
    var pixels: [UInt8] = []
    var above = [UInt8](repeating: 0, count: stride)
    var filters: Set<UInt8> = []
    for start in Swift.stride(from: 0, to: raw.count, by: stride + 1) {
      filters.insert(raw[start])
      var line = Array(raw[(start + 1)..<(start + 1 + stride)])
      for x in 0..<stride {
        let (left, corner) = x >= channels ? (line[x - channels], above[x - channels]) : (0, 0)
        let up = above[x]
        let guess = Int(left) + Int(up) - Int(corner)
        let distances = [abs(guess - Int(left)), abs(guess - Int(up)), abs(guess - Int(corner))]
        let nearest =
          distances[0] <= distances[1] && distances[0] <= distances[2]
          ? left : distances[1] <= distances[2] ? up : corner
        let add = [0, left, up, UInt8((Int(left) + Int(up)) / 2), nearest][Int(raw[start])]
        line[x] = line[x] &+ add
      }
      pixels += line
      above = line
    }
    return (pixels, filters)
  }

  @Test func whatIsWrittenIsReadBack() throws {
    var noise: UInt32 = 1
    for channels in [1, 3] {
      for (width, height) in [(1, 1), (1, 9), (7, 1), (33, 20)] {
        for kind in 0..<4 {
          let image = try image(width, height, channels) { place in
            noise = noise &* 1_664_525 &+ 1_013_904_223
            return [place, place / (width * channels) * 3, Int(noise >> 24), 200][kind]
          }
          let read = try decoded(PNG.encode(image), width: width, channels: channels)
          #expect(read.bytes == image.bytes, "\(width) × \(height) × \(channels), \(kind)")
          #expect(read.filters.allSatisfy { $0 < 5 })
        }
      }
    }
  }

  @Test func smoothPicturesBecomeSmall() throws {
    let smooth = try image(200, 200, 3) { $0 % 600 / 3 + $0 / 600 }
    #expect(PNG.encode(smooth).count < smooth.bytes.count / 20)
    let flat = try image(200, 200, 1) { _ in 7 }
    #expect(PNG.encode(flat).count < 400)
  }
}
