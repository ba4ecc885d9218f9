// Values for the prompt: on one line where they fit, else over several, long ones with their middle left out.

import MocoBase

struct Display {
  let machine: Machine
  let width: Int
  let style: DisplayStyle
  /// Elements of a collection that are shown when not all fit, at each end.
  private var edge: Int { style.rows.map { max(1, $0 / 2) } ?? 10 }
  private var maximumLines: Int { style.rows.map { max(2, $0) } ?? 40 }
  /// Whether ^C has asked for an end: what is there is shown then.
  private var isStopped: Bool { machine.interruptFlag.pointee != 0 }

  init(machine: Machine, width: Int, style: DisplayStyle) {
    self.machine = machine
    self.width = width
    self.style = style
  }

  func text(_ word: Word) -> String {
    if word.tag == .host {
      let host = word.pointer.hostBox.pointee.host
      let text = host.display(width: width, style: style)
      return fitted(TerminalText.safe(text, keepingColours: style.colour && host.drawsColours))
    }
    return lines(word, Place(width: width), depth: 0).joined(separator: "\n")
  }

  /// Where a value stands.
  private struct Place {
    var width: Int
    /// Blanks before every line but the first.
    var indent = 0
    /// Columns before and behind the value: indentation and name, and the comma.
    var before = 0
    var behind = 0

    var room: Int { max(8, width - before - behind) }

    /// One step further in, behind a name, with a comma.
    func inner(name: Int = 0) -> Place {
      Place(width: width, indent: indent + 2, before: indent + 2 + name, behind: 1)
    }
  }

  /// Lines of a host object that did not heed the width are broken at blanks.
  private func fitted(_ text: String) -> String {
    if text.contains("\u{1B}") { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard DisplayWidth.of(line) > width else { return String(line) }
      return DisplayColumns.wrapped(String(line), columns: width, hanging: 2).joined(separator: "\n")
    }.joined(separator: "\n")
  }

  private var ellipsis: String { style.unicode ? "…" : "..." }

  private func cut(_ text: String, _ columns: Int) -> String {
    DisplayColumns.cut(text, to: columns, mark: ellipsis)
  }

  private func lines(_ word: Word, _ place: Place, depth: Int) -> [String] {
    if let line = oneLine(word, place.room) { return [line] }
    switch word.tag {
    case .list where depth < 6: return list(word, place, depth)
    case .record where depth < 6: return record(word, place, depth)
    case .string:
      return [string(word.pointer, most: depth == 0 ? 20 * width : place.room, place)]
    case .host:
      let text = TerminalText.safe(word.pointer.hostBox.pointee.host.shortDescription(width: place.room))
      return [cut(String(text.map { $0.isNewline ? " " : $0 }), place.room)]
    default: return [cut(shown(word), place.room)]
    }
  }

  private func shown(_ word: Word) -> String {
    guard let digits = style.digits, word.tag == .float else { return machine.show(word) }
    return NumberText.float(word.asFloat, digits: digits)
  }

  /// A text in quotes, cut where it has more than `most` characters. Only what may be shown of it is looked at.
  private func string(_ object: ObjectPointer, most: Int, _ place: Place) -> String {
    let (start, isWhole) = beginning(object, most: most)
    let text = StringText.quoted(start)
    return isWhole && text.count <= most ? text : cut(text, place.room)
  }

  /// What stands first in a text, at least `most` characters of usual length, or all of it.
  private func beginning(_ object: ObjectPointer, most: Int) -> (text: String, isWhole: Bool) {
    let bytes = StringObject.bytes(object)
    var end = min(bytes.count, 4 * (most + 8))
    let isWhole = end == bytes.count
    // The bytes of a character that the end cuts in two are left out.
    while !isWhole, end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return (String(decoding: UnsafeBufferPointer(rebasing: bytes[..<end]), as: UTF8.self), isWhole)
  }

  /// The text on one line; nil where it does not fit.
  private func oneLine(_ word: Word, _ room: Int) -> String? {
    // Far more elements than characters cannot fit, so the text is not even made.
    if let count = machine.length(word), word.tag != .host, count > room { return nil }
    var writer = TextWriter(machine: machine, limit: 4 * max(room, 64))
    writer.digits = style.digits
    guard (try? writer.write(inside: word, depth: TextWriter.maximumDepth - 8)) != nil else { return nil }
    let text = writer.text
    return DisplayWidth.of(text) <= room && !text.contains(where: \.isNewline) ? text : nil
  }

  private func list(_ word: Word, _ place: Place, _ depth: Int) -> [String] {
    let list = word.pointer.list.pointee
    let isFlat = (0..<min(list.count, 400)).allSatisfy {
      list.items[$0].isNumber || list.items[$0].tag == .bool
    }
    if isFlat { return flat(list, place) }
    var out = ["["]
    let inner = place.inner()
    let pad = String(repeating: " ", count: inner.indent)
    for index in shown(list.count) {
      guard let index else {
        out.append("\(pad)\(ellipsis) \(list.count - 2 * edge) more")
        continue
      }
      if isStopped {
        out.append(pad + ellipsis)
        break
      }
      let part = lines(list.items[index], inner, depth: depth + 1)
      out.append(pad + part.joined(separator: "\n") + (index < list.count - 1 ? "," : ""))
    }
    out.append(String(repeating: " ", count: place.indent) + "]")
    return out
  }

  /// Numbers run on over the lines.
  private func flat(_ list: ListObject, _ place: Place) -> [String] {
    var out: [String] = []
    var line = "["
    // Under the first number, or further in than the name.
    let margin = place.indent + (place.before > place.indent ? 2 : 1)
    let pad = String(repeating: " ", count: margin)
    var used = place.before + 1
    func add(_ text: String, isFirst: Bool = false, isLast: Bool = false) {
      let more = text.count + (isFirst ? 0 : 1) + (isLast ? place.behind : 0)
      if used + more > width, !isFirst {
        out.append(line)
        line = pad + text
        used = margin + text.count
      } else {
        line += isFirst ? text : " " + text
        used += text.count + (isFirst ? 0 : 1)
      }
    }
    let limit = list.count <= 400 ? list.count : 200
    var index = 0
    while index < list.count {
      if index == limit, list.count > 400 {
        add("\(ellipsis) \(list.count - 210) more,")
        index = list.count - 10
      }
      let isLast = index == list.count - 1
      add(
        cut(shown(list.items[index]), place.room) + (isLast ? "]" : ","), isFirst: index == 0,
        isLast: isLast)
      index += 1
    }
    out.append(line)
    return out
  }

  private func record(_ word: Word, _ place: Place, _ depth: Int) -> [String] {
    let record = word.pointer.record.pointee
    let places = (0..<record.used).filter { record.entries[$0].key != nil }
    var out = ["{"]
    let pad = String(repeating: " ", count: place.indent + 2)
    for index in shown(places.count) {
      guard let index else {
        out.append("\(pad)\(ellipsis) \(places.count - 2 * edge) more")
        continue
      }
      if isStopped {
        out.append(pad + ellipsis)
        break
      }
      let entry = record.entries[places[index]]
      let key = entry.key.map { beginning($0, most: width).text } ?? ""
      let name =
        cut(StringText.isName(key) ? key : StringText.quoted(key), max(8, width - place.indent - 14)) + ": "
      let inner = place.inner(name: DisplayWidth.of(name))
      let part = lines(entry.value, inner, depth: depth + 1)
      out.append(pad + name + part.joined(separator: "\n") + (index < places.count - 1 ? "," : ""))
    }
    out.append(String(repeating: " ", count: place.indent) + "}")
    return out
  }

  /// The places to show; nil stands for those left out.
  private func shown(_ count: Int) -> [Int?] {
    if count <= maximumLines { return Array(0..<count) }
    return Array(0..<edge).map { $0 } + [nil] + ((count - edge)..<count).map { $0 }
  }
}
