import MocoBase
import MocoSession

// Requests of clients while the user types. Cursors count Unicode scalars.

extension Kernel {
  private func cursor(_ content: Json, in code: String) -> Int {
    let end = code.unicodeScalars.count
    return min(max(content["cursor_pos"]?.intValue ?? end, 0), end)
  }

  /// `complete_reply`
  func complete(_ content: Json) -> Json {
    guard let code = content["code"]?.stringValue else {
      return MimeBundle.badRequest("complete_request has no code")
    }
    let cursor = cursor(content, in: code)
    let found = session.complete(code, at: cursor)
    let start = max(0, cursor - found.replaces)
    let types = found.candidates.map { candidate -> Json in
      var members: [(String, Json)] = [
        ("text", .string(candidate.text)), ("type", .string(Kernel.typeName(candidate.kind))),
        ("start", .int(start)), ("end", .int(cursor)),
      ]
      if let type = candidate.type { members.append(("signature", .string(type))) }
      return .object(JsonObject(members))
    }
    return [
      "status": "ok", "matches": .array(found.texts.map(Json.string)), "cursor_start": .int(start),
      "cursor_end": .int(cursor), "metadata": ["_jupyter_types_experimental": .array(types)],
    ]
  }

  /// The kinds for which clients have icons.
  private static func typeName(_ kind: Completion.Candidate.Kind) -> String {
    switch kind {
    case .variable, .constant: "instance"
    case .function, .method: "function"
    case .module: "module"
    case .field: "property"
    case .label: "param"
    case .keyword, .word: "keyword"
    case .path: "path"
    case .key: "dict key"
    case .command: "magic"
    }
  }

  /// `inspect_reply`
  func inspect(_ content: Json) -> Json {
    guard let code = content["code"]?.stringValue else {
      return MimeBundle.badRequest("inspect_request has no code")
    }
    let detail = content["detail_level"]?.intValue ?? 0
    guard let found = session.inspect(code, at: cursor(content, in: code), detail: detail) else {
      return ["status": "ok", "found": false, "data": [:], "metadata": [:]]
    }
    return ["status": "ok", "found": true, "data": MimeBundle.page(found.markdown), "metadata": [:]]
  }

  /// `is_complete_reply`
  func isComplete(_ content: Json) -> Json {
    guard let code = content["code"]?.stringValue else { return ["status": "unknown"] }
    switch session.isComplete(code) {
    case .complete: return ["status": "complete"]
    case .incomplete(let indent):
      return ["status": "incomplete", "indent": .string(String(repeating: " ", count: indent))]
    case .invalid: return ["status": "invalid"]
    }
  }
}
