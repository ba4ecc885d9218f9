import MocoBase

extension Document {
  /// The document as one picture: text in lines of one width, with figures and images.
  ///
  /// - Parameters:
  ///   - columns: columns of a line of text, at least 20; longer lines are broken or truncated as in a terminal.
  ///   - title: the title of the picture, for accessibility.
  /// - Returns: a self-contained SVG document, with a white background.
  public func svg(columns: Int = 80, title: String = "") -> String {
    var writer = SVGWriter(columns: max(20, columns))
    writer.write(blocks)
    return writer.document(title: title)
  }
}

/// Writes blocks as shapes, one below the other.
struct SVGWriter {
  let columns: Int
  private var shapes = ""
  private var y = 16.0
  private var widest = 0.0

  init(columns: Int) { self.columns = columns }

  // Pixels of a character and of a line.
  private static let advance = 7.8
  private static let lineHeight = 18.0
  private static let margin = 16.0

  func document(title: String) -> String {
    let width = Int((max(widest, 40) + 2 * Self.margin).rounded(.up))
    let height = Int((y + Self.margin).rounded(.up))
    var text = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\""
    text +=
      " viewBox=\"0 0 \(width) \(height)\" role=\"img\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo,"
    text += " Consolas, monospace\" font-size=\"13\" fill=\"#1d2b2f\">\n"
    text += "<title>\(HTMLText.escaped(title.isEmpty ? "a moco value" : title))</title>\n"
    text += "<rect width=\"\(width)\" height=\"\(height)\" rx=\"6\" fill=\"#ffffff\"/>\n"
    return text + shapes + "</svg>\n"
  }

  mutating func write(_ blocks: [Document.Block]) {
    for block in blocks {
      switch block {
      case .figure(let figure) where figure.table == nil: write(figure)
      case .image(let image): write(image)
      case .adapted(_, let page): write(page)
      case .heading(let text, _): write(lines: [text.string.plain], isBold: true)
      case .fold(let summary, let details):
        write(lines: Document(summary).plain(width: columns).svgLines, isBold: false)
        write(details)
      case .figure(let figure):
        if let table = figure.table { write([.table(table)]) }
      default: write(lines: Document([block]).plain(width: columns).svgLines, isBold: isTitle(block))
      }
    }
  }

  private func isTitle(_ block: Document.Block) -> Bool {
    guard case .text(let text) = block else { return false }
    return !text.isEmpty && text.runs.allSatisfy { $0.style == .title || $0.style == .strong }
  }

  private mutating func write(lines: [String], isBold: Bool) {
    for line in lines {
      var column = 0
      // Characters of another width begin a new text element, so that columns stay aligned.
      var start = 0
      var part = ""
      for character in line {
        let size = DisplayWidth.of(character)
        if size == 2 {
          write(part, at: start, isBold: isBold)
          write(String(character), at: column, isBold: isBold)
          part = ""
          start = column + 2
        } else {
          part.append(character)
        }
        column += size
      }
      write(part, at: start, isBold: isBold)
      widest = max(widest, Double(column) * Self.advance)
      y += Self.lineHeight
    }
  }

  /// Writes characters that begin at a column.
  private mutating func write(_ part: String, at column: Int, isBold: Bool) {
    guard part.contains(where: { $0 != " " }) else { return }
    shapes += "<text x=\"\(number(Self.margin + Double(column) * Self.advance))\" y=\"\(number(y + 13))\""
    shapes +=
      " xml:space=\"preserve\"\(isBold ? " font-weight=\"600\"" : "")>\(HTMLText.escaped(part))</text>\n"
  }

  private mutating func write(_ figure: any DocumentFigure) {
    let svg = figure.svg()
    let size = figure.svgSize
    // The element is used unchanged: a nested `svg` is placed by `x` and `y`.
    guard let place = svg.range(of: "<svg ") else { return }
    shapes += svg[..<place.lowerBound]
    shapes += "<svg x=\"\(number(Self.margin))\" y=\"\(number(y))\" "
    shapes += svg[place.upperBound...]
    y += size.height + 8
    widest = max(widest, size.width)
  }

  private mutating func write(_ image: Document.Image) {
    let width = min(max(Double(image.width), 96), 480)
    let height = min(width * Double(image.height) / Double(image.width), 2000)
    shapes += "<image x=\"\(number(Self.margin))\" y=\"\(number(y))\" width=\"\(number(width))\""
    shapes += " height=\"\(number(height))\" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\""
    shapes += " href=\"\(image.dataURI)\"><title>\(HTMLText.escaped(image.alternativeText))</title></image>\n"
    y += height + 4
    widest = max(widest, width)
    if !image.caption.isEmpty { write(lines: [image.caption.string.plain], isBold: false) }
    y += 8
  }

  private func number(_ value: Double) -> String { SVGNumber.text(value, decimals: 1) }
}

extension String {
  fileprivate var svgLines: [String] {
    split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// The range of the first occurrence of a text.
  fileprivate func range(of text: String) -> Range<String.Index>? { ranges(of: text).first }
}
