import MocoBase

extension TerminalRenderer {
  /// A list or record, with one entry per line; several numbers per line.
  func lines(_ collection: Document.Collection, _ columns: Int) -> [String] {
    lines(collection, Place(columns: columns))
  }

  /// The position of a value.
  private struct Place {
    var columns: Int
    /// Spaces before every line except the first.
    var indent = 0
    /// Columns before and after the value: indentation and name before it, the comma after it.
    var before = 0
    var behind = 0

    /// One level further in, after a name, with a comma.
    func inner(name: Int = 0) -> Place {
      Place(columns: columns, indent: indent + 2, before: indent + 2 + name, behind: 1)
    }
  }

  private func lines(_ collection: Document.Collection, _ place: Place) -> [String] {
    if collection.kind == .numbers { return flowing(collection, place) }
    let isList = collection.kind == .list
    let pad = Self.blanks(place.indent + 2)
    var result = [isList ? "[" : "{"]
    for (index, entry) in collection.entries.enumerated() {
      switch entry {
      case .leftOut(let words): result.append(pad + TerminalText.safe(words))
      case .value(let name, let value):
        let head = name.map { TerminalText.safe($0) + ": " } ?? ""
        var part = lines(value, place.inner(name: DisplayWidth.of(head)))
        if index < collection.entries.count - 1, let last = part.popLast() { part.append(last + ",") }
        result.append(pad + head + (part.first ?? ""))
        result += part.dropFirst()
      }
    }
    result.append(Self.blanks(place.indent) + (isList ? "]" : "}"))
    return result
  }

  private func lines(_ value: Document.Block, _ place: Place) -> [String] {
    switch value {
    case .collection(let inner): return lines(inner, place)
    case .text(let text):
      // One line, already truncated by the caller.
      return [painted(shown(text))]
    default: return lines([value], max(8, place.columns - place.before - place.behind))
    }
  }

  /// Numbers, as many per line as fit.
  private func flowing(_ collection: Document.Collection, _ place: Place) -> [String] {
    var result: [String] = []
    var line = "["
    // Aligned to the first number, or indented further than the name.
    let margin = place.indent + (place.before > place.indent ? 2 : 1)
    let pad = Self.blanks(margin)
    var used = place.before + 1
    for (index, entry) in collection.entries.enumerated() {
      let isFirst = index == 0
      let isLast = index == collection.entries.count - 1
      let text: String
      switch entry {
      case .leftOut(let words): text = TerminalText.safe(words) + ","
      case .value(_, .text(let number)): text = TerminalText.safe(number.string) + (isLast ? "]" : ",")
      case .value: text = isLast ? "]" : ","
      }
      let more = text.count + (isFirst ? 0 : 1) + (isLast ? place.behind : 0)
      if used + more > place.columns, !isFirst {
        result.append(line)
        line = pad + text
        used = margin + text.count
      } else {
        line += isFirst ? text : " " + text
        used += text.count + (isFirst ? 0 : 1)
      }
    }
    return result + [line]
  }
}
