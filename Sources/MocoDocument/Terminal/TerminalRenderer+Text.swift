import MocoBase

extension TerminalRenderer {
  /// The lines of a paragraph.
  func lines(_ text: Document.Text, _ columns: Int) -> [String] {
    // Truncated text is always one line.
    let runs = text.runs.map { run in
      Document.Run(shown(text.overflow == .cut ? Document.Run(run.text.plain, run.style) : run), run.style)
    }
    let isStyled = runs.contains { run in
      code(run.style) != nil || run.style == .code && run.text.contains(" ")
    }
    guard !isStyled else { return styled(runs, text, columns) }
    let whole = Self.blanks(text.indent) + runs.reduce(into: "") { $0 += $1.text }
    return fitted(Self.split(whole), text.overflow, columns)
  }

  /// Lines that are too long are broken or truncated.
  private func fitted(_ lines: [String], _ overflow: Document.Text.Overflow, _ columns: Int) -> [String] {
    lines.flatMap { line -> [String] in
      guard DisplayWidth.of(line) > columns else { return [line] }
      switch overflow {
      case .keep: return [line]
      case .cut: return [DisplayColumns.cut(line, to: columns, mark: options.ellipsis)]
      case .wrap(let hanging): return DisplayColumns.wrapped(line, columns: columns, hanging: hanging)
      case .wrapAndCut(let hanging):
        return fitted(
          DisplayColumns.wrapped(line, columns: columns, hanging: hanging), .cut, columns)
      }
    }
  }

  /// Pieces one after the other.
  func lines(_ items: Document.Items, _ columns: Int) -> [String] {
    // The end of the separator's line, and the rest of it before a piece that follows on the same line.
    let end = String(items.separator.prefix { $0 != " " })
    let joint = String(items.separator.dropFirst(end.count))
    let lead = Self.blanks(items.indent) + items.lead.string.plain
    let hanging = items.hanging ?? min(DisplayWidth.of(lead), 12)
    var lines: [String] = []
    var line = lead
    var isEmpty = !items.leadIsItem
    if items.leadIsItem {
      lines = DisplayColumns.wrapped(
        lead + (items.items.isEmpty ? "" : end), columns: columns, hanging: hanging)
      line = lines.popLast() ?? ""
    }
    for (place, item) in items.items.enumerated() {
      let piece = item.string.plain + (place < items.items.count - 1 ? end : "")
      let sizes =
        DisplayWidth.of(line) + DisplayWidth.of(joint) + DisplayWidth.of(piece)
      if !isEmpty, sizes > columns {
        lines.append(line)
        line = Self.blanks(hanging)
        isEmpty = true
        let left = items.items.count - place
        if let most = items.mostLines, lines.count == most, left > most {
          line += "\(options.ellipsis) \(left) more"
          break
        }
      }
      line += (isEmpty ? "" : joint) + piece
      isEmpty = false
    }
    lines.append(line)
    return fitted(lines, items.overflow, columns)
  }

  // MARK: Styles

  /// The characters of a run as they are shown.
  private func shown(_ run: Document.Run) -> String {
    let text = TerminalText.safe(run.text)
    return run.style == .code && !isColored && !text.isEmpty ? "`\(text)`" : text
  }

  /// The parameters of the escape sequence that begins a style; nil if there is none.
  private func code(_ style: Document.Run.Style) -> String? {
    guard isColored else { return nil }
    switch style {
    case .plain, .literal, .number, .label, .title: return nil
    case .emphasis: return "3"
    case .strong: return "1"
    case .muted: return "2"
    case .code: return "36"
    case .error: return "31"
    case .color(let color): return options.code(color, 38)
    }
  }

  func painted(_ runs: [Document.Run]) -> String {
    runs.reduce(into: "") { result, run in
      guard !run.text.isEmpty, let code = code(run.style) else {
        result += run.text
        return
      }
      result += "\u{1B}[\(code)m\(run.text)\u{1B}[0m"
    }
  }

  static func width(_ runs: [Document.Run]) -> Int { runs.reduce(0) { $0 + DisplayWidth.of($1.text) } }

  /// The runs as they are shown, written by `painted`.
  func shown(_ text: Document.Text) -> [Document.Run] { text.runs.map { Document.Run(shown($0), $0.style) } }

  private func styled(_ runs: [Document.Run], _ text: Document.Text, _ columns: Int) -> [String] {
    let margin = Self.blanks(text.indent)
    let room = max(1, columns - text.indent)
    var result: [String] = []
    for line in Self.lines(of: runs) {
      guard Self.width(line) > room else {
        result.append(margin + painted(line))
        continue
      }
      switch text.overflow {
      case .keep: result.append(margin + painted(line))
      case .cut: result.append(margin + painted(cut(line, room)))
      case .wrap(let hanging): result += Self.wrap(line, room, hanging: hanging).map { margin + painted($0) }
      case .wrapAndCut(let hanging):
        result += Self.wrap(line, room, hanging: hanging).map { part in
          margin + painted(Self.width(part) > room ? cut(part, room) : part)
        }
      }
    }
    return result
  }

  /// The runs split at line feeds.
  private static func lines(of runs: [Document.Run]) -> [[Document.Run]] {
    var lines: [[Document.Run]] = [[]]
    for run in runs {
      for (place, part) in split(run.text).enumerated() {
        if place > 0 { lines.append([]) }
        if !part.isEmpty { lines[lines.count - 1].append(Document.Run(part, run.style)) }
      }
    }
    return lines
  }

  private func cut(_ line: [Document.Run], _ columns: Int) -> [Document.Run] {
    var room = columns - DisplayWidth.of(options.ellipsis)
    var result: [Document.Run] = []
    for run in line {
      let size = DisplayWidth.of(run.text)
      if size <= room {
        result.append(run)
        room -= size
      } else {
        result.append(
          Document.Run(DisplayColumns.prefix(run.text, max(0, room)) + options.ellipsis, run.style))
        break
      }
    }
    return result
  }

  /// Lines broken at spaces, each with the styles of its words. Code is not broken if it fits on a line.
  static func wrap(_ runs: [Document.Run], _ columns: Int, hanging: Int = 0) -> [[Document.Run]] {
    // Words, and the style of the space before each.
    var words: [(runs: [Document.Run], blank: Document.Run.Style)] = []
    var startsWord = true
    var blank = Document.Run.Style.plain
    for run in runs {
      let isWhole = run.style == .code && DisplayWidth.of(run.text) + 4 <= columns - hanging
      let parts =
        isWhole ? [run.text[...]] : run.text.split(separator: " ", omittingEmptySubsequences: false)
      for (place, part) in parts.enumerated() {
        if place > 0 {
          startsWord = true
          blank = run.style
        }
        if part.isEmpty { continue }
        let piece = Document.Run(String(part), run.style)
        if startsWord || words.isEmpty {
          words.append(([piece], blank))
        } else {
          words[words.count - 1].runs.append(piece)
        }
        startsWord = false
      }
    }
    func add(_ run: Document.Run, to line: inout [Document.Run]) {
      if let last = line.last, last.style == run.style {
        line[line.count - 1].text += run.text
      } else {
        line.append(run)
      }
    }
    var lines: [[Document.Run]] = []
    var line: [Document.Run] = []
    var used = 0
    for word in words {
      let size = width(word.runs)
      if line.isEmpty {
        used = size
      } else if used + 1 + size > columns {
        lines.append(line)
        line = hanging > 0 ? [Document.Run(blanks(hanging))] : []
        used = hanging + size
      } else {
        add(Document.Run(" ", word.blank), to: &line)
        used += 1 + size
      }
      for run in word.runs { add(run, to: &line) }
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }
}
