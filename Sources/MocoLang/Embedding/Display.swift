// Values for the prompt: on one line where they fit, else over several, long ones with their middle left out.

struct Display {
  let machine: Machine
  let width: Int
  let style: DisplayStyle
  /// Elements of a collection that are shown when not all fit.
  private static let edge = 10
  private static let maximumLines = 40

  init(machine: Machine, width: Int, style: DisplayStyle) {
    self.machine = machine
    self.width = width
    self.style = style
  }

  func text(_ word: Word) -> String {
    if word.tag == .host { return word.pointer.hostBox.pointee.host.display(width: width, style: style) }
    return lines(word, indent: 0, prefix: 0, depth: 0).joined(separator: "\n")
  }

  private var ellipsis: String { style.unicode ? "…" : "..." }

  private func lines(_ word: Word, indent: Int, prefix: Int, depth: Int) -> [String] {
    let room = width - indent - prefix
    if let line = oneLine(word, room) { return [line] }
    switch word.tag {
    case .list where depth < 6: return list(word, indent, depth)
    case .record where depth < 6: return record(word, indent, depth)
    case .string:
      let text = StringText.quoted(StringObject.text(word.pointer))
      return [
        depth == 0 && text.count <= 20 * width ? text : String(text.prefix(max(8, room - 1))) + ellipsis
      ]
    default: return [machine.show(word)]
    }
  }

  /// The text on one line; nil where it does not fit.
  private func oneLine(_ word: Word, _ room: Int) -> String? {
    // Far more elements than characters cannot fit, so the text is not even made.
    if let count = machine.length(word), word.tag != .host, count > room { return nil }
    var writer = TextWriter(machine: machine, limit: 4 * max(room, 64))
    guard (try? writer.write(inside: word, depth: TextWriter.maximumDepth - 8)) != nil else { return nil }
    let text = writer.text
    return text.count <= room && !text.contains("\n") ? text : nil
  }

  private func list(_ word: Word, _ indent: Int, _ depth: Int) -> [String] {
    let list = word.pointer.list.pointee
    let isFlat = (0..<min(list.count, 100)).allSatisfy {
      list.items[$0].isNumber || list.items[$0].tag == .bool
    }
    if isFlat { return flat(list, indent) }
    var out = ["["]
    let pad = String(repeating: " ", count: indent + 2)
    for place in shown(list.count) {
      guard let place else {
        out.append("\(pad)\(ellipsis) \(list.count - 2 * Display.edge) more")
        continue
      }
      let part = lines(list.items[place], indent: indent + 2, prefix: 1, depth: depth + 1)
      out.append(pad + part.joined(separator: "\n") + (place < list.count - 1 ? "," : ""))
    }
    out.append(String(repeating: " ", count: indent) + "]")
    return out
  }

  /// Numbers run on over the lines.
  private func flat(_ list: ListObject, _ indent: Int) -> [String] {
    var out: [String] = []
    var line = "["
    let pad = String(repeating: " ", count: indent + 1)
    let limit = list.count <= 400 ? list.count : 200
    var index = 0
    while index < list.count {
      if index == limit, list.count > 400 {
        line += "\(ellipsis) \(list.count - 210) more, "
        index = list.count - 10
      }
      let part = machine.show(list.items[index]) + (index < list.count - 1 ? ", " : "]")
      if line.count + part.count > width - indent {
        while line.hasSuffix(" ") { line.removeLast() }
        out.append(line)
        line = pad
      }
      line += part
      index += 1
    }
    out.append(line)
    return out
  }

  private func record(_ word: Word, _ indent: Int, _ depth: Int) -> [String] {
    let record = word.pointer.record.pointee
    let places = (0..<record.used).filter { record.entries[$0].key != nil }
    var out = ["{"]
    let pad = String(repeating: " ", count: indent + 2)
    for place in shown(places.count) {
      guard let place else {
        out.append("\(pad)\(ellipsis) \(places.count - 2 * Display.edge) more")
        continue
      }
      let entry = record.entries[places[place]]
      let key = entry.key.map { StringObject.text($0) } ?? ""
      let name = (StringText.isName(key) ? key : StringText.quoted(key)) + ": "
      let part = lines(entry.value, indent: indent + 2, prefix: name.count + 1, depth: depth + 1)
      out.append(pad + name + part.joined(separator: "\n") + (place < places.count - 1 ? "," : ""))
    }
    out.append(String(repeating: " ", count: indent) + "}")
    return out
  }

  /// The places to show; nil stands for those left out.
  private func shown(_ count: Int) -> [Int?] {
    if count <= Display.maximumLines { return Array(0..<count) }
    return Array(0..<Display.edge).map { $0 } + [nil] + ((count - Display.edge)..<count).map { $0 }
  }
}
