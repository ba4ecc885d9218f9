import MocoLang
import MocoRuntime

// Completion inside blocks of arguments, and in `use { … } from …`.

extension Completer {
  /// The number of brackets around the cursor that are searched: options do not nest deeper.
  static let deepestBlock = 16

  /// The options of the block around the cursor: `mixture(…) { router { ⇥`. Nil if it is not a block of a function
  /// that declares the options of its blocks.
  func options(_ text: [Unicode.Scalar], _ scanner: SourceScanner) -> [String]? {
    // Names of the blocks from the innermost outwards, up to the function's own.
    var names: [String] = []
    for open in scanner.open.reversed().prefix(Completer.deepestBlock) {
      guard text[open] == "{" || text[open] == "(" else { return nil }
      let head = Array(text[..<open].reversed().drop { $0 == " " }.reversed())
      if text[open] == "(" || head.last == ")" {
        let end = text[open] == "(" ? head.count : scanner.partners[head.count - 1]
        guard !names.isEmpty, let end, let steps = chain(Array(head[..<end]), scanner),
          let function = lookup.find(steps)
        else { return nil }
        return lookup.options(of: function, block: names.reversed())
      }
      var end = head.count
      if end > 0, head[end - 1] == ":" { end -= 1 }
      var start = end
      while start > 0, SourceScanner.continuesName(head[start - 1]) { start -= 1 }
      guard start < end else { return nil }
      // `train mix on data.train {` is the block of a form, which begins with its verb.
      let line = (text[..<open].lastIndex(of: "\n") ?? -1) + 1
      if let form = form(head[..<start]), !scanner.open.contains(where: { $0 >= line && $0 < open }) {
        guard !names.isEmpty, let function = lookup.find([.name(form.function)]) else { return nil }
        return lookup.options(of: function, block: names.reversed())
      }
      names.append(string(head[start..<end]))
    }
    return nil
  }

  /// The function that is called with a block alone, if the text ends with its name: `let mine = model`.
  func blockCall(_ text: ArraySlice<Unicode.Scalar>) -> String? {
    var start = text.endIndex
    while start > text.startIndex, SourceScanner.continuesName(text[start - 1]) { start -= 1 }
    guard start < text.endIndex, start == text.startIndex || text[start - 1] != "." else { return nil }
    let name = string(text[start...])
    return interpreter.dialect.blockCalls.contains(name) ? name : nil
  }

  /// The form that the last line of a text begins.
  func form(_ text: ArraySlice<Unicode.Scalar>) -> CommandForm? {
    interpreter.dialect.form(in: words(text))
  }

  /// The words of the last line of a text.
  func words(_ text: ArraySlice<Unicode.Scalar>) -> [String] {
    let line = text.split(separator: "\n", omittingEmptySubsequences: false).last ?? []
    return string(ArraySlice(line)).split(separator: " ").map(String.init)
  }

  /// The names for `use { … } from MODULE` if the cursor is in its braces; nil otherwise.
  /// If no module is given yet, those of all modules of the standard library.
  func imports(_ block: String, _ text: [Unicode.Scalar], _ scanner: SourceScanner) -> [String]? {
    guard let open = scanner.open.last, text[open] == "{" else { return nil }
    let words = string(text[..<open]).split(whereSeparator: \.isWhitespace)
    guard words.last == "use" else { return nil }
    // A name after `as` is a new one.
    if string(text[(open + 1)...]).split(separator: ",", omittingEmptySubsequences: false).last?.contains(
      " as ") == true
    {
      return []
    }
    let rest = String(String.UnicodeScalarView(Array(block.unicodeScalars)[text.count...]))
    let behind = rest.drop { $0 != "}" }.dropFirst().trimmed
    var names: [String]
    if behind.hasPrefix("from "), case let module = String(behind.dropFirst(5)).trimmed, !module.isEmpty {
      if module.hasPrefix("\"") {
        let path = module.dropFirst().prefix { $0 != "\"" }
        names = moduleNames(.path(String(path)))
      } else {
        names = moduleNames(.library(String(module.prefix { $0.isLetter || $0.isNumber || $0 == "_" })))
      }
    } else {
      names = (library?.modules ?? []).flatMap { moduleNames(.library($0)) }
    }
    let taken = Set(string(text[(open + 1)...]).split(separator: ",").dropLast().map { $0.trimmed })
    return names.filter { !taken.contains($0) }
  }
}

extension Substring {
  var trimmed: String { String(self).trimmed }
}

extension Lookup {
  /// The keys of a record of options that a function accepts as an argument, or of a record inside it.
  func options(of function: Found, block: [String]) -> [String]? {
    guard case .value(let value) = function, var blocks = value.asFunction?.blocks else { return nil }
    var names: [String]?
    for name in block {
      guard let inner = blocks[name] else { return nil }
      (names, blocks) = (inner.names, inner.blocks)
    }
    return names
  }
}
