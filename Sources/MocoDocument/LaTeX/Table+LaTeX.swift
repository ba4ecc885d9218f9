import MocoBase

extension Document.Table {
  /// A LaTeX `tabular`, in a `table` if there is a title or a caption; empty without columns.
  ///
  /// - Parameter isBooktabs: uses the rules of the package booktabs; otherwise no package is needed.
  public func latex(isBooktabs: Bool = false) -> String {
    let count = columnCount
    guard count > 0 else { return "" }
    let places = (0..<count).map { column in
      switch alignment(column) {
      case .leading: "l"
      case .center: "c"
      case .trailing: "r"
      }
    }
    let (top, middle, bottom) =
      isBooktabs ? ("toprule", "midrule", "bottomrule") : ("hline", "hline", "hline")
    var text = "\\begin{tabular}{\(places.joined())}\n  \\\(top)\n"
    if hasNames {
      let names = (0..<count).map { columns.indices.contains($0) ? columns[$0].name.string : "" }
      text += Self.line(names.map(LaTeXText.escaped)) + "  \\\(middle)\n"
    }
    for row in rows {
      switch row {
      case .cells(let cells):
        text += Self.line((0..<count).map { cells.indices.contains($0) ? Self.latex(cells[$0]) : "" })
      case .leftOut(let words):
        let first = "$\\vdots$" + (words.isEmpty ? "" : " " + LaTeXText.escaped(words))
        text += Self.line(["\\multicolumn{\(count)}{l}{\(first)}"])
      }
    }
    text += "  \\\(bottom)\n\\end{tabular}\n"
    let words = [title.string, caption.string].filter { !$0.isEmpty }.map(LaTeXText.escaped)
    let head = isBooktabs ? "% \\usepackage{booktabs}\n" : ""
    guard !words.isEmpty else { return head + text }
    return head
      + "\\begin{table}\n\\centering\n\\caption{\(words.joined(separator: ". "))}\n\(text)\\end{table}\n"
  }

  private static func line(_ cells: [String]) -> String {
    // A bracket or a star after `\\` of the line before would be read as its argument.
    let first = cells.first?.first.map { "[*".contains($0) } ?? false
    return "  " + (first ? "{}" : "") + cells.joined(separator: " & ") + " \\\\\n"
  }

  private static func latex(_ cell: Cell) -> String {
    if cell.kind == .leftOut { return "\\dots" }
    var words = LaTeXText.escaped(cell.text.string)
    if cell.kind == .number, words.hasPrefix("-") { words = "$-$" + words.dropFirst() }
    return (cell.isEmphasized || cell.kind == .header) && !words.isEmpty ? "\\textbf{\(words)}" : words
  }
}

/// Untrusted text in LaTeX.
package enum LaTeXText {
  /// The text as LaTeX that shows exactly these characters; line feeds work only in a table's cell.
  package static func escaped(_ text: String) -> String {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
      String(line).plain.unicodeScalars.reduce(into: "") { result, scalar in
        switch scalar {
        case "&", "%", "$", "#", "_", "{", "}": result += "\\\(scalar)"
        case "\\": result += "\\textbackslash{}"
        case "±": result += "$\\pm$"
        case "≠": result += "$\\neq$"
        case "→": result += "$\\to$"
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
    return lines.count == 1 ? lines[0] : "\\shortstack[l]{\(lines.joined(separator: "\\\\{}"))}"
  }
}
