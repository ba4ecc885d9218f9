import MocoDocument

extension Console {
  /// The layout of tables: as wide as the terminal; elsewhere wide enough for all columns.
  public static var tableOptions: TerminalOptions {
    let traits = OutputTraits.detect()
    return TerminalOptions(
      width: traits.isTerminal ? traits.width : 4096, glyphs: traits.glyphs, color: traits.color)
  }
}
