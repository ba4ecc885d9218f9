import MocoBase
import MocoData
import MocoDocument
import MocoLang
import MocoPlot

/// A figure as a value of the language: shown at the prompt, saved as SVG, PNG, HTML or text.
public final class FigureValue: FigureConvertible {
  /// The figure that is drawn.
  public let figure: Figure

  /// A figure as a value.
  public init(_ figure: Figure) { self.figure = figure }

  public var typeName: String { "Figure" }

  public var memberNames: [String] { ["kind", "title", "text", "html"] + FigureValue.methods.names }

  public func member(_ name: String) throws -> AnyValue? {
    switch name {
    case "kind": .string(figure.kind)
    case "title": .string(figure.title)
    case "text": .string(figure.text())
    case "html": .string(figure.document().html())
    default: nil
    }
  }

  public func method(_ name: String) -> NativeFunction? { FigureValue.methods.bind(name, to: self) }

  static let methods = MethodTable<FigureValue> { table in
    table.add(
      "svg(path = nil)",
      doc: """
        Writes the figure as SVG to a file, or returns its text without a path.

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
      "save(path, width = nil)",
      doc: """
        Writes the figure to a file; the extension sets the format: `.svg`, `.png`, `.html` or `.txt`. `width` is
        the width of a `.svg` or `.png` in pixels; the height follows. By default a `.png` has twice the pixels that
        a `.svg` is shown with. A `.png` needs the library cairo and a font.

        A table can also be saved as `.csv` with all digits, or as `.md` and `.tex` as it is shown.

        ```
        plot.bars({a: 1, b: 2}).save("bars.svg")
        plot.bars({a: 1, b: 2}).save("bars.png", width: 1200)
        table([{method: "mixture", H: 72.1}], title: "Results").save("results.tex")
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
    let width = try arguments["width"].flatMap {
      $0.isNil ? nil : try arguments.int("width", in: 16...20_000)
    }
    if width != nil, ending != "svg", ending != "png" {
      throw arguments.failure(
        "E0305", "only a .svg or a .png has a width in pixels", at: "width",
        help: "remove width, or save a .png")
    }
    switch ending {
    case "svg": try AtomicFile.write(width.map { figure.svg(shownAt: Double($0)) } ?? figure.svg(), to: path)
    case "png":
      let drawing = figure.drawing()
      let picture = try FigurePicture.draw(drawing, width: width ?? min(Int(2 * drawing.width), 20_000))
      try AtomicFile.write(picture.image.pngBytes(), to: path)
      if !picture.missing.isEmpty {
        let names = picture.missing.prefix(20).map { String($0) }.joined(separator: " ")
        arguments.interpreter.note(
          "\(path): characters missing in the font are drawn as boxes: \(names)\(picture.missing.count > 20 ? " …" : ""); a .svg keeps them"
        )
      }
    case "html", "htm":
      let page =
        "<!doctype html>\n<meta charset=\"utf-8\">\n<title>\(figure.kind)</title>\n"
        + "<style>\n\(Document.stylesheet)\n</style>\n\(figure.document().html())"
      try AtomicFile.write(page, to: path)
    case "txt": try AtomicFile.write(figure.text() + "\n", to: path)
    case "csv", "md", "tex":
      guard case .table(let table) = figure.content else {
        throw arguments.failure(
          "E0303", "only a table can be saved as .\(ending ?? ""), not a figure of kind '\(figure.kind)'",
          at: "path",
          help: "write \"\(FileSystem.withoutEnding(path)).svg\", or make a table of its numbers: table(rows)"
        )
      }
      try save(table, figure, path, ending: ending ?? "", arguments)
    default:
      throw arguments.failure(
        "E0303",
        "unsupported extension in '\(path)': a figure is saved as .svg, .png, .html or .txt, a table also as .csv, .md or .tex",
        at: "path", help: "write \"\(FileSystem.withoutEnding(path)).svg\"")
    }
  }

  private static func save(
    _ table: Table, _ figure: Figure, _ path: String, ending: String, _ arguments: Arguments
  ) throws {
    switch ending {
    case "md": try AtomicFile.write(figure.document().markdown(), to: path)
    case "tex": try AtomicFile.write(FigureLeaf(figure).table?.latex() ?? "", to: path)
    default:
      let columns = max(table.columns.count, table.rows.map(\.count).max() ?? 0)
      var lines: [[AnyValue]] = table.rows.map { row in
        (0..<columns).map { $0 < row.count ? row[$0].value : .nil }
      }
      if table.columns.contains(where: { !$0.isEmpty }) {
        lines.insert((0..<columns).map { .string($0 < table.columns.count ? table.columns[$0] : "") }, at: 0)
      }
      // A line of one empty field is quoted; without quotes it would be skipped as an empty line.
      let text = lines.map { TableForm.line($0, .comma) ?? "\"\"\n" }.joined()
      try AtomicFile.write(text, to: path)
    }
  }

  /// The default number of rows of a table that are shown.
  private static let usualRows = 200

  public func document(_ limits: DocumentLimits) -> Document {
    Document([.figure(FigureLeaf(figure, rows: limits.rows ?? FigureValue.usualRows))])
  }

  public var shortDescription: String {
    figure.title.isEmpty ? "<Figure \(figure.kind)>" : "<Figure \(figure.kind) \"\(figure.title)\">"
  }
}

extension Table.Cell {
  /// The cell as a value of the language.
  fileprivate var value: AnyValue {
    switch self {
    case .text(let text): .string(text)
    case .number(let number): .float(number)
    case .integer(let number): .int(number)
    case .empty: .nil
    }
  }
}
