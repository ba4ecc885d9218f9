extension PixelImage {
  /// The picture in lines of exactly `columns` characters.
  package func lines(columns: Int, _ options: TerminalOptions) -> [StyledLine] {
    let ratio = min(Double(height) / Double(width), 40)
    if options.color != .none, options.glyphs == .unicode {
      let rows = max(Int((Double(columns) * ratio / 2).rounded()), 1)
      let pixels = sampled(columns, rows * 2)
      return (0..<rows).map { row in
        (0..<columns).map { column in
          StyledRun("▀", pixels[row * 2 * columns + column], on: pixels[(row * 2 + 1) * columns + column])
        }
      }
    }
    let rows = max(Int((Double(columns) * ratio / 2).rounded()), 1)
    if options.color != .none {
      let pixels = sampled(columns, rows)
      return (0..<rows).map { row in
        (0..<columns).map { StyledRun(" ", nil, on: pixels[row * columns + $0]) }
      }
    }
    return options.glyphs == .unicode ? braille(columns, rows) : characters(columns, rows)
  }

  private func characters(_ columns: Int, _ rows: Int) -> [StyledLine] {
    let ramp = Array(" .:-=+*#%@")
    let pixels = sampled(columns, rows)
    return (0..<rows).map { row in
      [
        StyledRun(
          String(
            (0..<columns).map { column in
              ramp[min(Int(pixels[row * columns + column].gray * Double(ramp.count)), ramp.count - 1)]
            }))
      ]
    }
  }

  /// Dots by error diffusion (Floyd and Steinberg, 1976): a dot is bright.
  private func braille(_ columns: Int, _ rows: Int) -> [StyledLine] {
    let (w, h) = (columns * 2, rows * 4)
    var gray = sampled(w, h).map(\.gray)
    var cells = Array(repeating: UInt32(0x2800), count: columns * rows)
    let dots: [[UInt32]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
    for y in 0..<h {
      for x in 0..<w {
        let value = gray[y * w + x]
        let on = value >= 0.5
        if on { cells[y / 4 * columns + x / 2] |= dots[y % 4][x % 2] }
        let error = value - (on ? 1 : 0)
        if x + 1 < w { gray[y * w + x + 1] += error * 7 / 16 }
        guard y + 1 < h else { continue }
        if x > 0 { gray[(y + 1) * w + x - 1] += error * 3 / 16 }
        gray[(y + 1) * w + x] += error * 5 / 16
        if x + 1 < w { gray[(y + 1) * w + x + 1] += error / 16 }
      }
    }
    return (0..<rows).map { row in
      [
        StyledRun(
          String(
            (0..<columns).map { column in
              let cell = cells[row * columns + column]
              return cell == 0x2800 ? " " : Character(Unicode.Scalar(cell) ?? " ")
            }))
      ]
    }
  }

  /// The picture at another size: each pixel is the mean of the pixels that it covers.
  package func sampled(_ newWidth: Int, _ newHeight: Int) -> [Color] {
    var result: [Color] = []
    result.reserveCapacity(newWidth * newHeight)
    for y in 0..<newHeight {
      let y0 = y * height / newHeight
      let y1 = max((y + 1) * height / newHeight, y0 + 1)
      for x in 0..<newWidth {
        let x0 = x * width / newWidth
        let x1 = max((x + 1) * width / newWidth, x0 + 1)
        var sum = (0, 0, 0)
        for py in y0..<y1 {
          for px in x0..<x1 {
            let pixel = color(px, py)
            sum = (sum.0 + Int(pixel.red), sum.1 + Int(pixel.green), sum.2 + Int(pixel.blue))
          }
        }
        let count = (y1 - y0) * (x1 - x0)
        result.append(Color(UInt8(sum.0 / count), UInt8(sum.1 / count), UInt8(sum.2 / count)))
      }
    }
    return result
  }
}
