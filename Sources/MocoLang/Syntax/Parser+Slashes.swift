extension Parser {
  /// Explains unclosed brackets and missing bodies by a comment such as `// 2)`.
  ///
  /// - Returns: whether an error was explained this way. Then no further line can fix it.
  func blameSlashes(
    _ slashes: [SlashComment], _ boundNames: Set<String>, _ found: inout [Diagnostic]
  ) -> Bool {
    var isExplained = false
    for comment in slashes {
      guard let closer = comment.closers.first,
        comment.names.allSatisfy({ boundNames.contains($0) || isWritten($0) })
      else { continue }
      let place: Int?
      if closer == UInt8(ascii: "{") || closer == UInt8(ascii: ",") {
        place = found.firstIndex { diagnostic in
          guard diagnostic.code == "E0101", let start = diagnostic.primary?.start, start >= comment.span.end
          else { return false }
          return !tokens.contains { Int($0.start) >= comment.span.end && Int($0.start) < start }
        }
      } else {
        place = found.lastIndex { diagnostic in
          guard diagnostic.code == "E0106", let opener = diagnostic.primary, opener.start < comment.span.start
          else { return false }
          return opener.text == Parser.opener(of: closer)
        }
      }
      guard let place else { continue }
      isExplained = true
      found[place].labels.append(.init(comment.span, "this is a comment"))
      found[place].help = [comment.advice]
    }
    return isExplained
  }

  private static func opener(of closer: UInt8) -> String {
    switch closer {
    case UInt8(ascii: ")"): "("
    case UInt8(ascii: "]"): "["
    default: "{"
    }
  }

  /// Whether the program contains the name anywhere.
  private func isWritten(_ name: String) -> Bool {
    tokens.contains { $0.kind == .name && text($0) == name }
  }
}
