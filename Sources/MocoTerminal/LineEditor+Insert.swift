import CEditline
import CProcess
import MocoBase
import MocoLang
import MocoSession

#if canImport(Glibc)
  import Glibc
#endif

extension LineEditor {
  // MARK: Paste

  func paste() -> Outcome {
    insert(hung(cleaned(pasted())))
    return .done
  }

  /// The pasted text, up to the end mark. ^C aborts it.
  func pasted() -> [Unicode.Scalar] {
    let mark: [Unicode.Scalar] = ["\u{1B}", "[", "2", "0", "1", "~"]
    var pasted: [Unicode.Scalar] = []
    while pasted.count < 4 << 20 {
      switch nextScalar() {
      case .scalar(let scalar):
        pasted.append(scalar)
        if scalar == "~", pasted.suffix(mark.count).elementsEqual(mark) { return pasted.dropLast(mark.count) }
      case .again: continue
      case .interrupt: return []
      case .closed: return pasted
      }
    }
    return pasted
  }

  /// Pasted text in the form in which it is inserted at the cursor.
  func cleaned(_ pasted: [Unicode.Scalar]) -> String {
    let snapshot = current
    return LineEditor.cleaned(
      pasted, prompt: options.prompt, options.dialect,
      behind: Array(unhung(Array(snapshot.text[..<snapshot.cursor])).unicodeScalars))
  }

  /// Pasted text without parts that do not belong to a program: carriage returns, control characters, the prompts
  /// and output of a session it was copied from, and newlines at its end.
  /// - Parameter behind: the text before the insertion.
  package static func cleaned(
    _ pasted: [Unicode.Scalar], prompt: String, _ dialect: Dialect, behind: [Unicode.Scalar] = []
  ) -> String {
    var text = String.UnicodeScalarView()
    var previous: Unicode.Scalar = " "
    for scalar in pasted {
      switch scalar {
      case "\r": text.append("\n")
      case "\n": if previous != "\r" { text.append("\n") }
      case "\t": text.append("\t")
      default: if scalar.value >= 32, !(127..<160).contains(scalar.value) { text.append(scalar) }
      }
      previous = scalar
    }
    var lines = String(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if let session = program(of: lines, prompt: prompt, dialect) { lines = session }
    lines = untabbed(lines.joined(separator: "\n"), behind: behind, dialect)
    while let last = lines.last, last.allSatisfy({ $0 == " " }), lines.count > 1 { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  /// The typed input in a pasted session; `nil` if no line has a prompt.
  private static func program(of lines: [String], prompt: String, _ dialect: Dialect) -> [String]? {
    let bare = prompt.last == " " ? String(prompt.dropLast()) : prompt
    func after(_ prompt: String, _ bare: String, _ line: String) -> String? {
      let line = line.drop { $0 == " " }
      return line.hasPrefix(prompt) ? String(line.dropFirst(prompt.count)) : line == bare ? "" : nil
    }
    let first = lines.first { !$0.allSatisfy { $0 == " " } }
    guard lines.contains(where: { after(prompt, bare, $0) != nil }) else { return nil }
    // Part of a block precedes the first prompt: then output cannot be recognised.
    let dropsOutput = first.map { after(prompt, bare, $0) != nil } ?? false
    let more = String(repeating: ".", count: max(prompt.count - 2, 0)) + "> "
    // Lines of a block are indented below the prompt of its first line.
    let hang = String(repeating: " ", count: prompt.count)
    var result: [String] = []
    var inBlock = false
    for line in lines {
      if let typed = after(prompt, bare, line) {
        result.append(typed)
        inBlock = true
      } else if inBlock, let typed = after(more, String(more.dropLast()), line) {
        result.append(typed)
      } else if inBlock || !dropsOutput, line.hasPrefix(hang) {
        result.append(String(line.dropFirst(prompt.count)))
      } else if !dropsOutput {
        result.append(line)
      } else if inBlock, line.allSatisfy({ $0 == " " }), isOpen(result, dialect) {
        result.append("")
      } else {
        inBlock = false
      }
    }
    return result
  }

  private static func isOpen(_ lines: [String], _ dialect: Dialect) -> Bool {
    let scanner = SourceScanner(Array(lines.joined(separator: "\n").unicodeScalars), dialect)
    if case .string = scanner.end { return true }
    return !scanner.open.isEmpty
  }

  /// Lines of a text with two spaces for a tab, except inside strings, where tabs are kept.
  private static func untabbed(_ text: String, behind: [Unicode.Scalar], _ dialect: Dialect) -> [String] {
    var scalars = String.UnicodeScalarView()
    if text.unicodeScalars.contains("\t") {
      let all = behind + Array(text.unicodeScalars)
      var isText = Array(repeating: false, count: all.count)
      for token in SourceScanner(all, dialect).tokens where token.kind == .string {
        for index in token.range { isText[index] = true }
      }
      for index in behind.count..<all.count {
        if all[index] == "\t", !isText[index] {
          scalars.append(contentsOf: "  ".unicodeScalars)
        } else {
          scalars.append(all[index])
        }
      }
    } else {
      scalars = text.unicodeScalars
    }
    return String(scalars).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  // MARK: Another editor

  /// ^X ^E: edits the block in the editor of the environment.
  func editOutside() -> Outcome {
    var pattern = Array(((ProcessEnvironment.value("TMPDIR") ?? "/tmp") + "/moco-XXXXXX.moco").utf8CString)
    guard pattern.withUnsafeMutableBufferPointer({ cp_temporary($0.baseAddress, 5) }) else { return .beep }
    let file = String(decoding: pattern.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(file) }
    guard (try? AtomicFile.write(unhung(current.text) + "\n", to: file)) != nil else { return .beep }
    erase()
    write("\u{1B}[?2004l")
    ce_set_terminal_mode(editline, 0)
    cp_signals_editing(false)
    let status = cp_run_editor(
      ProcessEnvironment.value("VISUAL") ?? ProcessEnvironment.value("EDITOR") ?? "vi", file)
    _ = cp_signals_take()
    cp_signals_editing(true)
    takeTerminal()
    guard status == 0, let text = try? FileSystem.readText(file) else { return .beep }
    let block = hung(LineEditor.cleaned(Array(text.unicodeScalars), prompt: options.prompt, options.dialect))
    set(Snapshot(text: block, cursor: block.count))
    browsing = nil
    return .done
  }

  // MARK: Completion

  func complete() -> Outcome {
    let snapshot = current
    let start = lineStart(snapshot, snapshot.cursor)
    let ahead = snapshot.text[min(start, snapshot.cursor)..<snapshot.cursor]
    if ahead.allSatisfy({ $0 == " " }), !snapshot.text.isEmpty {
      insert([" ", " "])
      return .done
    }
    let before = unhung(Array(snapshot.text[..<snapshot.cursor]))
    guard
      let completion = delegate?.completion(unhung(snapshot.text), cursor: before.unicodeScalars.count),
      case let texts = completion.texts, let first = texts.first
    else { return .beep }
    let typed = String(String.UnicodeScalarView(before.unicodeScalars.suffix(completion.replaces)))
    let common = texts.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
    if common.unicodeScalars.count > completion.replaces
      || (texts.count == 1 && common != typed)
    {
      ce_delete_before(editline, Int32(clamping: completion.replaces))
      insert(Array(common.unicodeScalars))
      return .done
    }
    if texts.count == 1 { return .done }
    leaveBlock()
    write(columns(texts.map { TerminalText.safe($0) }) + "\r\n")
    return .done
  }

  /// Words in as many columns as fit on the screen, in column order.
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
