import MocoBase
import MocoDocument
import MocoLang
import MocoSweeps

/// A table of a sweep's results, returned by `runs(path).table(…)`.
final class ResultTableValue: HostObject {
  let table: ResultTable

  init(_ table: ResultTable) { self.table = table }

  var typeName: String { "ResultTable" }
  func copied() throws -> AnyValue? { .host(self) }
  var memberNames: [String] {
    ["rows", "columns", "cells", "notes", "text", "csv", "markdown", "html", "latex", "json"]
      + ResultTableValue.methods.names
  }

  func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "rows":
      return .list(
        table.rows.map { row in
          row.count == 1 ? RunsValue.value(row[0]) : .list(row.map { RunsValue.value($0) })
        })
    case "columns": return .list(table.columns.map(\.label))
    case "cells":
      return .list(
        table.cells.map { line in
          .list(
            line.map { cell in
              .record([
                ("mean", cell.mean.map { .float($0) } ?? .nil),
                ("deviation", cell.deviation.map { .float($0) } ?? .nil), ("runs", .int(cell.runs)),
                ("best", .bool(cell.isBest)),
              ])
            })
        })
    case "notes": return .list(table.notes)
    case "text": return .string(written(.text))
    case "csv": return .string(written(.csv))
    case "markdown": return .string(written(.md))
    case "html": return .string(written(.html))
    case "latex": return .string(written(.latex))
    case "json": return .string(written(.json))
    default: return nil
    }
  }

  private func written(_ format: ResultTable.Format) -> String {
    // No text is left out, however many columns there are.
    table.written(format, TerminalOptions(width: ResultTable.widest))
  }

  func method(_ name: String) -> NativeFunction? { ResultTableValue.methods.bind(name, to: self) }

  static let methods = MethodTable<ResultTableValue> { methods in
    methods.add(
      "save(path)",
      doc: """
        Writes the table to a file; the extension sets the format: `.txt`, `.html`, `.md`, `.csv`, `.tex` or `.json`.

        ```
        runs("few_shot.moco").table(rows: "method", columns: "shots", value: "accuracy").save("table.tex")
        ```
        """
    ) { value, arguments in
      let path = try arguments.string("path")
      let ending =
        path.split(separator: "/").last?.split(separator: ".").dropFirst().last.map(String.init) ?? ""
      guard let format = ResultTable.Format(ending: ending) else {
        throw arguments.failure(
          "E0303",
          "unsupported extension in '\(path)': a table of results is saved as .txt, .html, .md, .csv, .tex or .json",
          at: "path", help: "write \"\(FileSystem.withoutEnding(path)).csv\"")
      }
      try AtomicFile.write(value.written(format), to: path)
      return .nil
    }
  }

  var shortDescription: String {
    "<ResultTable: \(table.rows.count) × \(table.columns.count) of \(table.request.values.joined(separator: ", "))>"
  }

  func document(_ limits: DocumentLimits) -> Document { table.document }
}
