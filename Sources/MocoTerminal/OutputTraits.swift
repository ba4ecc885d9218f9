import MocoBase
import MocoDocument

/// The capabilities of the standard output, by the environment.
///
/// `NO_COLOR` (no-color.org) turns colour off, `FORCE_COLOR` on: 0 for none, 1 and 2 for 256 colours, 3 for
/// all. Without them a terminal gets as many as `COLORTERM` and `TERM` declare, and any other output gets none.
public struct OutputTraits: Sendable {
  /// Whether it is a terminal rather than a file or pipe.
  public var isTerminal: Bool
  /// Columns.
  public var width: Int
  /// Colors that may be used.
  public var color: ColorDepth
  /// Characters for drawing.
  public var glyphs: Glyphs

  /// An output; see the fields.
  public init(isTerminal: Bool, width: Int, color: ColorDepth, glyphs: Glyphs) {
    self.isTerminal = isTerminal
    self.width = width
    self.color = color
    self.glyphs = glyphs
  }

  /// The default limits of values for such an output.
  public var limits: DocumentLimits { DocumentLimits(width: width, color: color, glyphs: glyphs) }

  /// The current state of the environment and the terminal.
  ///
  /// - Parameter descriptor: 1 for standard output, 2 for standard error.
  public static func detect(descriptor: Int32 = 1) -> OutputTraits {
    let terminal = Terminal.isTerminal(descriptor)
    let width =
      (terminal ? Terminal.columns(descriptor) : nil) ?? ProcessEnvironment.value("COLUMNS").flatMap(Int.init)
      ?? 80
    return OutputTraits(
      isTerminal: terminal, width: min(max(width, 20), 400), color: colorDepth(terminal), glyphs: glyphs())
  }

  private static func colorDepth(_ terminal: Bool) -> ColorDepth {
    let promised: ColorDepth =
      switch ProcessEnvironment.value("COLORTERM") {
      case "truecolor", "24bit": .truecolor
      default: .ansi256
      }
    if let forced = ProcessEnvironment.value("FORCE_COLOR") {
      switch forced {
      case "0", "false": return .none
      case "1", "2": return .ansi256
      case "3": return .truecolor
      default: return promised
      }
    }
    if let none = ProcessEnvironment.value("NO_COLOR"), !none.isEmpty { return .none }
    let name = ProcessEnvironment.value("TERM") ?? "dumb"
    return terminal && name != "dumb" && !name.isEmpty ? promised : .none
  }

  /// ASCII only if the locale has another character set than UTF-8, or the terminal is known not to have
  /// the characters.
  private static func glyphs() -> Glyphs {
    if ProcessEnvironment.value("MOCO_ASCII").map({ !$0.isEmpty && $0 != "0" }) ?? false { return .ascii }
    let locale =
      ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { ProcessEnvironment.value($0) }.first { !$0.isEmpty } ?? ""
    if let dot = locale.firstIndex(of: ".") {
      let charset = locale[locale.index(after: dot)...].lowercased().prefix { $0 != "@" }
      if charset != "utf-8" && charset != "utf8" { return .ascii }
    }
    let name = ProcessEnvironment.value("TERM") ?? ""
    return name == "linux" || name.hasPrefix("vt") ? .ascii : .unicode
  }
}
