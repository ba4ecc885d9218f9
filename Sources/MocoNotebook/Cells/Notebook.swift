// A program as a notebook: its text in cells, with what belongs to each. No outputs: those are a recording's.

import MocoBase
import MocoLang

/// A notebook: what a `.moco` file, or a Jupyter notebook, has in its cells.
public struct Notebook: Equatable, Sendable {
  /// A cell.
  public struct Cell: Equatable, Sendable {
    /// Code, prose in Markdown, or raw text.
    public var kind: Program.Cell.Kind
    /// Behind `// %%`; empty for none.
    public var title: String
    /// The text, without the `// %%` line and without the `//` of prose.
    public var source: String
    /// What Jupyter keeps of the cell: `id`, `metadata`, `attachments`. Empty for a cell that was written here.
    public var attributes: JsonObject

    /// A cell without attributes, unless they are given.
    public init(
      _ kind: Program.Cell.Kind, title: String = "", source: String, attributes: JsonObject = JsonObject()
    ) {
      self.kind = kind
      self.title = title
      self.source = source
      self.attributes = attributes
    }
  }

  /// In order.
  public var cells: [Cell]
  /// What Jupyter keeps of the notebook, without what every notebook of moco has; empty for one that was written here.
  public var metadata: JsonObject

  /// A notebook of these cells.
  public init(cells: [Cell] = [], metadata: JsonObject = JsonObject()) {
    self.cells = cells
    self.metadata = metadata
  }
}
