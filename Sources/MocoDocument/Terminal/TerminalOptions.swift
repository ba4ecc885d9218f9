import MocoBase

/// What text is drawn for.
public struct TerminalOptions: Sendable, Equatable {
  /// Columns that may be used; at least 20 are.
  public var width: Int
  /// Lines that a plot or a table may take; `nil` is a comfortable height.
  public var height: Int?
  /// Columns that a picture takes at most; `nil` is a comfortable width.
  public var imageWidth: Int?
  /// Characters for what is drawn.
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

  /// What stands where something was left out.
  package var ellipsis: String { glyphs == .unicode ? "…" : "..." }
}
