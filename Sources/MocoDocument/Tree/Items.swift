extension Document {
  /// Pieces one behind the other, each whole where it fits a line: `classes: coat, dress, ankle boot`.
  public struct Items: Sendable, Equatable {
    /// Stands before the first, `classes: `; empty for nothing.
    public var lead: Text
    /// Whether the lead is a piece of its own, parted from the first by `separator`; else it belongs to the first.
    public var leadIsItem: Bool
    /// The pieces, each on one line.
    public var items: [Text]
    /// Between two pieces. Where a line ends, only its beginning up to the first blank stands there.
    public var separator: String
    /// Blanks before the first line in a terminal.
    public var indent: Int
    /// Blanks before further lines; nil for as many as stand before the first piece, at most 12.
    public var hanging: Int?
    /// Lines in a terminal, after which many remaining pieces are only counted; nil for all of them.
    public var mostLines: Int?
    /// What becomes of a piece that is longer than a line.
    public var overflow: Text.Overflow

    /// Pieces behind a lead.
    public init(
      _ lead: Text = "", _ items: [Text], separator: String = ", ", leadIsItem: Bool = false, indent: Int = 0,
      hanging: Int? = nil, mostLines: Int? = nil, overflow: Text.Overflow = .wrap(hanging: 2)
    ) {
      self.lead = lead
      self.items = items
      self.separator = separator
      self.leadIsItem = leadIsItem
      self.indent = max(0, indent)
      self.hanging = hanging
      self.mostLines = mostLines
      self.overflow = overflow
    }

    /// All of it on one line.
    public var text: Text {
      var runs = lead.runs
      if leadIsItem, !items.isEmpty { runs.append(Run(separator)) }
      for (place, item) in items.enumerated() {
        if place > 0 { runs.append(Run(separator)) }
        runs += item.runs
      }
      return Text(runs, overflow: overflow, indent: indent)
    }
  }
}
