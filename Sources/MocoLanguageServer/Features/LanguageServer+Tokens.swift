import MocoBase
import MocoLang
import MocoSession

/// What tokens are to the protocol, in the order of the legend.
enum SemanticKind: String, CaseIterable {
  case comment, string, number, keyword, function, parameter, `operator`

  /// nil for what has no colour of its own.
  init?(_ kind: SourceScanner.Kind) {
    switch kind {
    case .comment: self = .comment
    case .string, .escape: self = .string
    case .number: self = .number
    case .keyword, .constant, .command: self = .keyword
    case .call: self = .function
    case .label: self = .parameter
    case .operator: self = .operator
    case .name, .bracket: return nil
    }
  }

  var number: Int { SemanticKind.allCases.firstIndex(of: self) ?? 0 }
}

extension LanguageServer {
  /// The colours of the prompt, as five numbers for each token.
  func semanticTokens(_ params: Json) throws(ResponseError) -> Json {
    guard let file = try file(params) else { return .null }
    let document = file.document
    let text = ScannedText(document, context.dialect)
    var data: [Json] = []
    var (lastLine, lastStart) = (0, 0)
    func add(_ kind: SemanticKind, _ range: Range<Int>) {
      guard let first = range.first else { return }
      let length = range.reduce(0) { $0 + text.units(text.scalars[$1], document.encoding) }
      let line = text.lines[first]
      let start = text.characters[first]
      data += [
        .int(line - lastLine), .int(line == lastLine ? start - lastStart : start), .int(length),
        .int(kind.number), 0,
      ]
      (lastLine, lastStart) = (line, start)
    }
    for token in text.scanner.tokens {
      guard let kind = SemanticKind(token.kind) else { continue }
      // A token of several lines is one for each line.
      var start = token.range.lowerBound
      for index in token.range where text.scalars[index] == "\n" || text.scalars[index] == "\r" {
        add(kind, start..<index)
        start = index + 1
      }
      add(kind, start..<token.range.upperBound)
    }
    return ["data": .array(data)]
  }
}
