import MocoCLIP
import MocoLang
import MocoPlot

/// A figure as programs hold it: shown at the prompt, saved as SVG, HTML or text.
public final class FigureValue: FigureConvertible {
  public let figure: Figure

  public init(_ figure: Figure) { self.figure = figure }

  public var typeName: String { "Figure" }

  public var memberNames: [String] { ["kind", "title", "text", "html"] + FigureValue.methods.names }

  public func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "kind": .string(figure.kind)
    case "title": .string(figure.title)
    case "text": .string(figure.text())
    case "html": .string(figure.html())
    default: nil
    }
  }

  public func method(_ name: String) -> NativeFunction? { FigureValue.methods.bind(name, to: self) }

  static let methods = MethodTable<FigureValue> { table in
    table.add(
      "svg(path = nil)",
      doc: """
        Writes the figure as SVG to a file, or gives its text where there is no path.

        ```
        plot.line([0.4, 0.3, 0.2]).svg("loss.svg")
        ```
        """
    ) { value, arguments in
      guard let path = try arguments.optionalString("path") else { return .string(value.figure.svg()) }
      try AtomicFile.write(value.figure.svg(), to: path)
      return .nil
    }
    table.add(
      "save(path)",
      doc: """
        Writes the figure to a file; the ending says how: `.svg`, `.html` or `.txt`.

        ```
        plot.bars({a: 1, b: 2}).save("bars.svg")
        ```
        """
    ) { value, arguments in
      let path = try arguments.string("path")
      try FigureValue.save(value.figure, path, arguments)
      return .nil
    }
  }

  static func save(_ figure: Figure, _ path: String, _ arguments: Arguments) throws {
    let ending = path.split(separator: "/").last?.split(separator: ".").dropFirst().last.map {
      $0.lowercased()
    }
    switch ending {
    case "svg": try AtomicFile.write(figure.svg(), to: path)
    case "html", "htm":
      let page = "<!doctype html>\n<meta charset=\"utf-8\">\n<title>\(figure.kind)</title>\n\(figure.html())"
      try AtomicFile.write(page, to: path)
    case "txt": try AtomicFile.write(figure.text() + "\n", to: path)
    default:
      throw arguments.failure(
        "E0303", "a figure is saved as .svg, .html or .txt, not as '\(path)'", at: "path",
        help: "write \"\(FileSystem.withoutEnding(path)).svg\"")
    }
  }

  public var drawsColours: Bool { true }
  public func display(width: Int, style: DisplayStyle) -> String {
    figure.text(TextOptions(width: width, style: style))
  }

  public var shortDescription: String {
    figure.title.isEmpty ? "<Figure \(figure.kind)>" : "<Figure \(figure.kind) \"\(figure.title)\">"
  }
}

extension TextOptions {
  /// How many colours there are, the environment says; whether they are welcome, the style.
  init(width: Int, style: DisplayStyle) {
    let depth = OutputTraits.detect().colour
    self.init(
      width: width, glyphs: style.unicode ? .unicode : .ascii,
      colour: style.colour ? (depth == .none ? .ansi256 : depth) : .none)
  }
}
