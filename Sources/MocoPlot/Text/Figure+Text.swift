import MocoBase
import MocoDocument

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
      for line in DisplayColumns.wrapped(
        caption.plain, columns: options.width, lines: 12, glyphs: options.glyphs)
      {
        lines.append([StyledRun(line, dim: true)])
      }
    }
    return lines
  }
}

let noData: [StyledLine] = [[StyledRun("(no data)", dim: true)]]
