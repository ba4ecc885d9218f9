// A program as a notebook: its text in cells, with their attributes. Outputs are in a recording.

import MocoBase
import MocoLang

/// A notebook: the cells of a `.moco` file or a Jupyter notebook.
public struct Notebook: Equatable, Sendable {
  /// A cell.
  public struct Cell: Equatable, Sendable {
    /// Code, prose in Markdown, or raw text.
    public var kind: Program.Cell.Kind
    /// The text after `// %%`; empty for none.
    public var title: String
    /// The text, without the `// %%` line and without the `//` of prose.
    public var source: String
    /// Jupyter's attributes of the cell: `id`, `metadata`, `attachments`. Empty for a cell that was not imported.
    public var attributes: JsonObject

    /// A cell, without attributes by default.
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
  /// Jupyter's metadata of the notebook, without that of every moco notebook; empty for one that was not imported.
  public var metadata: JsonObject

  /// A notebook of these cells.
  public init(cells: [Cell] = [], metadata: JsonObject = JsonObject()) {
    self.cells = cells
    self.metadata = metadata
  }
}
