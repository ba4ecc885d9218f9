import MocoDocument
import MocoPlot

/// What the place where values are shown can show, and what its user wishes to see of them.
public struct DisplayStyle: Sendable {
  /// Escape sequences for colour are welcome.
  public var colour: Bool
  /// Unicode blocks and boxes are welcome; else ASCII.
  public var unicode: Bool
  /// Significant digits of numbers that are no Ints; nil for all of a Float, four of a tensor's.
  public var digits: Int?
  /// Rows of a tensor's matrices, of lists, records and tables that are shown before some are left out; nil for what
  /// is usual of each.
  public var rows: Int?
  /// Columns that a picture takes at most; nil for what is usual.
  public var imageWidth: Int?

  /// What is usual, but for what is given.
  public init(
    colour: Bool = false, unicode: Bool = true, digits: Int? = nil, rows: Int? = nil, imageWidth: Int? = nil
  ) {
    self.colour = colour
    self.unicode = unicode
    self.digits = digits
    self.rows = rows
    self.imageWidth = imageWidth
  }
}

extension DocumentLimits {
  /// How many colors there are, the environment says; whether they are welcome, the style.
  ///
  /// - Parameter width: columns of a line.
  public init(width: Int, style: DisplayStyle) {
    let depth = style.colour ? OutputTraits.detect().colour : .none
    self.init(
      width: width, rows: style.rows, digits: style.digits, imageWidth: style.imageWidth,
      color: !style.colour ? .none : depth == .none ? .ansi256 : depth,
      glyphs: style.unicode ? .unicode : .ascii)
  }
}
