import MocoDocument

extension Console {
  /// How tables are set: as wide as the terminal; elsewhere so wide that no column is left out.
  public static var tableOptions: TerminalOptions {
    let traits = OutputTraits.detect()
    return TerminalOptions(
      width: traits.isTerminal ? traits.width : 4096, glyphs: traits.glyphs, color: traits.color)
  }
}
