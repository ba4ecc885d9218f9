import MocoBase
import MocoLang
import MocoSession

// Completion, hovering and signatures: MocoSession's, in a file that has not run.

extension LanguageServer {
  /// A place in an open file.
  private struct Place {
    let file: OpenFile
    let analysis: OpenFile.Analysis
    let offset: Int
    let declared: DeclaredNames
  }

  /// The place that a request names; nil in files that are left alone.
  private func place(_ params: Json) throws(ResponseError) -> Place? {
    guard let file = try file(params) else { return nil }
    let offset = file.document.offset(of: try Position(params["position"]))
    let analysis = file.analysis(context)
    var declared = file.declared(analysis, session.runtime.moduleNames)
    declared.locals = analysis.names.locals(at: offset - analysis.shift)
    return Place(file: file, analysis: analysis, offset: offset, declared: declared)
  }

  func completion(_ params: Json) throws(ResponseError) -> Json {
    guard let place = try place(params) else { return .null }
    let document = place.file.document
    let cursor = document.scalars(before: place.offset)
    let found = session.complete(
      document.text, at: cursor, declared: place.declared, in: place.analysis.source)
    let start = document.start(of: found.replaces, before: place.offset)
    let rest = document.bytes[place.offset...]
    let items = found.candidates.map { candidate -> Json in
      // An editor may have closed the string already.
      let close = ["\"]", "\""].first { candidate.text.hasSuffix($0) && rest.starts(with: $0.utf8) }
      var members = JsonObject([
        ("label", .string(candidate.text.trimmed)), ("kind", .int(LanguageServer.kind(candidate.kind))),
        ("filterText", .string(candidate.text)),
        (
          "textEdit",
          [
            "range": document.range(start, place.offset + (close?.utf8.count ?? 0)),
            "newText": .string(candidate.text),
          ]
        ),
      ])
      if let type = candidate.type { members["detail"] = .string(type) }
      if let doc = candidate.doc { members["documentation"] = markup(doc, client.completionIsMarkdown) }
      return .object(members)
    }
    // Without a letter to begin with only some names are offered.
    return ["isIncomplete": .bool(found.replaces == 0), "items": .array(items)]
  }

  /// The numbers of the protocol.
  private static func kind(_ kind: Completion.Candidate.Kind) -> Int {
    switch kind {
    case .variable: 6
    case .constant: 21
    case .function: 3
    case .method: 2
    case .module: 9
    case .field: 5
    case .label: 10
    case .keyword: 14
    case .path: 17
    case .key, .word: 12
    case .command: 1
    }
  }

  func hover(_ params: Json) throws(ResponseError) -> Json {
    guard let place = try place(params) else { return .null }
    let document = place.file.document
    let scalars = Array(document.text.unicodeScalars)
    guard
      let found = session.inspect(
        scalars, at: document.scalars(before: place.offset), declared: place.declared),
      let word = document.word(at: place.offset)
    else { return .null }
    return [
      "contents": markup(LanguageServer.page(found.markdown), client.hoverIsMarkdown),
      "range": document.range(word.lowerBound, word.upperBound),
    ]
  }

  /// A page of help with its head as code, where it is a bare line.
  private static func page(_ markdown: String) -> String {
    let gap = markdown.firstRange(of: "\n\n")
    let head = gap.map { String(markdown[..<$0.lowerBound]) } ?? markdown
    guard let first = head.first, first != "#", first != "`", first != "-", !head.contains("\n") else {
      return markdown
    }
    return "```moco\n\(head)\n```" + (gap.map { String(markdown[$0.lowerBound...]) } ?? "")
  }

  func signatureHelp(_ params: Json) throws(ResponseError) -> Json {
    guard let place = try place(params) else { return .null }
    let scalars = Array(place.file.document.text.unicodeScalars)
    guard
      let found = session.signature(
        scalars, at: place.file.document.scalars(before: place.offset), declared: place.declared)
    else { return .null }
    let parameters = found.parameters.map { range -> Json in
      guard client.takesLabelOffsets else { return ["label": .string(String(found.text[range]))] }
      // These offsets count in UTF-16, whatever positions count in.
      let start = found.text[..<range.lowerBound].utf16.count
      return ["label": [.int(start), .int(start + found.text[range].utf16.count)]]
    }
    var signature = JsonObject([("label", .string(found.text)), ("parameters", .array(parameters))])
    if let doc = found.doc, !doc.isEmpty {
      signature["documentation"] = markup(doc, client.signatureIsMarkdown)
    }
    // A number past the end marks none.
    let active = found.active ?? found.parameters.count
    return [
      "signatures": [.object(signature)], "activeSignature": 0, "activeParameter": .int(active),
    ]
  }

  private func markup(_ text: String, _ isMarkdown: Bool) -> Json {
    ["kind": isMarkdown ? "markdown" : "plaintext", "value": .string(text)]
  }
}

extension TextDocument {
  /// The offset so many scalars before another.
  func start(of scalars: Int, before offset: Int) -> Int {
    var at = offset
    for _ in 0..<scalars {
      guard at > 0 else { break }
      at -= 1
      while at > 0, bytes[at] & 0xC0 == 0x80 { at -= 1 }
    }
    return at
  }

  /// The name at an offset, or the one that ends there.
  func word(at offset: Int) -> Range<Int>? {
    let line = range(ofLine: line(at: offset))
    var at = line.lowerBound
    var found: Range<Int>?
    for scalar in String(decoding: bytes[line], as: UTF8.self).unicodeScalars {
      let end = at + UTF8.width(scalar)
      if SourceScanner.continuesName(scalar) {
        found = (found.map { $0.upperBound == at ? $0.lowerBound : at } ?? at)..<end
      } else if let found, found.upperBound >= offset, found.lowerBound <= offset {
        break
      }
      at = end
    }
    return found.flatMap { $0.lowerBound <= offset && offset <= $0.upperBound ? $0 : nil }
  }
}
