import MocoBase
import MocoLang
import MocoPlot

/// A host object that can be drawn: `show x` and `plot.save(x, path)` use its figure.
public protocol FigureConvertible: HostObject {
  var figure: Figure { get }
}

/// A host object that holds one picture: `show x`, `plot.image(x)`.
public protocol ImageConvertible: HostObject {
  /// The picture in bytes; nil where there is none to show.
  var plotImage: PlotImage? { get }
}

/// What the standard output can show, by the environment.
///
/// `NO_COLOR` (no-color.org) turns colour off, `FORCE_COLOR` on: 0 for none, 1 and 2 for 256 colours, 3 for
/// all. Without them a terminal gets as many as `COLORTERM` and `TERM` promise, and anything else gets none.
public struct OutputTraits: Sendable {
  public var isTerminal: Bool
  public var width: Int
  public var colour: ColourDepth
  public var glyphs: Glyphs

  public init(isTerminal: Bool, width: Int, colour: ColourDepth, glyphs: Glyphs) {
    self.isTerminal = isTerminal
    self.width = width
    self.colour = colour
    self.glyphs = glyphs
  }

  public var textOptions: TextOptions { TextOptions(width: width, glyphs: glyphs, colour: colour) }
  public var displayStyle: DisplayStyle { DisplayStyle(colour: colour != .none, unicode: glyphs == .unicode) }

  /// - Parameter descriptor: 1 for standard output, 2 for standard error.
  public static func detect(descriptor: Int32 = 1) -> OutputTraits {
    let terminal = Terminal.isTerminal(descriptor)
    let width =
      (terminal ? Terminal.columns(descriptor) : nil) ?? Terminal.variable("COLUMNS").flatMap(Int.init) ?? 80
    return OutputTraits(
      isTerminal: terminal, width: min(max(width, 20), 400), colour: colourDepth(terminal), glyphs: glyphs())
  }

  private static func colourDepth(_ terminal: Bool) -> ColourDepth {
    let promised: ColourDepth =
      switch Terminal.variable("COLORTERM") {
      case "truecolor", "24bit": .truecolor
      default: .ansi256
      }
    if let forced = Terminal.variable("FORCE_COLOR") {
      switch forced {
      case "0", "false": return .none
      case "1", "2": return .ansi256
      case "3": return .truecolor
      default: return promised
      }
    }
    if let none = Terminal.variable("NO_COLOR"), !none.isEmpty { return .none }
    let name = Terminal.variable("TERM") ?? "dumb"
    return terminal && name != "dumb" && !name.isEmpty ? promised : .none
  }

  /// ASCII only where the locale names another character set than UTF-8, or the terminal is known not to have
  /// the characters.
  private static func glyphs() -> Glyphs {
    if Terminal.variable("MOCO_ASCII").map({ !$0.isEmpty && $0 != "0" }) ?? false { return .ascii }
    let locale =
      ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { Terminal.variable($0) }.first { !$0.isEmpty } ?? ""
    if let dot = locale.firstIndex(of: ".") {
      let charset = locale[locale.index(after: dot)...].lowercased().prefix { $0 != "@" }
      if charset != "utf-8" && charset != "utf8" { return .ascii }
    }
    let name = Terminal.variable("TERM") ?? ""
    return name == "linux" || name.hasPrefix("vt") ? .ascii : .unicode
  }
}
