import MocoBase
import MocoData
import MocoTensor
import Testing

@Suite struct StyleTests {
  /// A 32 × 32 ramp with a bright square.
  private func ramp() -> Planes {
    var values: [Float] = []
    for y in 0..<32 {
      for x in 0..<32 {
        values.append((8..<24).contains(x) && (8..<24).contains(y) ? 0.9 : Float(x + y) / 124)
      }
    }
    return Planes(width: 32, height: 32, channels: 1, values: values)
  }

  private func render(_ style: Style, _ t: Float, _ image: Planes) -> Planes {
    var random = Philox(seed: 1, stream: "test")
    return style.render(image, severity: t, random: &random)
  }

  @Test func cleanDarkNegative() {
    let image = ramp()
    #expect(render(.clean, 0.5, image) == image)
    let dark = render(.dark, 0.5, image)
    let negative = render(.negative, 0.5, image)
    for (i, x) in image.values.enumerated() {
      #expect(abs(dark.values[i] - x * 0.23) < 1e-6)
      #expect(abs(negative.values[i] - (1 - x * 0.7)) < 1e-6)
    }
  }

  @Test func pixelatedInTwosThenFours() {
    for (t, side) in [(Float(0.32), 2), (0.33, 4), (0.6, 4)] {
      let image = ramp()
      let result = render(.pixelated, t, image)
      for (top, left) in [(0, 0), (8, 20), (28, 28)] {
        var sum: Float = 0
        for y in top..<top + side { for x in left..<left + side { sum += image.values[y * 32 + x] } }
        for y in top..<top + side {
          for x in left..<left + side {
            #expect(abs(result.values[y * 32 + x] - sum / Float(side * side)) < 1e-6)
          }
        }
      }
    }
  }

  /// Passes of a plain 3 × 3 mean with replicated edges.
  @Test func blurryIsRepeatedMeans() {
    var wanted = ramp().values
    for _ in 0..<5 {
      let before = wanted
      for y in 0..<32 {
        for x in 0..<32 {
          var sum: Float = 0
          for dy in -1...1 {
            for dx in -1...1 { sum += before[min(max(y + dy, 0), 31) * 32 + min(max(x + dx, 0), 31)] }
          }
          wanted[y * 32 + x] = sum / 9
        }
      }
    }
    let result = render(.blurry, 0.3, ramp())
    for (a, b) in zip(result.values, wanted) { #expect(abs(a - b) < 1e-5) }
  }

  /// The wide mean by running sums agrees with the plain one, edges included.
  @Test func wideBlursReplicateEdges() throws {
    let image = Planes(try DataFixtures.picture(90, 70, channels: 1))
    let result = image.boxBlurred(radius: 2, passes: 1)
    for (x, y) in [(0, 0), (89, 69), (45, 30), (1, 68)] {
      var sum: Float = 0
      for dy in -2...2 {
        for dx in -2...2 { sum += image.values[min(max(y + dy, 0), 69) * 90 + min(max(x + dx, 0), 89)] }
      }
      #expect(abs(result.values[y * 90 + x] - sum / 25) < 1e-5)
    }
  }

  @Test func sketchDrawsEdgesDark() {
    let image = ramp()
    let result = render(.sketch, 0, image)
    func at(_ x: Int, _ y: Int) -> Float { image.values[min(max(y, 0), 31) * 32 + min(max(x, 0), 31)] }
    for (x, y) in [(0, 0), (8, 8), (7, 16), (16, 16), (31, 31)] {
      let dx =
        (at(x + 1, y - 1) - at(x - 1, y - 1) + 2 * at(x + 1, y) - 2 * at(x - 1, y) + at(x + 1, y + 1)
          - at(x - 1, y + 1)) / 4
      let dy =
        (at(x - 1, y + 1) - at(x - 1, y - 1) + 2 * at(x, y + 1) - 2 * at(x, y - 1) + at(x + 1, y + 1)
          - at(x + 1, y - 1)) / 4
      let m = (dx * dx + dy * dy).squareRoot()
      #expect(abs(result.values[y * 32 + x] - (1 - min(max(3 * (m - 0.05), 0), 1))) < 1e-5)
    }
    #expect(result.values[16 * 32 + 16] == 1)
    #expect(result.values[16 * 32 + 8] < 0.5)
  }

  @Test func closeUpIsAWindow() {
    // A linear ramp stays linear with a slope of 22/32.
    let image = Planes(
      width: 32, height: 32, channels: 1, values: (0..<1024).map { Float($0 % 32) / 31 })
    let result = render(.closeUp, 0, image)
    let step = result.values[17] - result.values[16]
    #expect(abs(step - 22.0 / 32 / 31) < 1e-5)
    #expect(result.values.min() ?? -1 >= 0 && result.values.max() ?? 2 <= 1)
    // In the middle: the identity, for the whole side.
    #expect(
      image.zoomed(part: 1, x: 0, y: 0).values.enumerated().allSatisfy { abs($1 - image.values[$0]) < 1e-5 })
  }

  @Test func grainIsClampedNoise() {
    let image = Planes(width: 32, height: 32, channels: 1, values: [Float](repeating: 0.5, count: 1024))
    let noise = render(.grainy, 0, image).values.map { $0 - 0.5 }
    let mean = noise.reduce(0, +) / 1024
    let deviation = (noise.reduce(0) { $0 + $1 * $1 } / 1024).squareRoot()
    #expect(abs(mean) < 0.015)
    #expect(abs(deviation - 0.1) < 0.01)
    #expect(render(.grainy, 1, image).values.allSatisfy { (0...1).contains($0) })
  }

  /// Every style at every size: values stay in 0 … 1, sizes stay, colours stay.
  @Test func anySizeAndColor() throws {
    for (width, height) in [(1, 1), (3, 2), (5, 40), (224, 130)] {
      for channels in [1, 3] {
        let image = Planes(try DataFixtures.picture(width, height, channels: channels))
        for style in Style.allCases {
          let result = render(style, 0.45, image)
          #expect(result.width == width && result.height == height && result.channels == channels)
          #expect(result.values.count == width * height * channels)
          #expect(result.values.allSatisfy { $0 >= -1e-6 && $0 <= 1 + 1e-6 }, "\(style) \(width) × \(height)")
        }
      }
    }
  }

  @Test func namesAreParsed() throws {
    for style in Style.allCases { #expect(try Style.parse(style.name) == style) }
    #expect(try Style.parse("Close_Up") == .closeUp)
    #expect(try Style.parse("closeup") == .closeUp)
    #expect(dataError { _ = try Style.parse("sepia") }?.code == "E0518")
  }

  /// 26 of 80 pairs for ten classes.
  @Test func withheldPairs() {
    let withheld = WithheldPairs.smallWorld(classes: 10)
    #expect(withheld.pairs.count == 26)
    #expect(withheld.contains(label: 1, style: Style.allCases[3]))
    #expect(withheld.contains(label: 1, style: Style.allCases[6]))
    #expect(!withheld.contains(label: 0, style: .clean))
  }
}
