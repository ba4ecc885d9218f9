import MocoBase

/// Colors that a terminal can show.
public enum ColorDepth: Sendable, Equatable {
  /// No escape sequences at all.
  case none
  /// The palette of 256 colors.
  case ansi256
  /// Eight bits per channel.
  case truecolor
}

/// How much of a value a document contains, and what the output device can show.
///
/// The code that makes a document uses `rows`, `columns`, `digits` and `width` to decide what is left out;
/// renderers use the rest.
public struct DocumentLimits: Sendable, Equatable {
  /// Columns of a terminal's line, at least 20.
  public var width: Int
  /// The most rows of a tensor's matrices, of lists, records and tables that are shown; nil for the default of
  /// each.
  public var rows: Int?
  /// The most columns of a tensor's matrices that are shown; nil for as many as fit the width.
  public var columns: Int?
  /// Significant digits of numbers that are not Ints; nil for all digits of a Float and four for tensors.
  public var digits: Int?
  /// The most columns of a picture; nil for the default.
  public var imageWidth: Int?
  /// The colors that may be used.
  public var color: ColorDepth
  /// The characters that may be used for drawing.
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

  /// The mark for something that was left out: one character, or three dots.
  public var ellipsis: String { glyphs == .unicode ? "…" : "..." }

  /// The limits as options of a renderer.
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
