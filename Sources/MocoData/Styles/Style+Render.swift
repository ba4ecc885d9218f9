import MocoBase
import MocoTensor

// H: height, W: width, C: channels. t: severity.

extension Style {
  /// The image in this style.
  ///
  /// - Parameters:
  ///   - severity: t, 0 … 1.
  ///   - random: for the position of a close-up and the grain; other styles do not use it.
  public func render(_ image: Planes, severity: Float, random: inout Philox) -> Planes {
    let t = severity
    let unit = max(1, Int((Double(min(image.width, image.height)) / 32).rounded()))
    switch self {
    case .clean: return image
    case .pixelated: return image.blockMeans((t < 0.33 ? 2 : 4) * unit)
    case .blurry: return image.boxBlurred(radius: unit, passes: Int((2 + 10 * t).rounded()))
    case .dark: return image.map { $0 * (0.40 - 0.34 * t) }
    case .sketch: return image.sketched(step: unit, threshold: 0.05 + 0.45 * t)
    case .closeUp:
      let part = (22 - 10 * t) / 32
      let play = (1 - part) * 0.6
      let x = (2 * random.nextUniform() - 1) * play
      let y = (2 * random.nextUniform() - 1) * play
      return image.zoomed(part: part, x: x, y: y)
    case .negative: return image.map { 1 - $0 * (1 - 0.6 * t) }
    case .grainy: return image.grained(deviation: 0.1 + 0.4 * t, cell: unit, random: &random)
    }
  }
}

extension Planes {
  func map(_ transform: (Float) -> Float) -> Planes {
    Planes(width: width, height: height, channels: channels, values: values.map(transform))
  }

  /// The planes with new values for each channel, from a function over one plane of H · W values.
  private func mapPlanes(
    _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> Planes {
    let count = width * height
    let result = [Float](unsafeUninitializedCapacity: values.count) { out, used in
      values.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress, let target = out.baseAddress else { return }
        for channel in 0..<channels { body(source + channel * count, target + channel * count) }
      }
      used = values.count
    }
    return Planes(width: width, height: height, channels: channels, values: result)
  }

  /// Every block of `side` × `side` pixels becomes its mean; blocks at the right and bottom may be smaller.
  func blockMeans(_ side: Int) -> Planes {
    let (width, height) = (width, height)
    return mapPlanes { source, target in
      for top in stride(from: 0, to: height, by: side) {
        let bottom = min(top + side, height)
        for left in stride(from: 0, to: width, by: side) {
          let right = min(left + side, width)
          var sum: Float = 0
          for y in top..<bottom { for x in left..<right { sum += source[y * width + x] } }
          let mean = sum / Float((bottom - top) * (right - left))
          for y in top..<bottom { for x in left..<right { target[y * width + x] = mean } }
        }
      }
    }
  }

  /// `passes` means over (2 · radius + 1)² pixels, edges replicated.
  package func boxBlurred(radius: Int, passes: Int) -> Planes {
    var result = self
    for _ in 0..<max(passes, 0) { result = radius == 1 ? result.blurredOnce() : result.blurredOnce(radius) }
    return result
  }

  /// A 3 × 3 mean: sums of three along rows, then along columns.
  private func blurredOnce() -> Planes {
    let (width, height) = (width, height)
    return mapPlanes { source, target in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: width * height) { rows in
        for y in 0..<height {
          let line = source + y * width
          for x in 0..<width {
            rows[y * width + x] = line[max(x - 1, 0)] + line[x] + line[min(x + 1, width - 1)]
          }
        }
        for y in 0..<height {
          let above = max(y - 1, 0) * width
          let below = min(y + 1, height - 1) * width
          for x in 0..<width {
            target[y * width + x] = (rows[above + x] + rows[y * width + x] + rows[below + x]) / 9
          }
        }
      }
    }
  }

  /// A wider mean by running sums in double precision: the time does not depend on the radius.
  private func blurredOnce(_ radius: Int) -> Planes {
    let (width, height) = (width, height)
    let scale = 1 / Double(2 * radius + 1)
    func run(
      _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, count: Int, stride: Int
    ) {
      var sum = Double(source[0]) * Double(radius)
      for k in 0...radius { sum += Double(source[min(k, count - 1) * stride]) }
      for i in 0..<count {
        target[i * stride] = Float(sum * scale)
        sum += Double(source[min(i + radius + 1, count - 1) * stride])
        sum -= Double(source[max(i - radius, 0) * stride])
      }
    }
    return mapPlanes { source, target in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: width * height) { rows in
        guard let rows = rows.baseAddress else { return }
        for y in 0..<height { run(source + y * width, rows + y * width, count: width, stride: 1) }
        for x in 0..<width { run(rows + x, target + x, count: height, stride: width) }
      }
    }
  }

  /// Dark lines on white where the brightness changes.
  func sketched(step: Int, threshold: Float) -> Planes {
    let (width, height) = (width, height)
    let gray = Planes(width: width, height: height, channels: 1, values: luminance())
    let drawn = gray.mapPlanes { source, target in
      for y in 0..<height {
        let above = source + max(y - step, 0) * width
        let here = source + y * width
        let below = source + min(y + step, height - 1) * width
        for x in 0..<width {
          let left = max(x - step, 0)
          let right = min(x + step, width - 1)
          let dx =
            (above[right] - above[left] + 2 * (here[right] - here[left]) + below[right] - below[left]) / 4
          let dy = (below[left] - above[left] + 2 * (below[x] - above[x]) + below[right] - above[right]) / 4
          let magnitude = (dx * dx + dy * dy).squareRoot()
          target[y * width + x] = 1 - min(max(3 * (magnitude - threshold), 0), 1)
        }
      }
    }
    return drawn.converted(channels: channels)
  }

  /// The window of `part` of the sides whose middle is (x, y), enlarged to the whole image. The image spans
  /// −1 … 1 in both directions; outside it is black.
  package func zoomed(part: Float, x offsetX: Float, y offsetY: Float) -> Planes {
    let (width, height) = (width, height)
    /// For each output position the two input positions and the weight of the second.
    func places(_ count: Int, _ offset: Float) -> [(Int, Float)] {
      (0..<count).map { i in
        let at = (Float(2 * i + 1) / Float(count) - 1) * part + offset
        let position = ((at + 1) * Float(count) - 1) / 2
        let low = position.rounded(.down)
        return (Int(low), position - low)
      }
    }
    let columns = places(width, offsetX)
    let rows = places(height, offsetY)
    return mapPlanes { source, target in
      func value(_ y: Int, _ x: Int) -> Float {
        y >= 0 && y < height && x >= 0 && x < width ? source[y * width + x] : 0
      }
      for y in 0..<height {
        let (top, down) = rows[y]
        for x in 0..<width {
          let (left, right) = columns[x]
          let above = value(top, left) * (1 - right) + value(top, left + 1) * right
          let below = value(top + 1, left) * (1 - right) + value(top + 1, left + 1) * right
          target[y * width + x] = above * (1 - down) + below * down
        }
      }
    }
  }

  /// Normal noise of one value for every `cell` × `cell` pixels, the same in all channels; clamped to 0 … 1.
  func grained(deviation: Float, cell: Int, random: inout Philox) -> Planes {
    let (width, height) = (width, height)
    let across = (width + cell - 1) / cell
    let noise = (0..<across * ((height + cell - 1) / cell)).map { _ in random.nextNormal() * deviation }
    return mapPlanes { source, target in
      for y in 0..<height {
        for x in 0..<width {
          let value = source[y * width + x] + noise[y / cell * across + x / cell]
          target[y * width + x] = min(max(value, 0), 1)
        }
      }
    }
  }

  /// The mirror image, left to right.
  func flipped() -> Planes {
    let (width, height) = (width, height)
    return mapPlanes { source, target in
      for y in 0..<height {
        for x in 0..<width { target[y * width + x] = source[y * width + width - 1 - x] }
      }
    }
  }

  /// The image shifted right by `x` and down by `y` pixels; new pixels are black.
  func shifted(x dx: Int, y dy: Int) -> Planes {
    let (width, height) = (width, height)
    return mapPlanes { source, target in
      for y in 0..<height {
        for x in 0..<width {
          let (fromX, fromY) = (x - dx, y - dy)
          let inside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height
          target[y * width + x] = inside ? source[fromY * width + fromX] : 0
        }
      }
    }
  }
}
