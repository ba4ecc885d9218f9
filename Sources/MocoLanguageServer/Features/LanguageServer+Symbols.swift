import MocoBase
import MocoLang

extension LanguageServer {
  /// A cell or a declaration, with what stands in it.
  private struct Symbol {
    var name: String
    var detail = ""
    /// The number of the protocol.
    var kind: Int
    var range: Range<Int>
    var selection: Range<Int>
    var children: [Symbol] = []
  }

  func symbols(_ params: Json) throws(ResponseError) -> Json {
    guard let file = try file(params) else { return .null }
    let analysis = file.analysis(context)
    let program = analysis.program
    var found: [Symbol] = []
    for (number, cell) in program.cells.enumerated() {
      let statements = cell.statements.clamped(to: 0..<program.statements.count)
      let inside = statements.flatMap { symbols(program.statements[$0]) }
      if var head = head(cell, number, analysis.source) {
        head.children = inside
        found.append(head)
      } else {
        found += inside
      }
    }
    guard client.takesSymbolTrees else { return .array(flat(found, in: nil, file, analysis)) }
    return .array(found.map { tree($0, file, analysis) })
  }

  /// The heading of a cell; nil for what stands above the first `// %%`.
  private func head(_ cell: Program.Cell, _ number: Int, _ source: SourceFile) -> Symbol? {
    let line = source.range(ofLine: source.line(at: cell.span.start))
    let text = source.text(in: line).trimmed
    guard text.hasPrefix("//"), CellHead(comment: String(text.dropFirst(2))) != nil else { return nil }
    let title = cell.title.isEmpty ? "Cell \(number + 1)" : cell.title
    let start = min(cell.span.start, line.lowerBound)
    let end = max(cell.span.end, line.upperBound)
    // 15 is a string, which editors take for headings.
    return Symbol(
      name: title, detail: cell.kind == .code ? "" : cell.kind.rawValue, kind: 15, range: start..<end,
      selection: line)
  }

  private func symbols(_ statement: Stmt) -> [Symbol] {
    let range = statement.span.start..<statement.span.end
    func symbol(_ name: String, _ place: Span, _ kind: Int, _ inside: [Symbol] = []) -> Symbol {
      let selection = place.start..<place.end
      let whole = min(range.lowerBound, selection.lowerBound)..<max(range.upperBound, selection.upperBound)
      return Symbol(name: name, kind: kind, range: whole, selection: selection, children: inside)
    }
    switch statement.kind {
    case .binding(let binding):
      if case .function(let function) = binding.value.kind, case .name(let name) = binding.pattern.kind {
        return [symbol(name, binding.pattern.span, 12, function.body.statements.flatMap(inner))]
      }
      return binding.pattern.names.map { symbol($0.name, $0.span, binding.isMutable ? 13 : 14) }
    case .function(let declaration):
      let inside = declaration.function.body.statements.flatMap(inner)
      var made = symbol(declaration.name, declaration.nameSpan, 12, inside)
      made.detail = declaration.function.signatureSpan.text
      return [made]
    case .groups(let declaration): return [symbol(declaration.name, declaration.nameSpan, 19)]
    case .use:
      return statement.declaredNames.map { symbol($0.name, $0.span, 2) }
    default: return []
    }
  }

  /// Functions inside of functions.
  private func inner(_ statement: Stmt) -> [Symbol] {
    if case .function = statement.kind { return symbols(statement) }
    return []
  }

  private func tree(_ symbol: Symbol, _ file: OpenFile, _ analysis: OpenFile.Analysis) -> Json {
    let shift = analysis.shift
    var members = JsonObject([
      ("name", .string(symbol.name)), ("kind", .int(symbol.kind)),
      ("range", file.document.range(symbol.range.lowerBound + shift, symbol.range.upperBound + shift)),
      (
        "selectionRange",
        file.document.range(symbol.selection.lowerBound + shift, symbol.selection.upperBound + shift)
      ),
    ])
    if !symbol.detail.isEmpty { members["detail"] = .string(symbol.detail) }
    if !symbol.children.isEmpty {
      members["children"] = .array(symbol.children.map { tree($0, file, analysis) })
    }
    return .object(members)
  }

  private func flat(
    _ symbols: [Symbol], in container: String?, _ file: OpenFile, _ analysis: OpenFile.Analysis
  ) -> [Json] {
    symbols.flatMap { symbol -> [Json] in
      let shift = analysis.shift
      var members = JsonObject([
        ("name", .string(symbol.name)), ("kind", .int(symbol.kind)),
        (
          "location",
          [
            "uri": .string(file.address),
            "range": file.document.range(symbol.range.lowerBound + shift, symbol.range.upperBound + shift),
          ]
        ),
      ])
      if let container { members["containerName"] = .string(container) }
      return [.object(members)] + flat(symbol.children, in: symbol.name, file, analysis)
    }
  }
}
