import MocoBase
import MocoLang
import MocoSession

extension Notebook {
  /// The notebook in Jupyter's format 4.5, as `nbformat` writes it: members sorted, one space per level.
  ///
  /// Missing cell identifiers are derived from the texts, so that the same program gives the same file.
  /// - Parameter records: the results of the cells, by index; outputs of the others are empty.
  public func jupyter(_ records: [Int: CellRecord] = [:]) -> String {
    var taken = Set(cells.compactMap { $0.attributes["id"]?.stringValue })
    let cells = cells.enumerated().map { index, cell in
      self.cell(cell, id: identifier(cell, &taken), records[index])
    }
    var metadata = self.metadata.map { ($0.key, $0.value) }
    for (key, value) in [
      ("kernelspec", JupyterFormat.kernelspec), ("language_info", JupyterFormat.languageInfo),
    ]
    where !metadata.contains(where: { $0.0 == key }) {
      metadata.append((key, value))
    }
    let notebook = JsonObject([
      ("cells", .array(cells)), ("metadata", .object(Notebook.sorted(metadata))), ("nbformat", 4),
      ("nbformat_minor", 5),
    ])
    return Json.object(notebook).serialized(indent: 1) + "\n"
  }

  private func cell(_ cell: Cell, id: String, _ record: CellRecord?) -> Json {
    var members: [(String, Json)] = [
      ("cell_type", .string(cell.kind.rawValue)), ("id", .string(id)),
      ("metadata", .object(metadata(of: cell))), ("source", .array(Notebook.lines(of: cell.source))),
    ]
    if let attachments = cell.attributes["attachments"], cell.kind != .code {
      members.append(("attachments", attachments))
    }
    if cell.kind == .code {
      members.append(("execution_count", record?.number.map(Json.int) ?? .null))
      members.append(("outputs", .array(record.map { JupyterOutput.outputs($0) } ?? [])))
    }
    return .object(Notebook.sorted(members))
  }

  private func metadata(of cell: Cell) -> JsonObject {
    var members =
      cell.attributes["metadata"]?.objectValue?.map { ($0.key, $0.value) }
      ?? cell.attributes.filter { !JupyterFormat.reserved.contains($0.key) }.map { ($0.key, $0.value) }
    if !cell.title.isEmpty { members.append(("title", .string(cell.title))) }
    return Notebook.sorted(members)
  }

  /// Eight digits of the hash of kind and text, followed by a number for duplicates.
  private func identifier(_ cell: Cell, _ taken: inout Set<String>) -> String {
    if let id = cell.attributes["id"]?.stringValue, JupyterFormat.isIdentifier(id) { return id }
    let hash = SHA256()
    hash.update("\(cell.kind.rawValue)\n\(cell.title)\n\(cell.source)")
    let base = String(hash.finish().prefix(8))
    return taken.insertNumbered(base)
  }

  static func sorted(_ members: [(String, Json)]) -> JsonObject {
    JsonObject(members.sorted { $0.0 < $1.0 })
  }

  /// The lines of a text, each with its line feed.
  static func lines(of text: String) -> [Json] {
    guard !text.isEmpty else { return [] }
    var result: [Json] = []
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      line.append(scalar)
      if scalar == "\n" {
        result.append(.string(String(line)))
        line = String.UnicodeScalarView()
      }
    }
    if !line.isEmpty { result.append(.string(String(line))) }
    return result
  }
}
