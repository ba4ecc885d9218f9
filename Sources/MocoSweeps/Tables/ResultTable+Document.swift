import MocoBase
import MocoDocument

extension ResultTable {
  /// The text of a cell: `81.2 ± 0.4`; empty without a run.
  func text(_ cell: Cell) -> String {
    guard let mean = cell.mean else { return "" }
    var text = NumberText.fixed(mean, digits)
    if let deviation = cell.deviation { text += " ± \(NumberText.fixed(deviation, digits))" }
    if isUneven, cell.runs < mostRuns { text += " (\(cell.runs))" }
    return text
  }

  /// The table: the best in bold on pages, with a star in plain text.
  public var document: Document {
    Document([.adapted(lines: [.table(table(stars: true))], page: [.table(table(stars: false))])])
  }

  /// - Parameters:
  ///   - stars: whether a star follows the best, in addition to bold.
  ///   - heads: whether the names of rows are headers, which documents also set in bold.
  package func table(stars: Bool, heads hasHeads: Bool = true) -> Document.Table {
    let heads = request.rows.map { Document.Table.Column(Document.Text($0)) }
    let hasStars = stars && hasBest
    var caption = notes
    if hasStars {
      caption = caption.map { $0.hasPrefix("marked: ") ? "* " + $0.dropFirst("marked: ".count) : $0 }
    }
    return Document.Table(
      title: Document.Text(request.title), caption: Document.Text(Self.sentences(caption)),
      columns: heads + columns.map { Document.Table.Column(Document.Text($0.label), .trailing) },
      rows: zip(rows, cells).map { settings, line in
        .cells(
          settings.map { Document.Table.Cell(Document.Text(SettingText.of($0)), hasHeads ? .header : .text) }
            + line.map { cell in
              guard cell.mean != nil else { return Document.Table.Cell("–", .missing) }
              let mark = hasStars ? (cell.isBest ? " *" : "  ") : ""
              return Document.Table.Cell(Document.Text(text(cell) + mark), .number, isEmphasized: cell.isBest)
            })
      })
  }

  private static func sentences(_ notes: [String]) -> String {
    notes.map { $0.prefix(1).uppercased() + $0.dropFirst() + "." }.joined(separator: " ")
  }

  // MARK: For other programs

  /// Rows and columns per RFC 4180, with all digits. The means of a column are followed by its standard deviations, if there are
  /// any, and its numbers of runs, if they differ.
  public var csv: String {
    let hasDeviations = columns.indices.map { column in cells.contains { $0[column].deviation != nil } }
    var lines: [[String]] = [request.rows]
    for (place, column) in columns.enumerated() {
      lines[0].append(column.label)
      if hasDeviations[place] { lines[0].append("\(column.label) deviation") }
      if isUneven { lines[0].append("\(column.label) runs") }
    }
    for (settings, line) in zip(rows, cells) {
      var fields = settings.map { SettingText.of($0) }
      for (place, cell) in line.enumerated() {
        fields.append(cell.mean.map { NumberText.float($0) } ?? "")
        if hasDeviations[place] { fields.append(cell.deviation.map { NumberText.float($0) } ?? "") }
        if isUneven { fields.append(String(cell.runs)) }
      }
      lines.append(fields)
    }
    return lines.map { $0.map(Self.field).joined(separator: ",") + "\r\n" }.joined()
  }

  private static func field(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
    return "\"\(text.replacing("\"", with: "\"\""))\""
  }

  /// Every cell as an object with numbers, and the notes under the table.
  public var json: Json {
    var list: [Json] = []
    for (settings, line) in zip(rows, cells) {
      for (column, cell) in zip(columns, line) {
        var object = JsonObject()
        for (name, value) in zip(request.rows, settings) { object[name] = value ?? .null }
        for (name, value) in zip(request.columns, column.settings) { object[name] = value ?? .null }
        object["value"] = .string(column.value)
        object["mean"] = cell.mean.map { .double($0) } ?? .null
        object["deviation"] = cell.deviation.map { .double($0) } ?? .null
        object["runs"] = .int(cell.runs)
        object["best"] = .bool(cell.isBest)
        list.append(.object(object))
      }
    }
    return [
      "rows": .array(request.rows.map { .string($0) }),
      "columns": .array(request.columns.map { .string($0) }),
      "values": .array(request.values.map { .string($0) }), "deviation": .string(request.deviation.rawValue),
      "percent": .bool(request.isPercent), "cells": .array(list), "notes": .array(notes.map { .string($0) }),
    ]
  }

  /// A width larger than any table, so that no column is left out.
  public static let widest = 4096

  /// The output formats of a table.
  public enum Format: String, Sendable, CaseIterable {
    case text, html, md, csv, latex, json

    /// By the extension of a file: `.tex` is LaTeX, `.txt` text.
    public init?(ending: String) {
      switch ending.lowercased() {
      case "txt": self = .text
      case "html", "htm": self = .html
      case "md": self = .md
      case "csv": self = .csv
      case "tex": self = .latex
      case "json": self = .json
      default: return nil
      }
    }
  }

  private var page: String {
    "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Results</title>\n"
      + "<style>\n\(Document.stylesheet)\n</style>\n\(document.html())\n"
  }

  /// The table as text in one format.
  ///
  /// - Parameter terminal: the layout of plain text.
  public func written(_ format: Format, _ terminal: TerminalOptions) -> String {
    switch format {
    case .text: document.terminal(terminal) + "\n"
    case .html: page
    case .md: Document([.table(table(stars: false, heads: false))]).markdown()
    case .csv: csv
    case .latex: table(stars: false, heads: false).latex(isBooktabs: true)
    case .json: json.serialized(indent: 2) + "\n"
    }
  }
}
