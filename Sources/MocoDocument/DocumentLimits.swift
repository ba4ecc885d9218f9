import MocoBase

/// Colors that a terminal can show.
public enum ColorDepth: Sendable, Equatable {
  /// No escape sequences at all.
  case none
  /// The palette of 256 colors.
  case ansi256
  /// Eight bits a channel.
  case truecolor
}

/// How much of a value a document holds, and what the place that shows it can show.
///
/// Whoever makes a document uses `rows`, `columns`, `digits` and `width` where they decide what is left out;
/// renderers use the rest.
public struct DocumentLimits: Sendable, Equatable {
  /// Columns of a terminal's line, at least 20.
  public var width: Int
  /// Rows of a tensor's matrices, of lists, records and tables before some are left out; nil for what is usual of
  /// each.
  public var rows: Int?
  /// Columns of a tensor's matrices before some are left out; nil for as many as fit the width.
  public var columns: Int?
  /// Significant digits of numbers that are not Ints; nil for all of a Float, four of a tensor's.
  public var digits: Int?
  /// Columns that a picture takes at most; nil for what is usual.
  public var imageWidth: Int?
  /// Colors that may be used.
  public var color: ColorDepth
  /// Characters that may be used for what is drawn.
  public var glyphs: Glyphs

  /// - Parameter width: columns; fewer than 20 count as 20.
  public init(
    width: Int = 80, rows: Int? = nil, columns: Int? = nil, digits: Int? = nil, imageWidth: Int? = nil,
    color: ColorDepth = .none, glyphs: Glyphs = .unicode
  ) {
    self.width = max(20, width)
    self.rows = rows
    self.columns = columns
    self.digits = digits
    self.imageWidth = imageWidth
    self.color = color
    self.glyphs = glyphs
  }

  /// What stands where something was left out: one character, or three.
  public var ellipsis: String { glyphs == .unicode ? "…" : "..." }

  /// The same place for a renderer.
  public var terminal: TerminalOptions {
    var options = TerminalOptions(width: width, glyphs: glyphs, color: color)
    options.imageWidth = imageWidth
    return options
  }
}

extension Document {
  /// The document as lines for the terminal that the limits describe.
  public func terminal(_ limits: DocumentLimits) -> String { terminal(limits.terminal) }
}
