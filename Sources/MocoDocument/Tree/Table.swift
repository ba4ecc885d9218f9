import MocoBase

extension Document {
  /// Rows and columns.
  public struct Table: Sendable, Equatable {
    /// What the rows contain, which decides how a terminal shows them.
    public enum Kind: Sendable, Equatable {
      /// Records: a line of names, a rule, and numbers aligned to the right.
      case records
      /// Numbers of a tensor: every row in brackets, all columns with the same width.
      case matrix
      /// Sentences: the last column is broken at spaces.
      case words
    }

    /// The alignment of the text of a column.
    public enum Alignment: Sendable, Equatable {
      case leading, center, trailing
    }

    /// The common properties of the cells of a column.
    public struct Column: Sendable, Equatable {
      /// Empty if the column has no name.
      public var name: Text
      /// The alignment of its cells and its name.
      public var alignment: Alignment

      /// A column.
      public init(_ name: Text = "", _ alignment: Alignment = .leading) {
        self.name = name
        self.alignment = alignment
      }
    }

    /// The content of a row in one column.
    public struct Cell: Sendable, Equatable {
      /// The kind of content.
      public enum Kind: Sendable, Equatable {
        case text
        case number
        /// There is no value.
        case missing
        /// A mark in place of columns that are left out.
        case leftOut
        /// The name of its row.
        case header
      }

      /// The text as it is shown.
      public var text: Text
      /// The kind of content.
      public var kind: Kind
      /// Whether it is bold, such as the best value of a column.
      public var isEmphasized: Bool

      /// A cell.
      public init(_ text: Text, _ kind: Kind = .text, isEmphasized: Bool = false) {
        self.text = text
        self.kind = kind
        self.isEmphasized = isEmphasized
      }

      /// A cell without a value.
      public static let missing = Cell("", .missing)
    }

    /// One row, or a mark in place of many.
    public enum Row: Sendable, Equatable {
      /// One cell per column; if there are fewer, the last columns have no values.
      case cells([Cell])
      /// A mark in place of rows that are left out, with or without a text.
      case leftOut(String)
    }

    /// The kind of the rows.
    public var kind: Kind
    /// The text above the table; empty for none.
    public var title: Text
    /// A sentence below; empty for none.
    public var caption: Text
    /// Names and alignments; columns without an entry have none.
    public var columns: [Column]
    /// From top to bottom.
    public var rows: [Row]
    /// The least width of a cell of a matrix in a terminal.
    public var cellWidth: Int
    /// Spaces before every row of a matrix in a terminal.
    public var indent: Int

    /// A table.
    ///
    /// - Parameters: see the properties with the same names.
    public init(
      _ kind: Kind = .records, title: Text = "", caption: Text = "", columns: [Column] = [], rows: [Row],
      cellWidth: Int = 1, indent: Int = 0
    ) {
      self.kind = kind
      self.title = title
      self.caption = caption
      self.columns = columns
      self.rows = rows
      self.cellWidth = max(1, cellWidth)
      self.indent = max(0, indent)
    }

    /// The number of columns of the widest row.
    public var columnCount: Int {
      rows.reduce(columns.count) { count, row in
        if case .cells(let cells) = row { return max(count, cells.count) }
        return count
      }
    }

    /// Whether a column has a name.
    public var hasNames: Bool { columns.contains { !$0.name.isEmpty } }

    func alignment(_ column: Int) -> Alignment {
      columns.indices.contains(column) ? columns[column].alignment : kind == .matrix ? .trailing : .leading
    }
  }
}
