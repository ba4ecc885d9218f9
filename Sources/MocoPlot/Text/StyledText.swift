import MocoBase

/// Colours that the terminal can show.
public enum ColourDepth: Sendable, Equatable {
  case none
  case ansi256
  case truecolor
}

/// What text is drawn for.
public struct TextOptions: Sendable, Equatable {
  /// Columns that may be used; at least 20 are.
  public var width: Int
  /// Lines that a plot may take; `nil` is a comfortable height.
  public var height: Int?
  /// Columns that a picture takes at most; `nil` is a comfortable width.
  public var imageWidth: Int?
  public var glyphs: Glyphs
  public var colour: ColourDepth

  public init(width: Int = 80, height: Int? = nil, glyphs: Glyphs = .unicode, colour: ColourDepth = .none) {
    self.width = max(width, 20)
    self.height = height
    self.glyphs = glyphs
    self.colour = colour
  }
}

/// A run of characters in one style.
struct StyledRun {
  var text: String
  var foreground: Colour?
  var background: Colour?
  var bold = false
  var dim = false

  init(
    _ text: String, _ foreground: Colour? = nil, on background: Colour? = nil, bold: Bool = false,
    dim: Bool = false
  ) {
    self.text = text
    self.foreground = foreground
    self.background = background
    self.bold = bold
    self.dim = dim
  }
}

/// A line of runs.
typealias StyledLine = [StyledRun]

extension TextOptions {
  func encode(_ lines: [StyledLine]) -> String {
    var result = ""
    for line in lines.map(clipped) {
      result += colour == .none ? bare(line) : coloured(line)
      result += "\n"
    }
    if result.hasSuffix("\n") { result.removeLast() }
    return result
  }

  /// A line cut to the width, whatever its parts wanted.
  func clipped(_ line: StyledLine) -> StyledLine {
    var room = width
    var result: StyledLine = []
    for run in line {
      let columns = DisplayWidth.of(run.text)
      if columns <= room {
        result.append(run)
        room -= columns
        continue
      }
      if room > 0 {
        var cut = run
        cut.text = run.text.cut(room, glyphs)
        result.append(cut)
      }
      break
    }
    return result
  }

  private func bare(_ line: StyledLine) -> String {
    var text = line.map(\.text).joined()
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }

  private func coloured(_ line: StyledLine) -> String {
    var result = ""
    for run in line where !run.text.isEmpty {
      var codes: [String] = []
      if run.bold { codes.append("1") }
      if run.dim { codes.append("2") }
      if let colour = run.foreground { codes.append(code(colour, 38)) }
      if let colour = run.background { codes.append(code(colour, 48)) }
      result += codes.isEmpty ? run.text : "\u{1B}[\(codes.joined(separator: ";"))m\(run.text)\u{1B}[0m"
    }
    while result.hasSuffix(" ") { result.removeLast() }
    return result
  }

  private func code(_ value: Colour, _ layer: Int) -> String {
    colour == .truecolor
      ? "\(layer);2;\(value.red);\(value.green);\(value.blue)" : "\(layer);5;\(value.ansi256)"
  }
}

extension Figure {
  /// The figure as lines of terminal text, without a newline at the end, at most `options.width` columns
  /// wide.
  public func text(_ options: TextOptions = TextOptions()) -> String { options.encode(lines(options)) }

  /// Title, content and caption.
  func lines(_ options: TextOptions) -> [StyledLine] {
    var lines: [StyledLine] = []
    if !title.isEmpty {
      lines.append([StyledRun(title.plain.cut(options.width, options.glyphs), bold: true)])
      lines.append([])
    }
    switch content {
    case .line(let chart): lines += chart.lines(options)
    case .bars(let chart): lines += chart.lines(options)
    case .histogram(let chart): lines += chart.lines(options)
    case .heatmap(let map): lines += map.lines(options)
    case .images(let grid): lines += grid.lines(options)
    case .table(let table): lines += table.lines(options)
    case .grid(let grid): lines += grid.lines(options)
    }
    if !caption.isEmpty {
      lines.append([])
      for line in caption.plain.wrapped(options.width, lines: 12, options.glyphs) {
        lines.append([StyledRun(line, dim: true)])
      }
    }
    return lines
  }
}

let noData: [StyledLine] = [[StyledRun("(no data)", dim: true)]]
