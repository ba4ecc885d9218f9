// The code of a program, independent of its layout and its settings.

import MocoBase

/// The code of a program or module: its tokens without comments and layout, with a marker in place of each
/// setting.
public struct ProgramCode: Sendable {
  /// The tokens, one line for each source line that has any.
  public let text: String
  /// The modules that it uses, anywhere in the text.
  public let uses: [Use.Source]

  /// - Parameter places: the ranges that are left out, which are the values of settings, in order.
  public init(_ file: SourceFile, _ dialect: Dialect, leavingOut places: [Span] = []) {
    var lexer = Lexer(file: file, dialect: dialect)
    let tokens = lexer.run()
    var text = ""
    var uses: [Use.Source] = []
    var left = places[...]
    for (index, token) in tokens.enumerated() where token.kind != .end {
      while let place = left.first, place.end <= token.range.lowerBound { left = left.dropFirst() }
      // Each omitted range is replaced by one marker.
      let isLeftOut = left.first.map { $0.start <= token.range.lowerBound } ?? false
      if isLeftOut, left.first?.start != token.range.lowerBound { continue }
      if !text.isEmpty { text += token.newlineBefore || token.cellBefore ? "\n" : " " }
      if isLeftOut {
        text += "…"
        continue
      }
      text += file.text(in: token.range)
      if token.kind == .use, let source = ProgramCode.source(tokens, behind: index, file) {
        uses.append(source)
      }
    }
    self.text = text
    self.uses = uses
  }

  /// The text after `use`: `name`, `"path"`, or either behind `{…} from`.
  private static func source(_ tokens: [Token], behind index: Int, _ file: SourceFile) -> Use.Source? {
    var place = index + 1
    if tokens.indices.contains(place), tokens[place].kind == .leftBrace {
      while tokens.indices.contains(place), tokens[place].kind != .from, tokens[place].kind != .end {
        place += 1
      }
      place += 1
    }
    guard tokens.indices.contains(place) else { return nil }
    let word = file.text(in: tokens[place].range)
    switch tokens[place].kind {
    case .name: return .library(word)
    case .string:
      guard case .string(let path)? = SettingValue.literal(word, .plain) else { return nil }
      return .path(path)
    default: return nil
    }
  }
}

extension Program {
  /// The hash of a program without its settings and of all modules that it uses, these with their settings.
  ///
  /// - Parameter load: finds modules as the running program does.
  /// - Throws: the errors of `load`: E0801, E0502.
  public func codeHash(
    _ settings: [ProgramSetting], _ dialect: Dialect, load: (Use.Source, SourceFile) throws -> LoadedModule
  ) throws -> String {
    let hash = SHA256()
    // If a name is declared twice, only one value would count, so both stay in the code.
    let counts = settings.reduce(into: [:]) { $0[$1.name, default: 0] += 1 }
    let single = settings.filter { counts[$0.name] == 1 }
    let code = ProgramCode(file, dialect, leavingOut: single.map(\.valueSpan))
    hash.update("program \(code.text.utf8.count)\n\(code.text)\n")
    var seen: Set<String> = []
    var waiting = code.uses.map { ($0, file) }
    while let (source, importer) = waiting.popLast() {
      let module = try load(source, importer)
      guard seen.insert(module.identity).inserted else { continue }
      let inside = ProgramCode(module.source, dialect)
      hash.update("module \(inside.text.utf8.count)\n\(inside.text)\n")
      waiting += inside.uses.map { ($0, module.source) }
    }
    return hash.finish()
  }
}
