import MocoBase
import MocoSession

/// The outputs of inputs as text, as far as the history keeps them.
struct ShownTexts {
  static let most = 1000
  static let mostBytes = 4096

  private var texts: [Int: String] = [:]

  subscript(number: Int) -> String? { texts[number] }

  mutating func add(_ text: String, number: Int) {
    guard text.utf8.count <= ShownTexts.mostBytes else { return }
    texts[number] = text
    if texts.count > 2 * ShownTexts.most {
      let first = number - ShownTexts.most
      texts = texts.filter { $0.key > first }
    }
  }
}

extension Kernel {
  /// An input in the form for clients. Inputs of earlier sessions are in session 0, this one is session 1.
  private struct Entry {
    var session: Int
    var line: Int
    var text: String
  }

  /// `history_reply`
  func history(_ content: Json) -> Json {
    let entries = session.historyEntries.enumerated().map { place, entry in
      Entry(
        session: entry.number == nil ? 0 : 1, line: entry.number ?? place + 1, text: entry.text)
    }
    let count = content["n"]?.intValue.map { max($0, 0) }
    var found: [Entry]
    switch content["hist_access_type"]?.stringValue {
    case "tail": found = entries.suffix(count ?? entries.count)
    case "range":
      let session = content["session"]?.intValue ?? 0
      let start = content["start"]?.intValue ?? 0
      let stop = content["stop"]?.intValue ?? .max
      // 0 is this session, and negative numbers are earlier ones, of which only the entries are known.
      found = entries.filter {
        $0.session == (session == 0 || session == 1 ? 1 : 0) && $0.line >= start && $0.line < stop
      }
    case "search":
      let pattern = Glob(content["pattern"]?.stringValue ?? "*")
      found = entries.filter { pattern.matches($0.text) }
      if content["unique"]?.boolValue ?? false {
        var seen: Set<String> = []
        found = found.reversed().filter { seen.insert($0.text).inserted }.reversed()
      }
      found = found.suffix(count ?? found.count)
    default: return MimeBundle.badRequest("history_request has no hist_access_type tail, range or search")
    }
    let withOutput = content["output"]?.boolValue ?? false
    let history = found.map { entry -> Json in
      let text = Json.string(entry.text)
      let shown = entry.session == 1 ? shownTexts[entry.line] : nil
      return [
        .int(entry.session), .int(entry.line),
        withOutput ? .array([text, shown.map(Json.string) ?? .null]) : text,
      ]
    }
    return ["status": "ok", "history": .array(history)]
  }
}

/// A pattern with `*` for any text and `?` for any character.
struct Glob {
  private let pattern: [Unicode.Scalar]

  init(_ pattern: String) { self.pattern = Array(pattern.unicodeScalars) }

  /// Whether the entire text matches.
  func matches(_ text: String) -> Bool {
    let text = Array(text.unicodeScalars)
    var (at, place) = (0, 0)
    // The position of the last star, and the end of its match.
    var star: (pattern: Int, text: Int)?
    while place < text.count {
      if at < pattern.count, pattern[at] == "*" {
        star = (at, place)
        at += 1
      } else if at < pattern.count, pattern[at] == "?" || pattern[at] == text[place] {
        at += 1
        place += 1
      } else if let last = star {
        star = (last.pattern, last.text + 1)
        (at, place) = (last.pattern + 1, last.text + 1)
      } else {
        return false
      }
    }
    return pattern[at...].allSatisfy { $0 == "*" }
  }
}
