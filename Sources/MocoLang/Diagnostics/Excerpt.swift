import MocoBase

/// The source lines of a message, with marks under the relevant text.
struct Excerpt {
  /// A mark under one line.
  private struct Mark {
    /// Columns, half-open; the last may be one after the end of the line.
    var first: Int
    var last: Int
    let text: String
    let isPrimary: Bool
  }

  private struct MarkedLine {
    let number: Int
    var marks: [Mark]
  }

  private struct FilePart {
    let file: SourceFile
    var lines: [MarkedLine]
    let start: Int
  }

  private let parts: [FilePart]
  private let paint: Paint
  private let tint: String
  /// Columns after the bar.
  private let room: Int
  /// Whether texts at marks must also fit.
  private let isFitted: Bool
  /// Digits of the largest line number.
  let gutter: Int

  /// - Parameter columns: of the terminal; nil without a terminal.
  init(diagnostic: Diagnostic, primary: Span, paint: Paint, tint: String, columns: Int?) {
    var parts: [FilePart] = []
    func add(_ span: Span, _ text: String, isPrimary: Bool) {
      let index: Int
      if let known = parts.firstIndex(where: { $0.file === span.file }) {
        index = known
      } else {
        index = parts.count
        parts.append(FilePart(file: span.file, lines: [], start: span.start))
      }
      let start = min(span.start, span.file.bytes.count)
      let first = span.file.line(at: start)
      // An end directly after a line break belongs to the previous line.
      let last = max(first, span.file.line(at: max(start, min(span.end, span.file.bytes.count) - 1)))
      for number in first == last ? [first] : [first, last] {
        let range = span.file.range(ofLine: number)
        let line = DisplayColumns.Line(span.file.bytes[range])
        var from = number == first ? start - range.lowerBound : 0
        if number != first {
          while from < range.count, span.file.bytes[range.lowerBound + from] <= 0x20 { from += 1 }
        }
        let to = number == last ? span.end - range.lowerBound : range.count
        let firstColumn = line.column(atByte: from)
        let mark = Mark(
          first: firstColumn, last: max(firstColumn + 1, line.column(atByte: to)),
          text: number == last ? Diagnostic.visible(text).replacingLineBreaks : "", isPrimary: isPrimary)
        if let at = parts[index].lines.firstIndex(where: { $0.number == number }) {
          parts[index].lines[at].marks.append(mark)
        } else {
          parts[index].lines.append(MarkedLine(number: number, marks: [mark]))
        }
      }
    }
    add(primary, diagnostic.primaryText, isPrimary: true)
    for label in diagnostic.labels.prefix(16) { add(label.span, label.text, isPrimary: false) }
    for index in parts.indices { parts[index].lines.sort { $0.number < $1.number } }
    self.parts = parts
    self.paint = paint
    self.tint = tint
    isFitted = columns != nil
    gutter = String(parts.flatMap { $0.lines.map(\.number) }.max() ?? 1).count
    room = max(8, (columns ?? 110) - gutter - 3)
  }

  func lines() -> [String] {
    var lines: [String] = []
    let bar = paint.bold(Paint.blue, "|")
    let margin = String(repeating: " ", count: gutter)
    for (index, part) in parts.enumerated() {
      let position = part.file.position(at: part.start)
      let arrow = paint.bold(Paint.blue, index == 0 ? "-->" : ":::")
      lines.append(
        "\(margin)\(arrow) \(Diagnostic.visible(part.file.name)):\(position.line):\(position.column)")
      lines.append("\(margin) \(bar)")
      var previous: Int?
      for line in part.lines {
        if let previous, line.number > previous + 1 {
          if line.number == previous + 2 {
            lines += source(part.file, previous + 1, marks: [], bar)
          } else {
            lines.append("\(margin.dropLast(min(2, margin.count)))...")
          }
        }
        lines += source(part.file, line.number, marks: line.marks, bar)
        previous = line.number
      }
    }
    return lines
  }

  // MARK: - One line

  private func source(_ file: SourceFile, _ number: Int, marks: [Mark], _ bar: String) -> [String] {
    let line = DisplayColumns.Line(file.bytes[file.range(ofLine: number)])
    var marks = marks
    var text = line.text(from: 0, to: line.width)
    let extent = max(line.width, marks.map(\.last).max() ?? 0)
    if extent > room {
      let from = Self.start(marks, room: room)
      let to = min(extent, from + room - 2)
      let isCut = to < line.width
      text = (from > 0 ? "…" : "") + line.text(from: from, to: to) + (isCut ? "…" : "")
      let shift = from > 0 ? from - 1 : 0
      // Marks of text that is not shown are under the dots.
      let (low, high) = (from > 0 ? 1 : 0, to - shift + (isCut ? 1 : 0))
      marks = marks.compactMap { mark in
        var mark = mark
        mark.first = max(low, mark.first - shift)
        mark.last = min(high, mark.last - shift)
        if mark.last > mark.first { return mark }
        if mark.text.isEmpty { return nil }
        mark.first = mark.last <= low ? 0 : high - 1
        mark.last = mark.first + 1
        return mark
      }
    }
    let label = String(number)
    let padding = String(repeating: " ", count: max(0, gutter - label.count))
    let trimmed = text.droppingTrailingSpaces
    var lines = ["\(padding)\(paint.bold(Paint.blue, label)) \(bar)" + (trimmed.isEmpty ? "" : " " + trimmed)]
    let prefix = String(repeating: " ", count: gutter) + " " + bar + " "
    for row in rows(marks) { lines.append(prefix + row) }
    return lines
  }

  /// The first column to show of a line that is too long.
  private static func start(_ marks: [Mark], room: Int) -> Int {
    let inner = room - 2
    func start(showing marks: [Mark]) -> Int? {
      guard let first = marks.map(\.first).min(), let last = marks.map(\.last).max(), last - first <= inner
      else { return nil }
      let focus = marks.first(where: \.isPrimary)?.first ?? first
      let from = focus < room - 20 ? 0 : max(0, focus - room / 3)
      if first >= from, last <= from + inner { return from }
      return last <= inner ? 0 : max(0, first - (inner - (last - first)) / 2)
    }
    if let start = start(showing: marks) ?? start(showing: marks.filter(\.isPrimary)) { return start }
    return max(0, (marks.first(where: \.isPrimary)?.first ?? marks.first?.first ?? 0) - room / 3)
  }

  /// The row of marks with the text of the last one, then the other texts from right to left, each under its
  /// mark.
  private func rows(_ marks: [Mark]) -> [String] {
    guard !marks.isEmpty else { return [] }
    let end = marks.map(\.last).max() ?? 0
    var row = [(character: Character, color: String?)](repeating: (" ", nil), count: end)
    // Short marks are drawn over long ones, so that all are visible.
    for mark in marks.sorted(by: {
      ($0.last - $0.first, $0.isPrimary ? 1 : 0) > ($1.last - $1.first, $1.isPrimary ? 1 : 0)
    }) {
      for column in mark.first..<mark.last {
        row[column] = (mark.isPrimary ? "^" : "-", mark.isPrimary ? tint : Paint.blue)
      }
    }
    var texts = marks.filter { !$0.text.isEmpty }.sorted { ($0.first, $0.last) < ($1.first, $1.last) }
    var first = painted(row)
    if let last = texts.last, last.last == end,
      !isFitted || end + 1 + DisplayWidth.of(last.text) <= room
    {
      first += " " + paint.color(last.isPrimary ? tint : Paint.blue, last.text)
      texts.removeLast()
    }
    var rows = [first]
    while let mark = texts.popLast() {
      let (start, pieces) = place(mark)
      var under = [(character: Character, color: String?)](repeating: (" ", nil), count: start)
      for other in texts where other.first < start {
        under[other.first] = ("|", other.isPrimary ? tint : Paint.blue)
      }
      for piece in pieces {
        rows.append(painted(under) + paint.color(mark.isPrimary ? tint : Paint.blue, piece))
      }
    }
    return rows
  }

  /// Where the text under a mark begins, and its lines: under the mark, further to the left if it would not
  /// fit, and on several lines if it is longer than one.
  private func place(_ mark: Mark) -> (start: Int, lines: [String]) {
    guard isFitted else { return (mark.first, [mark.text]) }
    let size = DisplayWidth.of(mark.text)
    if size <= room { return (min(mark.first, room - size), [mark.text]) }
    return (0, DisplayColumns.wrapped(mark.text, columns: room))
  }

  private func painted(_ row: [(character: Character, color: String?)]) -> String {
    var text = ""
    var index = 0
    while index < row.count {
      var piece = ""
      let color = row[index].color
      while index < row.count, row[index].color == color {
        piece.append(row[index].character)
        index += 1
      }
      text += color.map { paint.bold($0, piece) } ?? piece
    }
    return text
  }
}

extension String {
  fileprivate var replacingLineBreaks: String {
    contains("\n") ? String(map { $0.isNewline ? " " : $0 }) : self
  }

  fileprivate var droppingTrailingSpaces: String {
    var copy = self[...]
    while copy.last == " " { copy.removeLast() }
    return String(copy)
  }
}
