import CEditline

#if canImport(Glibc)
  import Glibc
#endif

extension LineEditor {
  // MARK: Paste

  /// Takes what is pasted, up to the mark that ends it, as one piece of the block.
  func paste() -> UInt8 {
    let mark: [Unicode.Scalar] = ["\u{1B}", "[", "2", "0", "1", "~"]
    var pasted: [Unicode.Scalar] = []
    var character: Int32 = 0
    while ce_next(editline, &character) == 1 {
      pasted.append(Unicode.Scalar(UInt32(bitPattern: character)) ?? "\u{FFFD}")
      if pasted.suffix(mark.count) == mark[...] {
        pasted.removeLast(mark.count)
        break
      }
      if pasted.count > 4 << 20 { break }
    }
    insert(hung(LineEditor.cleaned(pasted, prompt: options.prompt)))
    return Reply.refresh
  }

  /// Pasted text without what does not belong to a program: carriage returns, control characters, the prompts
  /// of a session it was copied from, and newlines at its end.
  package static func cleaned(_ pasted: [Unicode.Scalar], prompt: String) -> String {
    var text = String.UnicodeScalarView()
    var previous: Unicode.Scalar = " "
    for scalar in pasted {
      switch scalar {
      case "\r": text.append("\n")
      case "\n": if previous != "\r" { text.append("\n") }
      case "\t": text.append(contentsOf: "  ".unicodeScalars)
      default: if scalar.value >= 32, scalar.value != 127 { text.append(scalar) }
      }
      previous = scalar
    }
    var lines = String(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let bare = prompt.last == " " ? String(prompt.dropLast()) : prompt
    func prompted(_ line: String) -> Substring? {
      let line = line.drop { $0 == " " }
      return line.hasPrefix(prompt) ? line.dropFirst(prompt.count) : line == bare ? "" : nil
    }
    if lines.contains(where: { prompted($0) != nil }) {
      // Lines of a block stand under the prompt of its first line.
      let hang = String(repeating: " ", count: prompt.count)
      lines = lines.map { line in
        prompted(line).map(String.init)
          ?? (line.hasPrefix(hang) ? String(line.dropFirst(prompt.count)) : line)
      }
    }
    while let last = lines.last, last.allSatisfy({ $0 == " " }), lines.count > 1 { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  // MARK: Completion

  func complete() -> UInt8 {
    let snapshot = current
    let start = lineStart(snapshot, snapshot.cursor)
    let ahead = snapshot.text[min(start, snapshot.cursor)..<snapshot.cursor]
    if ahead.allSatisfy({ $0 == " " }), !snapshot.text.isEmpty {
      insert([" ", " "])
      return Reply.refresh
    }
    let before = unhung(Array(snapshot.text[..<snapshot.cursor]))
    guard
      let completion = delegate?.completion(unhung(snapshot.text), cursor: before.unicodeScalars.count),
      let first = completion.candidates.first
    else { return Reply.beep }
    let typed = String(String.UnicodeScalarView(before.unicodeScalars.suffix(completion.replaces)))
    let common = completion.candidates.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
    if common.unicodeScalars.count > completion.replaces
      || (completion.candidates.count == 1 && common != typed)
    {
      ce_delete_before(editline, Int32(clamping: completion.replaces))
      insert(Array(common.unicodeScalars))
      return Reply.refresh
    }
    if completion.candidates.count == 1 { return Reply.refresh }
    leaveBlock()
    write(columns(completion.candidates) + "\r\n")
    return redraw()
  }

  /// Words in as many columns as the screen holds, read downwards.
  private func columns(_ words: [String]) -> String {
    let screen = LineEditor.screenSize()
    let width = (words.map { $0.unicodeScalars.reduce(0) { $0 + ScreenLayout.width($1) } }.max() ?? 0) + 2
    let across = max(screen.columns / max(width, 1), 1)
    let most = max(screen.rows - 3, 4) * across
    let shown = Array(words.prefix(most))
    let down = (shown.count + across - 1) / across
    var lines: [String] = []
    for row in 0..<down {
      var line = ""
      for column in 0..<across where column * down + row < shown.count {
        let word = shown[column * down + row]
        let used = word.unicodeScalars.reduce(0) { $0 + ScreenLayout.width($1) }
        line += word + String(repeating: " ", count: max(width - used, 0))
      }
      while line.hasSuffix(" ") { line.removeLast() }
      lines.append(line)
    }
    if shown.count < words.count { lines.append("and \(words.count - shown.count) more") }
    return lines.joined(separator: "\r\n")
  }
}

extension String {
  func commonPrefix(with other: String) -> String {
    var result = String.UnicodeScalarView()
    for (a, b) in zip(unicodeScalars, other.unicodeScalars) {
      guard a == b else { break }
      result.append(a)
    }
    return String(result)
  }
}
