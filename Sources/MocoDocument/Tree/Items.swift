extension Document {
  /// Pieces of text that are not broken if they fit a line: `classes: coat, dress, ankle boot`.
  public struct Items: Sendable, Equatable {
    /// The text before the first piece, such as `classes: `; empty for none.
    public var lead: Text
    /// Whether the lead is its own piece, separated from the first by `separator`; otherwise it belongs to the first.
    public var leadIsItem: Bool
    /// The pieces, each on one line.
    public var items: [Text]
    /// The text between two pieces. At the end of a line, only its beginning up to the first space is used.
    public var separator: String
    /// Spaces before the first line in a terminal.
    public var indent: Int
    /// Spaces before the other lines; nil for as many as there are before the first piece, at most 12.
    public var hanging: Int?
    /// The most lines in a terminal: if many pieces remain, only their number is shown; nil for no limit.
    public var mostLines: Int?
    /// How a piece that is longer than a line is handled.
    public var overflow: Text.Overflow

    /// Pieces after a lead.
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

    /// The whole text on one line.
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
