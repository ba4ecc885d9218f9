import MocoBase
import MocoDocument

/// Runs side by side: their state, settings and results, with differences marked.
public struct RunComparison {
  private let entries: [RunCatalog.Entry]

  /// At least two runs.
  public init(_ entries: [RunCatalog.Entry]) { self.entries = entries }

  /// A table with one column per run; rows that differ begin with `≠`.
  public var document: Document {
    var rows: [Document.Table.Row] = []
    func add(_ name: String, _ values: [String], compares: Bool = true) {
      let differs = compares && Set(values).count > 1
      rows.append(
        .cells(
          [
            Document.Table.Cell(differs ? "≠" : ""),
            Document.Table.Cell(Document.Text(name), .header),
          ] + values.map { Document.Table.Cell(Document.Text($0), isEmphasized: differs) }))
    }
    add("state", entries.map(\.state))
    add("began", entries.map(\.began), compares: false)
    add("seconds", entries.map { $0.seconds.map { NumberText.fixed($0, 1) } ?? "" }, compares: false)
    add("size", entries.map { MemoryAccountant.text($0.bytes) }, compares: false)
    for name in RunSelection.unique(entries.flatMap(\.settings.keys)) {
      add(name, entries.map { SettingText.of($0.settings[name]) })
    }
    for name in RunSelection.unique(entries.flatMap { $0.results.map(\.name) }) {
      add(
        "→ \(name)",
        entries.map { entry in entry.results.first { $0.name == name }.map { SettingText.of($0.value) } ?? "—"
        })
    }
    let table = Document.Table(
      caption: "≠: they differ; →: results",
      columns: [.init(""), .init("")] + entries.map { .init(Document.Text($0.name)) }, rows: rows)
    return Document([.table(table)])
  }
}
