import MocoBase

/// Options of the terminal that text is drawn for.
public struct TerminalOptions: Sendable, Equatable {
  /// Columns that may be used, at least 20.
  public var width: Int
  /// The most lines of a plot or a table; `nil` for the default.
  public var height: Int?
  /// The most columns of a picture; `nil` for the default.
  public var imageWidth: Int?
  /// The characters for drawing.
  public var glyphs: Glyphs
  /// Colors of the terminal.
  public var color: ColorDepth

  /// - Parameter width: columns; fewer than 20 count as 20.
  public init(width: Int = 80, height: Int? = nil, glyphs: Glyphs = .unicode, color: ColorDepth = .none) {
    self.width = max(width, 20)
    self.height = height
    self.glyphs = glyphs
    self.color = color
  }

  /// The mark for omitted text.
  package var ellipsis: String { glyphs == .unicode ? "…" : "..." }
}
