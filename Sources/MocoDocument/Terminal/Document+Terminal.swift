import MocoBase

extension Document {
  /// The document as lines for a terminal, without a newline at the end.
  ///
  /// No control character of the document reaches the terminal: they are shown in a visible form. Lines fit the
  /// width, except lines that must be kept and words that are longer than a line.
  ///
  /// - Parameter highlight: colors code of a language, line by line; called only if there are colors, and only
  ///   for code whose characters are safe.
  public func terminal(
    _ options: TerminalOptions = TerminalOptions(),
    highlight: ((_ code: String, _ language: String) -> String)? = nil
  ) -> String {
    TerminalRenderer(options: options, highlight: highlight).lines(blocks, options.width).joined(
      separator: "\n")
  }

  /// The document as text without escape sequences.
  ///
  /// - Parameter width: columns, at least 20.
  public func plain(width: Int = 80, glyphs: Glyphs = .unicode) -> String {
    terminal(TerminalOptions(width: width, glyphs: glyphs))
  }
}

/// Writes blocks as lines of a terminal.
struct TerminalRenderer {
  let options: TerminalOptions
  var highlight: ((_ code: String, _ language: String) -> String)?

  var isColored: Bool { options.color != .none }

  /// - Parameter columns: columns of a line.
  func lines(_ blocks: [Document.Block], _ columns: Int) -> [String] {
    var result: [String] = []
    for (place, block) in blocks.enumerated() {
      // A program and its output.
      if place > 0, case .code = block, case .code = blocks[place - 1] { result.append("") }
      result += lines(block, columns)
    }
    return result
  }

  private func lines(_ block: Document.Block, _ columns: Int) -> [String] {
    switch block {
    case .text(let text): return lines(text, columns)
    case .items(let items): return lines(items, columns)
    case .heading(let text, _):
      let words = text.runs.map { $0.style == .code ? "`\($0.text)`" : $0.text }.joined()
      return lines(Document.Text(words, .strong, overflow: .keep), columns)
    case .fields(let fields): return lines(fields, columns)
    case .list(let list): return lines(list, columns)
    case .collection(let collection): return lines(collection, columns)
    case .table(let table): return lines(table, columns)
    case .figure(let figure):
      var options = options
      options.width = columns
      return Self.split(figure.terminalText(options))
    case .image(let image): return lines(image, columns)
    case .code(let code, let language):
      let safe = TerminalText.safe(code)
      let shown = isColored ? highlight?(safe, language) ?? safe : safe
      return Self.split(shown).map { "    " + $0 }
    case .fold(let summary, let details):
      return lines(summary, columns) + indented(lines(details, max(1, columns - 2)), 2)
    case .preformatted(let text): return Self.split(TerminalText.safe(text))
    case .gap: return [""]
    case .adapted(let blocks, _): return lines(blocks, columns)
    }
  }

  static func split(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  static func blanks(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

  private func indented(_ lines: [String], _ count: Int) -> [String] {
    lines.map { $0.isEmpty ? $0 : Self.blanks(count) + $0 }
  }

  // MARK: Lists

  private func lines(_ fields: Document.Fields, _ columns: Int) -> [String] {
    let names = fields.fields.map(\.name.plain)
    let widest = names.map { DisplayWidth.of($0) }.max() ?? 0
    var result: [String] = []
    for (name, field) in zip(names, fields.fields) {
      for (place, value) in field.values.enumerated() {
        let head: String
        switch fields.layout {
        case .aligned:
          let shown = place == 0 ? name : ""
          head = shown + Self.blanks(widest - DisplayWidth.of(shown) + 2)
        case .inline: head = place == 0 ? name + ": " : "  "
        }
        result += lines(
          Document.Text(
            [Document.Run(head, .label)] + value.runs.map { Document.Run($0.text.plain, $0.style) },
            overflow: field.overflow ?? fields.overflow,
            indent: fields.indent),
          columns)
      }
    }
    return result
  }

  private func lines(_ list: Document.List, _ columns: Int) -> [String] {
    let digits = "\(list.items.count)".utf8.count
    var result: [String] = []
    for (place, item) in list.items.enumerated() {
      let mark: String
      switch list.marker {
      case .none: mark = ""
      case .bullet: mark = "- "
      case .number: mark = Self.blanks(digits - "\(place + 1)".utf8.count) + "\(place + 1). "
      }
      let margin = list.indent + mark.utf8.count
      let inner = lines(item, max(1, columns - margin))
      for (row, line) in inner.enumerated() {
        let start = row == 0 ? Self.blanks(list.indent) + mark : Self.blanks(margin)
        result.append(line.isEmpty && row > 0 ? "" : start + line)
      }
    }
    return result
  }

  // MARK: Pictures

  private func lines(_ image: Document.Image, _ columns: Int) -> [String] {
    guard case .pixels(let pixels) = image.source else {
      let times = options.glyphs == .unicode ? "×" : "x"
      return lines(
        "[\(image.alternativeText), \(image.width) \(times) \(image.height)]" as Document.Text, columns)
    }
    var options = options
    options.width = columns
    let wide = max(min(columns, options.imageWidth ?? 32), options.imageWidth == nil ? 4 : 1)
    var rows = pixels.lines(columns: wide, options)
    if !image.caption.isEmpty {
      rows.append([StyledRun(image.caption.string.plain.fitted(wide, .center, options.glyphs))])
    }
    return Self.split(options.encode(rows))
  }
}
