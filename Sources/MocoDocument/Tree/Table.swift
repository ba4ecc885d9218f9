import MocoBase

extension Document {
  /// Rows and columns.
  public struct Table: Sendable, Equatable {
    /// What the rows are, which says how a terminal sets them.
    public enum Kind: Sendable, Equatable {
      /// Records: a line of names, a rule, numbers at the right.
      case records
      /// Numbers of a tensor: every row in brackets, all columns of one width.
      case matrix
      /// Sentences: the last column is broken at blanks.
      case words
    }

    /// Where the text of a column stands.
    public enum Alignment: Sendable, Equatable {
      case leading, center, trailing
    }

    /// What all cells of a column share.
    public struct Column: Sendable, Equatable {
      /// Empty where the column has no name.
      public var name: Text
      /// Of its cells and its name.
      public var alignment: Alignment

      /// A column.
      public init(_ name: Text = "", _ alignment: Alignment = .leading) {
        self.name = name
        self.alignment = alignment
      }
    }

    /// What stands in a row under a column.
    public struct Cell: Sendable, Equatable {
      /// What the text is.
      public enum Kind: Sendable, Equatable {
        case text
        case number
        /// There is no value.
        case missing
        /// Stands for the columns that are left out.
        case leftOut
        /// The name of its row.
        case header
      }

      /// What it says, as it is shown.
      public var text: Text
      /// What the text is.
      public var kind: Kind
      /// Set in bold: the best of a column, say.
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

    /// One row, or what stands for many.
    public enum Row: Sendable, Equatable {
      /// One for each column; fewer leave the last ones without values.
      case cells([Cell])
      /// Stands for rows that are left out, in words or without.
      case leftOut(String)
    }

    /// What the rows are.
    public var kind: Kind
    /// A few words above; empty for none.
    public var title: Text
    /// A sentence below; empty for none.
    public var caption: Text
    /// Names and alignments; further columns have none.
    public var columns: [Column]
    /// From top to bottom.
    public var rows: [Row]
    /// Columns of a terminal that every cell of a matrix takes at least.
    public var cellWidth: Int
    /// Blanks before every row of a matrix in a terminal.
    public var indent: Int

    /// A table.
    ///
    /// - Parameters: see the properties of these names.
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

    /// Columns of the widest row.
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
