// Tables as documents take them; numbers as they are shown.

extension Table {
  /// A table of GitHub's Markdown, with the title in bold before it and the caption behind.
  public func markdown(title: String = "", caption: String = "") -> String {
    let alignments = (0..<columnCount).map { alignment($0) }
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    var text = title.isEmpty ? "" : "**\(Table.markdown(title))**\n\n"
    guard columnCount > 0 else { return text }
    // There is no table without a line of names, but they may be empty.
    text += line((0..<columnCount).map { Table.markdown(columnName($0)) })
    text += line(alignments.map { $0 == .right ? "---:" : "---" })
    for (row, cells) in rawTexts().enumerated() {
      text += line(
        cells.enumerated().map { column, cell in
          let escaped = Table.markdown(cell)
          let isBold = emphasized.contains(Position(row: row, column: column)) && !escaped.isEmpty
          return isBold ? "**\(escaped)**" : escaped
        })
    }
    return text + (caption.isEmpty ? "" : "\n\(Table.markdown(caption))\n")
  }

  /// A `tabular` of LaTeX without packages, in a `table` where it has a title or a caption.
  public func latex(title: String = "", caption: String = "") -> String {
    guard columnCount > 0 else { return "" }
    let alignments = (0..<columnCount).map { alignment($0) }
    func line(_ cells: [String]) -> String {
      // `\\` takes a bracket or a star behind it for its own.
      let first = cells.first?.first.map { "[*".contains($0) } ?? false
      return "  " + (first ? "{}" : "") + cells.joined(separator: " & ") + " \\\\\n"
    }
    var text =
      "\\begin{tabular}{\(alignments.map { $0 == .right ? "r" : "l" }.joined())}\n  \\hline\n"
    if columns.contains(where: { !$0.isEmpty }) {
      text += line((0..<columnCount).map { Table.latex(columnName($0)) }) + "  \\hline\n"
    }
    for (row, cells) in rawTexts().enumerated() {
      text += line(
        cells.enumerated().map { column, cell in
          var escaped = Table.latex(cell)
          if isNumber(row, column), escaped.hasPrefix("-") { escaped = "$-$" + escaped.dropFirst() }
          let isBold = emphasized.contains(Position(row: row, column: column)) && !escaped.isEmpty
          return isBold ? "\\textbf{\(escaped)}" : escaped
        })
    }
    text += "  \\hline\n\\end{tabular}\n"
    let words = [title, caption].filter { !$0.isEmpty }.map(Table.latex)
    guard !words.isEmpty else { return text }
    return "\\begin{table}\n\\centering\n\\caption{\(words.joined(separator: ". "))}\n\(text)\\end{table}\n"
  }

  /// What the cells say, with the line ends that stand in them.
  private func rawTexts() -> [[String]] {
    var texts = cellTexts()
    for row in rows.indices {
      for column in 0..<columnCount {
        if case .text(let text) = cell(row, column) { texts[row][column] = text }
      }
    }
    return texts
  }

  private func isNumber(_ row: Int, _ column: Int) -> Bool {
    switch cell(row, column) {
    case .number, .integer: true
    case .text, .empty: false
    }
  }

  // MARK: Escapes

  static func markdown(_ text: String) -> String {
    let scalars = Array(lines(text).joined(separator: "\n").unicodeScalars)
    var result = String.UnicodeScalarView()
    for (place, scalar) in scalars.enumerated() {
      switch scalar {
      case "\n": result.append(contentsOf: "<br>".unicodeScalars)
      case "_":
        // Within a word it is no markup.
        let isInner =
          place > 0 && place + 1 < scalars.count && isWord(scalars[place - 1]) && isWord(scalars[place + 1])
        if !isInner { result.append("\\") }
        result.append(scalar)
      case "\\", "`", "*", "[", "]", "<", "~", "|", "&", "$":
        result.append("\\")
        result.append(scalar)
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  static func latex(_ text: String) -> String {
    let parts = lines(text).map { line in
      line.unicodeScalars.reduce(into: "") { result, scalar in
        switch scalar {
        case "&", "%", "$", "#", "_", "{", "}": result += "\\\(scalar)"
        case "\\": result += "\\textbackslash{}"
        case "~": result += "\\textasciitilde{}"
        case "^": result += "\\textasciicircum{}"
        case "<": result += "\\textless{}"
        case ">": result += "\\textgreater{}"
        case "|": result += "\\textbar{}"
        case "\"": result += "{\\char34}"
        default: result.unicodeScalars.append(scalar)
        }
      }
    }
    return parts.count == 1 ? parts[0] : "\\shortstack[l]{\(parts.joined(separator: "\\\\{}"))}"
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || ("0"..."9") ~= scalar
  }

  /// The lines of a text, without other characters that control.
  private static func lines(_ text: String) -> [String] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { String($0).plain }
  }
}
