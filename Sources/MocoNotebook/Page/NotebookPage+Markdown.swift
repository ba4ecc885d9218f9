import MocoBase
import MocoDocument
import MocoLang
import MocoSession

extension NotebookPage {
  /// The page as Markdown with GitHub's tables.
  ///
  /// - Parameter picture: stores the bytes of a picture, and returns its address; the extension is `png` or `svg`.
  public func markdown(picture: @escaping (_ bytes: [UInt8], _ ending: String) -> String) -> String {
    var parts: [String] = []
    for (index, cell) in notebook.cells.enumerated() where cell.kind != .raw {
      if !cell.title.isEmpty { parts.append("## \(MarkdownEscape.escaped(cell.title, lineBreak: " "))") }
      if cell.kind == .markdown {
        if !cell.source.isEmpty { parts.append(cell.source) }
        continue
      }
      if showsCode, !cell.source.allSatisfy(\.isWhitespace) {
        parts.append(MarkdownEscape.block(cell.source, language: "moco"))
      }
      if let controls = records[index]?.controls, !controls.isEmpty {
        parts.append(MarkdownEscape.block(controls.map { TerminalText.safe($0.line) }.joined(separator: "\n")))
      }
      for output in records[index]?.outputs ?? [] {
        let text = markdown(output, picture)
        if !text.isEmpty { parts.append(text) }
      }
    }
    if !facts.isEmpty {
      parts.append("---")
      parts.append(
        facts.map { "- \(MarkdownEscape.escaped("\($0.name): \($0.value)", lineBreak: " "))" }.joined(
          separator: "\n"))
    }
    return parts.map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 }.joined(separator: "\n\n") + "\n"
  }

  private func markdown(
    _ output: CellRecord.Output, _ picture: @escaping (_ bytes: [UInt8], _ ending: String) -> String
  ) -> String {
    switch output {
    case .text(let text, _):
      var plain = ColoredText.plain(text)
      if plain.hasSuffix("\n") { plain.removeLast() }
      return plain.isEmpty ? "" : MarkdownEscape.block(plain)
    case .diagnostics(let diagnostics):
      return MarkdownEscape.block(
        diagnostics.map { $0.render(color: false) }.joined(separator: "\n"))
    case .shown(let document, _):
      return document.markdown { leaf in
        switch leaf {
        case .figure(let figure): picture(Array(figure.svg().utf8), "svg")
        case .image(let image): image.png.map { picture($0, "png") }
        }
      }
    }
  }
}
